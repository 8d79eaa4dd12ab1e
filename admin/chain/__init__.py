"""Access to a chain: several endpoints that must agree, and fees under caps."""
