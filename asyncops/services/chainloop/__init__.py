"""Chainloop: asynchronous operations."""

from asyncops.utils.lazy import lazy_names

__getattr__, __dir__ = lazy_names(__name__, __file__)
