"""A marketplace on loopback with web pages for single items, to try the browser route on."""

from admin.testing.marketplace.market import MarketItem, MarketListing, Marketplace

__all__ = ["MarketItem", "MarketListing", "Marketplace"]
