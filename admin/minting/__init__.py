"""From curated to listed: pinning, minting, listing, prices, reports."""
