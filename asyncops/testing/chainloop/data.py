"""Chainloop's list: its JSON, and its numbered pages, cut without reading all of it."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import ClassVar

from asyncops.models import JSON
from asyncops.testing.described.habits import Data
from asyncops.testing.described.lives import Lives, TimedLives
from asyncops.testing.described.maker import Ids, Maker
from asyncops.testing.described.rows import Row, Wanted
from asyncops.testing.described.table import Table
from asyncops.testing.server.hashing import IdSpace, mix
from asyncops.testing.server.lifecycle import PERIOD, Timeline, rfc3339

PREFIX = "ASYNC_OPERATION_STATUS_"
KINDS = ("evidence_evaluation", "policy_evaluation", "report_export", "project_compliance")
RESOURCE_TYPES = ("evidence", "workflow_run", "project_version")
_ERRORS = ("the evidence could not be read", "policy engine: división por cero", "timed out")
# Three neighbouring operations are about the same thing.
_PER_RESOURCE = 3
_resources, _projects = IdSpace(0, "chainloop resource"), IdSpace(0, "chainloop project")
# The same few come again.
_resource, _project = lru_cache(64)(_resources.encode), lru_cache(64)(_projects.encode)


def _kind(number: int) -> str:
    """Return the kind of a row, which repeats with each period."""
    # The order of the kinds is turned anew in each block.
    block, place = divmod(number % PERIOD, len(KINDS))
    return KINDS[(place + mix(block)) % len(KINDS)]


def _subject(number: int) -> dict[str, JSON]:
    """Return the kind and the resource of a row."""
    group = number // _PER_RESOURCE
    return {
        "kind": _kind(number),
        "resource_type": RESOURCE_TYPES[group % len(RESOURCE_TYPES)],
        "resource_id": _resource(group),
    }


def _about(resource_id: str) -> range:
    """Return the rows about a resource."""
    group = _resources.decode(resource_id)
    first = 0 if group is None else group * _PER_RESOURCE
    return range(first, first if group is None else first + _PER_RESOURCE)


class ChainloopMaker(Maker):
    """Writes operations; what is unset is ``""``, or None for a timestamp."""

    name: ClassVar[str] = "chainloop operation"

    def ids(self, where: str) -> dict[str, Ids]:
        """Return the ids of the rows."""
        space = IdSpace(self.seed, f"{where}/id")
        return {"id": Ids(space.encode, space.decode)}

    def lives(self, timeline: Timeline) -> Lives:
        """Return the lives of the rows, of which most have ended."""
        return TimedLives(self.looks, timeline)

    def item(self, row: Row, now: int) -> dict[str, JSON]:
        """Return a row as the service shows it at an instant."""
        course, digits, bits = row.course, row.course.digits, row.bits
        status = str(course.now(now)[1].tree["status"])
        started, finished = course.started(now), course.finished(now)
        return {
            "id": row.ids["id"],
            "kind": "",
            "status": status,
            **_subject(row.number),
            "project_id": _project(bits % 11),
            "project_version_id": _project(64 + bits % 37) if bits & 3 else "",
            "output": _output(bits) if status == f"{PREFIX}COMPLETED" else "",
            "error_message": _ERRORS[bits % len(_ERRORS)] if status == f"{PREFIX}FAILED" else "",
            "created_at": rfc3339(course.created, digits),
            "started_at": None if started is None else rfc3339(started, digits),
            "finished_at": None if finished is None else rfc3339(finished, digits),
            **row.fields,
        }

    def shows(self, row: Row, values: Mapping[str, frozenset[str]], now: int) -> bool:  # noqa: ARG002
        """Whether a row is of a kind and about a resource."""
        about = {**_subject(row.number), **row.fields}
        return all(str(about[name]) in texts for name, texts in values.items())


def _output(bits: int) -> str:
    return "" if bits >> 5 & 1 else f'{{"violations": {bits % 4}, "skipped": false}}'


class ChainloopTable(Table):
    """Rows with kinds and resources, newest first.

    Which settled rows match a status and a kind repeats with each period, so those are counted and
    found by arithmetic; only the young and the added are looked at one by one.
    """

    def __init__(self, maker: Maker, where: str, size: int, data: Data) -> None:
        super().__init__(maker, where, size, data)
        self._matching = cache(self._matching_places)

    def part(self, wanted: Wanted, now: int, start: int, stop: int) -> tuple[int, list[Row]]:
        """Return how many rows a listing has, and those between two places."""
        settled = self._settled(now)
        is_changed = any(number < settled for number in list(self._kept))
        if wanted.values.keys() - {"kind"} or is_changed:
            return super().part(wanted, now, start, stop)
        young = range(self.count(now) - 1, settled - 1, -1)
        fresh = list(self._held(young, wanted, now))
        places = self._matching(wanted.words, wanted.values.get("kind"))
        periods, rest = divmod(settled, PERIOD)
        old = periods * len(places) + bisect_left(places, rest)
        found = fresh[start:stop]
        newest = old - 1 - max(start - len(fresh), 0)
        for rank in range(newest, -1, -1)[: stop - start - len(found)]:
            period, place = divmod(rank, len(places))
            found.append(period * PERIOD + places[place])
        return len(fresh) + old, [self.row(number) for number in found]

    def _numbers(self, wanted: Wanted, now: int) -> Sequence[int]:
        ids = wanted.values.get("resource_id")
        if ids is None:
            return super()._numbers(wanted, now)
        # Any row that was added may be about it.
        numbers = {number for each in ids for number in _about(each)}
        count = self.count(now)
        return sorted({*numbers, *self._kept} & set(range(count)), reverse=True)

    def _matching_places(
        self, words: frozenset[str] | None, kinds: frozenset[str] | None
    ) -> list[int]:
        """Return the places in each period that match, once settled."""
        return [
            place
            for place in range(PERIOD)
            if (words is None or words & self._lives.end(place).words)
            and (kinds is None or _kind(place) in kinds)
        ]
