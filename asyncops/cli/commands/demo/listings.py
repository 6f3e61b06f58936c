"""Walking one listing: measured, and compared with what the server holds."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from attrs import field, frozen

from asyncops.errors import AsyncOpsError
from asyncops.listing.get_many import GetMany
from asyncops.listing.pager import Pager
from asyncops.polling.policy import Poll
from asyncops.services.zoo import FileConversion, ZooClient
from asyncops.testing import FakeServer

__all__ = ["AddBar", "Walked", "by_id", "converted", "difference", "walked"]

_STEP = b"ISO-10303-21;"

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
P = TypeVar("P", bound="_Identified")


class _Identified(Protocol):
    @property
    def id(self) -> object: ...


AddBar = Callable[[str, int], Callable[[int], object]]
"""From a listing's name and its number of items to a hook, told how many have come since."""


@frozen(kw_only=True)
class Walked(Generic[T_co]):
    """What came of one listing.

    Attributes:
        name: What was listed, for people.
        items: All that came, in the order it came.
        pages: How many pages they came on; None where there are none.
        requests: How many requests the server counted.
        failed: How many of them were not answered with success.
        seconds: How long it took.
        wrong: How the items differ from what the server holds; None if they do not.
    """

    name: str
    items: tuple[T_co, ...] = field(repr=False)
    pages: int | None
    requests: int
    failed: int
    seconds: float
    wrong: str | None

    @property
    def rate(self) -> float:
        """Items per second."""
        return len(self.items) / self.seconds if self.seconds > 0 else 0.0


async def walked(
    name: str, server: FakeServer, pager: Pager[P], expected: Sequence[P], add_bar: AddBar
) -> Walked[P]:
    """Walk a listing to its end, and compare the ids with those ``expected``."""
    items: list[P] = []
    pages, tick = 0, add_bar(name, len(expected))
    server.reset_counters()
    start = time.perf_counter()
    async for page in pager.pages():
        items.extend(page.items)
        pages += 1
        tick(len(page.items))
    wrong = difference(_ids(items), _ids(expected))
    return _measured(name, server, start, items, pages=pages, wrong=wrong)


async def by_id(
    name: str,
    server: FakeServer,
    get_many: Callable[..., GetMany[Any, T]],
    listed: Sequence[P],
    same: Callable[[P, T], bool],
    *,
    add_bar: AddBar,
) -> Walked[T]:
    """Get items by their ids, several at a time, and compare each with the listed one."""
    items: list[T] = []
    tick = add_bar(name, len(listed))
    server.reset_counters()
    start = time.perf_counter()
    async with get_many([each.id for each in listed], ordered=True) as results:
        async for _, item in results:
            if isinstance(item, AsyncOpsError):
                raise item
            items.append(item)
            tick(1)
    other = [each for each, item in zip(listed, items, strict=True) if not same(each, item)]
    wrong = f"{len(other)} not as listed, first {other[0].id}" if other else None
    return _measured(name, server, start, items, pages=None, wrong=wrong)


async def converted(
    name: str, server: FakeServer, zoo: ZooClient, add_bar: AddBar
) -> Walked[FileConversion]:
    """Start the conversion of a file, and wait for its end."""
    tick = add_bar(name, 1)
    server.reset_counters()
    start = time.perf_counter()
    started = await zoo.files.convert(_STEP, src_format="step", output_format="obj")

    def end(poll: Poll) -> None:
        """Have it end behind the first poll; a fake of its own accord may let it fail."""
        if poll.open:
            server.zoo.move("files.convert", started.id, status="completed")

    result = await started.wait(on_poll=end)
    tick(1)
    wrong = None if result.outputs else f"{started.id} has no files"
    return _measured(name, server, start, [result], pages=None, wrong=wrong)


def _measured(
    name: str,
    server: FakeServer,
    start: float,
    items: Sequence[T],
    *,
    pages: int | None,
    wrong: str | None,
) -> Walked[T]:
    return Walked(
        name=name,
        items=tuple(items),
        pages=pages,
        requests=server.count(),
        failed=sum(request.status not in {200, 201} for request in server.requests),
        seconds=time.perf_counter() - start,
        wrong=wrong,
    )


def _ids(items: Iterable[_Identified]) -> list[str]:
    return [str(item.id) for item in items]


def difference(given: Sequence[str], expected: Sequence[str]) -> str | None:
    """How the ids differ, as a part of a sentence; None if they are the same, in one order."""
    if list(given) == list(expected):
        return None
    came, due = Counter(given), Counter(expected)
    found = [
        f"{len(ids)} {what}, first {ids[0]}"
        for what, ids in (
            ("missing", [each for each in expected if each not in came]),
            ("unexpected", [each for each in given if each not in due]),
            ("more than once", [each for each, times in came.items() if times > 1]),
        )
        if ids
    ]
    if found:
        return f"{len(given):,} items instead of {len(expected):,}: {'; '.join(found)}"
    pairs = enumerate(zip(given, expected, strict=True))
    place = next(number for number, (one, other) in pairs if one != other)
    return f"another order from item {place + 1:,} on"
