"""The services that come with the package."""

import importlib
import pkgutil

import asyncops.services
from asyncops.kit import Client

__all__ = ["clients"]


def clients() -> list[type[Client]]:
    """The client of each."""
    found = []
    for found_module in pkgutil.iter_modules(asyncops.services.__path__, "asyncops.services."):
        module = importlib.import_module(found_module.name)
        values = [getattr(module, name) for name in dir(module)]
        found += [each for each in values if isinstance(each, type) and issubclass(each, Client)]
    return [each for each in dict.fromkeys(found) if each is not Client]
