"""Helpers that belong to no other chapter."""
