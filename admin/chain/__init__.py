"""The chain: several endpoints that must agree, fees under caps, transactions that arrive once."""
