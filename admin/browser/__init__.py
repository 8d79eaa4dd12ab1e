"""The browser route: creates and lists items on a marketplace's own web pages."""
