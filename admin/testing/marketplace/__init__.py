"""A test marketplace on loopback with web pages, for the browser route."""

from admin.testing.marketplace.market import MarketItem, MarketListing, Marketplace

__all__ = ["MarketItem", "MarketListing", "Marketplace"]
