"""Helpers for tests of the admin: local chains, Seaport, a marketplace, IPFS."""
