"""Fakes of services on real sockets, for tests, demos and trying things out.

Nothing here is imported before it is used, so that the pytest plugin next door costs a test
run nothing until a test asks for a server.
"""

from asyncops.utils.lazy import lazy_names

__getattr__, __dir__ = lazy_names(__name__, __file__)
