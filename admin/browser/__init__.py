"""The browser route: what is chosen is created and listed on a marketplace's own pages."""
