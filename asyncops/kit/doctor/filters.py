"""The filters of a listing: by creation and by status."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from asyncops.kit.chosen import chosen_of, matches
from asyncops.kit.doctor.evidence import Evidence, times
from asyncops.kit.doctor.finding import Check, Finding, bad, good, unknown
from asyncops.models import Page, Status
from asyncops.utils.moments import TimeRange

_WINDOW = "check the parameters of window=, form= and times="
# A service may leave out what was created at the bound itself.
_NONE = "no item came, and none is known beyond the bound"
_STATUS = "check the parameter of by_status="


async def _created(evidence: Evidence, *, is_latest: bool) -> Finding | None:
    """Only items created later than asked for come, or only earlier ones."""
    window, known = evidence.listing.window, sorted(set(times(evidence.first.items)))
    if window is None or (is_latest and not window.takes_latest):
        return None
    claim = "created_before" if is_latest else "created_after"
    if len(known) < 2:
        return unknown(claim, "all items were created at the same time")
    bound = known[(len(known) - is_latest) // 2]
    page = await (evidence.page(before=bound) if is_latest else evidence.page(after=bound))
    came, step = times(page.items), window.resolution
    if not came and (known[0] >= bound - step if is_latest else known[-1] <= bound + step):
        return unknown(claim, _NONE)
    if not came:
        return bad(claim, "no item came, though there are some", _WINDOW)
    asked = TimeRange(None, bound) if is_latest else TimeRange(bound)
    outside = sum(not asked.taken_in(window.margin).holds(each) for each in came)
    side = "later" if is_latest else "earlier"
    if outside:
        return bad(claim, f"{outside} of {len(came)} items were created {side}", _WINDOW)
    return good(claim, f"no item was created {side}")


async def _one_status(evidence: Evidence) -> Finding | None:
    """Only items of the status that is asked for come."""
    if evidence.listing.by_status is None:
        return None
    if evidence.statuses.all:
        # A status that each request has was asked for by the first one.
        return _judged(evidence, "status", evidence.statuses.all, evidence.first)
    lacks = "no two statuses were seen, one of which is sent"
    return await _asked_for(evidence, "status", 1, lacks)


async def _statuses(evidence: Evidence) -> Finding | None:
    """Items of several statuses come at once."""
    by_status = evidence.listing.by_status
    if by_status is None or by_status.many == "no" or evidence.statuses.all:
        return None
    lacks = "no three statuses were seen, two of which are sent"
    return await _asked_for(evidence, "statuses", 2, lacks)


async def _asked_for(evidence: Evidence, claim: str, n: int, lacks: str) -> Finding:
    """Ask for some of the statuses that were seen, of which others are left."""
    asked = tuple(_sent(evidence))[:n]
    if len(asked) < n or len(evidence.statuses_seen()) <= n:
        return unknown(claim, lacks)
    page = await evidence.page(chosen_of(asked, evidence.bound.description))
    return _judged(evidence, claim, asked, page)


def _judged(evidence: Evidence, claim: str, asked: tuple[Status, ...], page: Page[Any]) -> Finding:
    """Return what a page says of the statuses that it was asked for."""
    words = ", ".join(asked)
    missing = [each for each in asked if not _fitting(page.items, (each,), evidence)]
    if not page.items or (missing and page.next_cursor is None):
        return bad(claim, f"of {words}, {', '.join(missing)} did not come", _STATUS)
    others = len(page.items) - _fitting(page.items, asked, evidence)
    if others:
        return bad(claim, f"{others} of {len(page.items)} items are not {words}", _STATUS)
    return good(claim, f"all items are {words}")


def _fitting(items: tuple[Any, ...], asked: tuple[Status, ...], evidence: Evidence) -> int:
    match = matches(asked, evidence.bound.description)
    return sum(match is None or match(each) for each in items)


def _sent(evidence: Evidence) -> Iterator[Status]:
    """Give the statuses that were seen and that a filter by status sends."""
    description = evidence.bound.description
    kind = description.enum
    for each in evidence.statuses_seen():
        if kind is not None and isinstance(each, kind) and each.known:
            chosen = chosen_of(each.value, description)
            if chosen.sent or chosen.merged:
                yield each


CHECKS = (
    Check("created_after", partial(_created, is_latest=False), _WINDOW),
    Check("created_before", partial(_created, is_latest=True), _WINDOW),
    Check("status", _one_status, _STATUS),
    Check("statuses", _statuses, "check the parameter and many= of by_status="),
)
