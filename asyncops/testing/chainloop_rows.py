"""Chainloop's list: counted and cut into numbered pages without reading all of it."""

from bisect import bisect_left, insort
from typing import Any, NamedTuple

from asyncops.testing.hashing import IdSpace, key, mix
from asyncops.testing.rows import Row, Rows
from asyncops.testing.timeline import STATUSES, rfc3339

__all__ = ["KINDS", "PREFIX", "RESOURCE_TYPES", "STATES", "ChainloopRows", "Filter", "zoo_status"]

PREFIX = "ASYNC_OPERATION_STATUS_"
KINDS = ("evidence_evaluation", "policy_evaluation", "report_export", "project_compliance")
RESOURCE_TYPES = ("evidence", "workflow_run", "project_version")
STATES = {
    "queued": f"{PREFIX}PENDING",
    "uploaded": f"{PREFIX}PENDING",
    "in_progress": f"{PREFIX}RUNNING",
    "completed": f"{PREFIX}COMPLETED",
    "failed": f"{PREFIX}FAILED",
}
_ERRORS = ("the evidence could not be read", "policy engine: división por cero", "timed out")
# Three neighbouring operations are about the same thing.
_PER_RESOURCE = 3


class Filter(NamedTuple):
    """What a listing is narrowed to; None: everything."""

    status: str | None = None
    kind: str | None = None
    resource: tuple[str, str] | None = None


class ChainloopRows(Rows):
    """Rows with kinds and resources, newest first.

    Which settled rows match a status and a kind repeats every ``_period`` rows, so those are
    counted and found by arithmetic; only the young and the added are looked at one by one.
    """

    def __init__(self, seed: int, size: int, start: int, arrivals: float = 0.0) -> None:
        super().__init__(seed, "chainloop operation", size, start, arrivals)
        self._period = len(self.timeline.failing)
        turn = key(seed, "chainloop kind")
        places = range(self._period)
        self._kinds = [(at + mix(turn + at // len(KINDS))) % len(KINDS) for at in places]
        self._resources = IdSpace(seed, "chainloop resource")
        self._projects = IdSpace(seed, "chainloop project")
        self._removed: list[int] = []
        self._matching: dict[tuple[str | None, str | None], list[int]] = {}

    def remove(self, number: int) -> None:
        """Take a row out of every listing."""
        insort(self._removed, number)

    def removed(self, number: int) -> bool:
        """Whether the row has been taken out."""
        place = bisect_left(self._removed, number)
        return place < len(self._removed) and self._removed[place] == number

    def select(self, wanted: Filter, now: int, offset: int, size: int) -> tuple[int, list[int]]:
        """How many rows match, and the numbers of ``size`` of them from ``offset`` on."""
        settled = self.settled(now)
        if wanted.resource is not None:
            numbers = self._of_resource(wanted.resource, now)
            fresh = [n for n in numbers if self._match(n, wanted, now)]
            return len(fresh), fresh[offset : offset + size]
        young = range(self.count(now) - 1, settled - 1, -1)
        fresh = [number for number in young if self._match(number, wanted, now)]
        old = _Repeating(self._pattern(wanted), self._period, settled)
        gone = [
            number
            for number in self._removed[: bisect_left(self._removed, settled)]
            if old.holds(number)
        ]
        found = fresh[offset : offset + size]
        skip = max(offset - len(fresh), 0)
        found += old.newest(skip, size - len(found), gone)
        return len(fresh) + old.count - len(gone), found

    def json(self, number: int, now: int) -> dict[str, Any]:
        """An ``AsyncOperation``; what is unset is ``""``, or None for a timestamp."""
        row = self.row(number, now)
        life, digits, bits = row.life, row.digits, row.bits
        resource_type, resource_id = self.resource(number)
        item = {
            "id": row.id,
            "kind": self.kind(number),
            "status": STATES[row.status],
            "resource_type": resource_type,
            "resource_id": resource_id,
            "project_id": self._projects.encode(bits % 11),
            "project_version_id": self._projects.encode(64 + bits % 37) if bits & 3 else "",
            "output": _output(row),
            "error_message": _ERRORS[bits % len(_ERRORS)] if row.status == "failed" else "",
            "created_at": rfc3339(life.created, digits),
            "started_at": rfc3339(life.started, digits) if now >= life.started else None,
            "finished_at": rfc3339(life.finished, digits) if now >= life.finished else None,
        }
        item.update(row.fields)
        return item

    def kind(self, number: int) -> str:
        """The kind of a row."""
        given = self.fields(number).get("kind")
        return KINDS[self._kinds[number % self._period]] if given is None else str(given)

    def resource(self, number: int) -> tuple[str, str]:
        """Type and id of what the row is about."""
        fields = self.fields(number)
        group = number // _PER_RESOURCE
        usual = RESOURCE_TYPES[group % len(RESOURCE_TYPES)]
        resource_id = fields.get("resource_id")
        if resource_id is None:
            resource_id = self._resources.encode(group)
        return str(fields.get("resource_type", usual)), str(resource_id)

    def _match(self, number: int, wanted: Filter, now: int) -> bool:
        if self.removed(number):
            return False
        if wanted.kind is not None and self.kind(number) != wanted.kind:
            return False
        if wanted.resource is not None and self.resource(number) != wanted.resource:
            return False
        return wanted.status is None or STATES[self.life(number).status(now)] == wanted.status

    def _of_resource(self, resource: tuple[str, str], now: int) -> list[int]:
        """The rows that may be about it, newest first; any of those that were added may."""
        group = self._resources.decode(resource[1])
        numbers = set(self.added)
        if group is not None:
            first = group * _PER_RESOURCE
            numbers.update(range(first, min(first + _PER_RESOURCE, self.count(now))))
        return sorted(numbers, reverse=True)

    def _pattern(self, wanted: Filter) -> list[int]:
        """The places in each period that match, once settled."""
        asked = (wanted.status, wanted.kind)
        if asked not in self._matching:
            self._matching[asked] = [
                place
                for place in range(self._period)
                if wanted.status in {None, _settled(self.timeline.fails(place))}
                and wanted.kind in {None, KINDS[self._kinds[place]]}
            ]
        return self._matching[asked]


class _Repeating:
    """The numbers below ``end`` whose place in their period is one of ``places``."""

    def __init__(self, places: list[int], period: int, end: int) -> None:
        self._places = places
        self._period = period
        self._end = end
        self.count = self._rank(end)

    def holds(self, number: int) -> bool:
        place = bisect_left(self._places, number % self._period)
        return place < len(self._places) and self._places[place] == number % self._period

    def _rank(self, number: int) -> int:
        whole, rest = divmod(number, self._period)
        return whole * len(self._places) + bisect_left(self._places, rest)

    def newest(self, skip: int, size: int, gone: list[int]) -> list[int]:
        """``size`` of the numbers, the greatest first, past ``skip``, leaving out ``gone``."""
        holes = [self._rank(number) for number in gone]
        rank = self.count - len(holes) - 1 - skip
        for hole in holes:
            rank += hole <= rank
        hidden = set(holes)
        found: list[int] = []
        while rank >= 0 and len(found) < size:
            if rank not in hidden:
                whole, place = divmod(rank, len(self._places))
                found.append(whole * self._period + self._places[place])
            rank -= 1
        return found


def _settled(fails: bool) -> str:
    return STATES["failed" if fails else "completed"]


def _output(row: Row) -> str:
    if row.status != "completed" or row.bits >> 5 & 1:
        return ""
    return f'{{"violations": {row.bits % 4}, "skipped": false}}'


def zoo_status(name: str | None) -> str | None:
    """The state that a Chainloop status stands for, to hold an added row in.

    Raises:
        ValueError: Not one of the four.
    """
    if name is None:
        return None
    for state in STATUSES:
        if STATES[state] == name:
            return state
    raise ValueError(f"unknown status {name!r}")
