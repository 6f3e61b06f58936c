"""The order of a listing, its two ends, and the times of its items."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from asyncops.kit.doctor.evidence import Evidence, times
from asyncops.kit.doctor.finding import Check, Finding, bad, good, unknown
from asyncops.kit.listing import Ordering, params_for
from asyncops.utils.moments import http_date

_SKEW = timedelta(seconds=30)
# No service that is described is older.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_ENDS = "check param=, newest= and oldest=, or leave param= out"
_WORDS = {True: "newest first", False: "oldest first"}


async def _order(evidence: Evidence) -> Finding | None:
    """The items come as claimed, within a page and from page to page."""
    claimed = evidence.bound.lister.plan.orders[None].descending
    if claimed is None:
        return None
    following = evidence.following.items if evidence.following else ()
    few, order = evidence.few.items, evidence.listing.order
    pages = set[bool]().union(
        *(_ways(times(each)) for each in (evidence.first.items, few, following))
    )
    whole = pages | _ways(times([*few, *following]))
    if not whole:
        return unknown("order", "all items were created at the same time")
    if whole == {claimed}:
        return good("order", f"the items come {_WORDS[claimed]}")
    if whole == {not claimed}:
        fix = f"write newest_first={not claimed}"
        if order is not None and order.param is not None:
            fix = f"newest= and oldest= of {order.param} are the wrong way round"
        return bad("order", f"the items come {_WORDS[not claimed]}", fix)
    if pages == {claimed}:
        came = "the next page holds items that belong in front of this one"
        return bad("order", came, "name the place that leads the other way as next=")
    return bad("order", "the items are not sorted by creation", "write order=None")


async def _other_end(evidence: Evidence) -> Finding | None:
    """The parameter for the order leads to the other end of the listing."""
    order, claimed = evidence.listing.order, evidence.bound.lister.plan.orders[None].descending
    if order is None or order.param is None or claimed is None:
        return None
    other = Ordering(not claimed, params_for(order, descending=not claimed))
    page = await evidence.page(order=other, **evidence.few_items)
    known, found = times(evidence.first.items), times(page.items)
    if len({*known, *found}) < 2:
        return unknown("both ends", "all items were created at the same time")
    older, newer = (found, known) if claimed else (known, found)
    is_there = found and min(older) <= min(newer) and max(older) <= max(newer)
    if is_there and claimed not in _ways(found):
        return good("both ends", f"{order.param} leads to the other end")
    came = f"{order.param} does not lead to the end where the items come {_WORDS[not claimed]}"
    return bad("both ends", came, _ENDS)


async def _times(evidence: Evidence) -> Finding | None:
    """The creation times are times of this service's life."""
    found, date = times(evidence.items), _date(evidence)
    if not found or date is None:
        return None
    newest = max(found)
    if newest > date + _SKEW or newest < _EARLIEST:
        came = f"the newest item was created at {newest.isoformat()}, by an answer of {date}"
        fix = "check the type of created_at: Timestamp, EpochSeconds, EpochMillis, UtcTimestamp"
        return bad("times", came, fix)
    return good("times", f"the newest item was created at {newest.isoformat(timespec='seconds')}")


async def _clock(evidence: Evidence) -> Finding | None:
    """The clock of this machine is the service's."""
    date = _date(evidence)
    if date is None:
        return unknown("clock", "the service does not tell its time")
    skew = datetime.fromtimestamp(evidence.bound.where.client.clock.time(), UTC) - date
    if abs(skew) <= _SKEW:
        return good("clock", "this machine's is the service's")
    way = "ahead of" if skew > timedelta() else "behind"
    came = f"this machine's is {abs(skew).total_seconds():.0f} s {way} the service's"
    return bad("clock", came, "set this machine's clock")


def _date(evidence: Evidence) -> datetime | None:
    """The time of the last answer to have one, by its header."""
    pages = (evidence.following, evidence.few, evidence.first)
    text = next((each.headers["Date"] for each in pages if each and "Date" in each.headers), "")
    return http_date(text)


def _ways(moments: Iterable[datetime]) -> set[bool]:
    """Return whether moments fall: both if they fall and rise, and nothing if all are the same."""
    return {before > after for before, after in pairwise(moments) if before != after}


CHECKS = (
    Check("order", _order, "check order="),
    Check("both ends", _other_end, _ENDS),
    Check("times", _times, "check created_at"),
    Check("clock", _clock, "set this machine's clock"),
)
