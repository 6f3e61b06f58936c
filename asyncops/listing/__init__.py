"""Listings: the pager, its walks, and several listings at once."""
