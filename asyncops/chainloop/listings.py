"""What Chainloop's listing takes, and how its operations are told apart."""

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2s
from typing import Any

from attrs import evolve

from asyncops.chainloop.models import AsyncOperation, AsyncOperationStatus, OperationsPage
from asyncops.chainloop.statuses import Chosen, chosen_of
from asyncops.checks import count, plain_text
from asyncops.cutting import Cut, boundaries
from asyncops.drift import Drift
from asyncops.messages import Request
from asyncops.models import Checkpoint, Cursor
from asyncops.numbered import NumberedPaging, PageBase
from asyncops.pages import PageDecoder
from asyncops.paging import Paging
from asyncops.placed import numbered_part
from asyncops.shards import Landmark, Shard
from asyncops.walks import Fetch

__all__ = [
    "NAME",
    "PATH",
    "chosen_by",
    "cut_into",
    "decode_operations",
    "filters_of",
    "first_page",
    "identity_of",
    "listing_request",
    "mark_of",
    "one_by_one",
    "page_number",
    "reading",
]

NAME = "chainloop.operations"
PATH = "/v1/operations"
_FILTERS = ("status", "kind", "resource_type", "resource_id")
_PAGE_SIZE = 100
_LARGEST_PAGE = 100

decode_operations: PageDecoder[OperationsPage] = PageDecoder(
    OperationsPage, "operations", json="protobuf"
)


def identity_of(operation: AsyncOperation) -> str:
    """What tells one operation from another."""
    return operation.id


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
    kind: str | None, resource_type: str | None, resource_id: str | None
) -> tuple[tuple[str, str], ...]:
    """The query's filters, but for the status; checked."""
    if (resource_type is None) != (resource_id is None):
        given, missing = (
            ("resource_id", "resource_type")
            if resource_type is None
            else ("resource_type", "resource_id")
        )
        raise ValueError(f"{given} goes with {missing}; give both or neither")
    filters = []
    for name, value in (
        ("kind", kind),
        ("resource_type", resource_type),
        ("resource_id", resource_id),
    ):
        if value is not None:
            filters.append((name, plain_text(name, value)))
    return tuple(filters)


def listing_request(filters: tuple[tuple[str, str], ...], page_size: int) -> Request:
    """The request for a listing; one for larger pages than Chainloop has says so if it fails."""
    hints = {}
    if page_size > _LARGEST_PAGE:
        hints[400] = f"page_size is {page_size}; Chainloop takes 1 to {_LARGEST_PAGE}."
    return Request(path=PATH, params=filters, hints=hints)


def first_page(page: Cursor | None) -> int | None:
    """The page to begin with, as it was given."""
    if isinstance(page, str):
        raise TypeError(
            "page must be a page number, got a string: page tokens belong to listings of page "
            "tokens, such as zoo.operations.list(page_token=...)"
        )
    return None if page is None else count("page", page, least=0)


def page_number(cursor: Cursor | None) -> int | None:
    """A page number, from where a walk begins."""
    if isinstance(cursor, str):
        raise TypeError("resume holds a page token, and this listing has page numbers")
    return cursor


def one_by_one(
    request: Request, size: int, base: PageBase
) -> Callable[[Checkpoint], NumberedPaging[AsyncOperation]]:
    """How a listing is read from page to page, from wherever a walk begins."""
    return lambda start: NumberedPaging(
        request,
        size,
        base,
        identity_of,
        page_number(start.cursor),
        Drift.since(start),
        start.page_size or 0,
    )


def cut_into(request: Request, size: int, base: PageBase, statuses: tuple[str, ...] = ()) -> Cut:
    """What cuts a listing into shards, each of which is filtered for ``statuses``."""

    async def cut(fetch: Fetch[Any], n: int) -> list[Shard]:
        pages = one_by_one(request, size, base)(Checkpoint(query=""))
        marks = [] if n == 1 else await boundaries(fetch, pages, n, _created_at)
        # From new to old. The newest part begins with the first page, wherever rows move.
        newest = [None, *(moment for moment, _ in marks)]
        oldest = [*newest[1:], None]
        landmarks: list[Landmark | None] = [None]
        if marks:
            first = marks[0][1]
            landmarks = [evolve(first, page=first.first_page), *(mark for _, mark in marks)]
        return [
            Shard(
                resource=NAME,
                index=index,
                of=len(newest),
                oldest=oldest[index - 1],
                newest=newest[index - 1],
                statuses=statuses,
                filters=request.params,
                page_size=size,
                landmark=landmarks[index - 1],
            )
            for index in range(1, len(newest) + 1)
        ]

    return cut


def chosen_by(shard: Shard) -> Chosen:
    """The statuses of a shard's query.

    They are taken as they are: one that is new to this release could be listed all the same.
    """
    sent = [value for name, value in shard.filters if name == "status"]
    return chosen_of([AsyncOperationStatus(each) for each in (*sent, *shard.statuses)] or None)


def reading(shard: Shard, base: PageBase) -> Callable[[Checkpoint], Paging[Any, AsyncOperation]]:
    """How a shard is read, from wherever a walk begins.

    Raises:
        ValueError: It does not hold a query of this listing.
    """
    given = dict(shard.filters)
    if len(given) != len(shard.filters) or not given.keys() <= set(_FILTERS):
        raise ValueError(f"this shard does not hold a query of {NAME}")
    _, *others = (given.get(name) for name in _FILTERS)
    filters = (*chosen_by(shard).sent, *filters_of(*others))
    size = shard.page_size or _PAGE_SIZE
    request = listing_request(filters, size)
    if shard.span.whole:
        return one_by_one(request, size, base)
    return lambda start: numbered_part(
        shard, start, request, size, identity=identity_of, created_at=_created_at
    )


def _created_at(operation: AsyncOperation) -> datetime | None:
    return operation.created_at
