"""Counted pages: page numbers, and rows that move while they are read."""
