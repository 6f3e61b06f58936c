"""What Chainloop's listing takes, and how its operations are told apart."""

from hashlib import blake2s

from asyncops.chainloop.models import STATUS_PREFIX, AsyncOperation, AsyncOperationStatus
from asyncops.checks import enum_member, plain_text
from asyncops.models import Cursor

__all__ = ["PATH", "filters_of", "mark_of", "page_number"]

PATH = "/v1/operations"


def mark_of(operation: AsyncOperation) -> str:
    """What may change in a life, in few bytes: ``output`` can be long."""
    changing = (
        operation.status.value,
        str(operation.started_at),
        str(operation.finished_at),
        operation.output,
        operation.error_message,
        operation.project_version_id,
    )
    return blake2s(repr(changing).encode(), digest_size=8).hexdigest()


def filters_of(
    status: AsyncOperationStatus | str | None,
    kind: str | None,
    resource_type: str | None,
    resource_id: str | None,
) -> tuple[tuple[str, str], ...]:
    """The query's filters, checked."""
    if (resource_type is None) != (resource_id is None):
        given, missing = (
            ("resource_id", "resource_type")
            if resource_type is None
            else ("resource_type", "resource_id")
        )
        raise ValueError(f"{given} goes with {missing}; give both or neither")
    filters = []
    if status is not None:
        member = enum_member("status", AsyncOperationStatus, status, short_prefix=STATUS_PREFIX)
        filters.append(("status", member.value))
    for name, value in (
        ("kind", kind),
        ("resource_type", resource_type),
        ("resource_id", resource_id),
    ):
        if value is not None:
            filters.append((name, plain_text(name, value)))
    return tuple(filters)


def page_number(cursor: Cursor | None) -> int | None:
    """A page number, from where a walk begins."""
    if isinstance(cursor, str):
        raise TypeError("resume holds a page token, and this listing has page numbers")
    return cursor
