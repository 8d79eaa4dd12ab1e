"""Models of others: downloaded, checked, and converted to model folders."""
