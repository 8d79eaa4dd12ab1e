"""Request handlers of the web page, one module per part of the site."""
