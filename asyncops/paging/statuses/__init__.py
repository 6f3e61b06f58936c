"""Listings of one status each, merged by creation time."""
