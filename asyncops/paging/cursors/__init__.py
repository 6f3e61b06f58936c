"""Cursors: tokens, URLs of next pages, and the ids of last items."""
