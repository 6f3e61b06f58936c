"""What the classes of the kit are generic in: each letter has one meaning."""

from typing import ParamSpec, TypeVar

from asyncops.kit.home import Group
from asyncops.models import Operation

# The keyword arguments of list, of watch, of start and of cancel.
P = ParamSpec("P")
W = ParamSpec("W")
S = ParamSpec("S")
C = ParamSpec("C")

# An item of a listing, and the answer to get; the same of operations.
T = TypeVar("T")
R = TypeVar("R")
O = TypeVar("O", bound=Operation)  # noqa: E741 - an operation
F = TypeVar("F", bound=Operation)

# The answers to start and to cancel, and what lies below an item.
N = TypeVar("N")
M = TypeVar("M")
G = TypeVar("G", bound=Group)
