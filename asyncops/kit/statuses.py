"""The statuses of a resource: the enum that its items have."""

from functools import cache
from typing import get_args

from asyncops.kit.annotations import annotation_of
from asyncops.kit.description import Description
from asyncops.models import Status

__all__ = ["enum_of"]


@cache
def enum_of(description: Description) -> type[Status] | None:
    """Return the enum of the statuses of a resource; ``None`` if there is none.

    It is the one that is declared, or the annotation of ``status``, a field or a property.
    """
    if description.statuses is not None:
        return description.statuses
    hint = annotation_of(description.item, "status")
    for each in (hint, *get_args(hint)):
        if isinstance(each, type) and issubclass(each, Status):
            return each
    return None
