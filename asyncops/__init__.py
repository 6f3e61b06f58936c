"""Async client for services that run long operations: list them, fetch them, follow them.

The names below are all that most programs need; each service's models are in its module, such as
``asyncops.services.zoo``.
"""

from asyncops.utils.lazy import lazy_names
from asyncops.version import VERSION

__version__ = VERSION

__getattr__, __dir__ = lazy_names(__name__, __file__)
