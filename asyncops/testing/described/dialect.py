"""JSON as protobuf writes it."""

from functools import cache
from typing import Any

from asyncops.http.protobuf import camel_case
from asyncops.models import JSON

__all__ = ["in_protobuf"]

_camel_case = cache(camel_case)


def in_protobuf(tree: JSON, *, camel: bool = True, zeros: bool = False) -> Any:
    """Return a tree as protobuf writes it.

    Args:
        tree: The tree.
        camel: Whether its keys become camelCase.
        zeros: Whether fields that have a zero value are kept.
    """
    if isinstance(tree, list):
        return [in_protobuf(each, camel=camel, zeros=zeros) for each in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        _camel_case(key) if camel else key: (
            in_protobuf(value, camel=camel, zeros=zeros)
            if isinstance(value, dict | list)
            else value
        )
        for key, value in tree.items()
        # A message without fields is there all the same.
        if zeros or value or value == {}
    }
