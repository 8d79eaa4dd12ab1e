"""A marketplace on loopback with web pages for single items, to try the browser route on."""

from admin.testing.marketplace.market import Item, Listing, Marketplace

__all__ = ["Item", "Listing", "Marketplace"]
