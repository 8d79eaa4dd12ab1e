"""Listings: Seaport 1.6 orders, built with exact amounts and signed singly or in bulk."""
