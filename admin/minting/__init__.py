"""From curated to listed: pins, mints, lists, prices, reports."""
