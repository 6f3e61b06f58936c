"""Walking one listing: measured, and compared with what the server holds."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import define, field

from asyncops.errors import AsyncOpsError
from asyncops.listing.get_many import GetMany
from asyncops.listing.pager import Pager
from asyncops.polling.policy import Poll
from asyncops.services.zoo import ZooClient
from asyncops.testing import FakeServer

_STEP = b"ISO-10303-21;"

AddBar = Callable[[str, int], Callable[[int], object]]
"""From a listing's name and its number of items to a hook, told how many have come since."""


@define(kw_only=True)
class Walked:
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
    items: list[Any] = field(factory=list, repr=False)
    pages: int | None = None
    requests: int = 0
    failed: int = 0
    seconds: float = 0.0
    wrong: str | None = None


@define(eq=False)
class Reader:
    """Reads what one server holds, measures that, and compares what came.

    Attributes:
        server: The server.
        add_bar: Shows how far each listing has come.
    """

    server: FakeServer
    add_bar: AddBar

    async def walked(self, name: str, pager: Pager[Any], expected: Sequence[Any]) -> Walked:
        """Walk a listing to its end, and compare the ids with those ``expected``."""
        with self._measured(name, len(expected)) as (walk, tick):
            walk.pages = 0
            async for page in pager.pages():
                walk.items += page.items
                walk.pages += 1
                tick(len(page.items))
        walk.wrong = difference(_ids(walk.items), _ids(expected))
        return walk

    async def by_id(
        self,
        name: str,
        get_many: Callable[..., GetMany[Any, Any]],
        listed: Sequence[Any],
        same: Callable[[Any, Any], bool],
    ) -> Walked:
        """Get items by their ids, several at a time, and compare each with the listed one."""
        with self._measured(name, len(listed)) as (walk, tick):
            async with get_many([each.id for each in listed], ordered=True) as results:
                async for _, item in results:
                    if isinstance(item, AsyncOpsError):
                        raise item
                    walk.items.append(item)
                    tick(1)
        pairs = zip(listed, walk.items, strict=True)
        if other := [each for each, item in pairs if not same(each, item)]:
            walk.wrong = f"{len(other)} not as listed, first {other[0].id}"
        return walk

    async def converted(self, name: str, zoo: ZooClient) -> Walked:
        """Start the conversion of a file, and wait for its end."""
        with self._measured(name, 1) as (walk, tick):
            started = await zoo.files.convert(_STEP, src_format="step", output_format="obj")

            def end(poll: Poll) -> None:
                """Have it end behind the first poll, before what else there is grows older."""
                if poll.open:
                    self.server.zoo.move("files.convert", started.id, status="completed")

            walk.items.append(await started.wait(on_poll=end))
            tick(1)
        walk.wrong = None if walk.items[0].outputs else f"{started.id} has no files"
        return walk

    @contextmanager
    def _measured(self, name: str, total: int) -> Iterator[tuple[Walked, Callable[[int], object]]]:
        """Give what a listing comes to, whose requests and time are measured, and its bar."""
        self.server.reset_counters()
        walk, began = Walked(name=name), time.perf_counter()
        yield walk, self.add_bar(name, total)
        walk.seconds = time.perf_counter() - began
        walk.requests = self.server.count()
        walk.failed = sum(request.status not in {200, 201} for request in self.server.requests)


def _ids(items: Iterable[Any]) -> list[str]:
    return [str(item.id) for item in items]


def difference(given: Sequence[str], expected: Sequence[str]) -> str | None:
    """How the ids differ, as a part of a sentence; None if they are the same, in one order."""
    if list(given) == list(expected):
        return None
    came, due = Counter(given), set(expected)
    found = {
        "missing": [each for each in expected if each not in came],
        "unexpected": [each for each in given if each not in due],
        "more than once": [each for each, times in came.items() if times > 1],
    }
    words = "; ".join(f"{len(ids)} {what}, first {ids[0]}" for what, ids in found.items() if ids)
    if words:
        return f"{len(given):,} items instead of {len(expected):,}: {words}"
    pairs = enumerate(zip(given, expected, strict=True))
    place = next(number for number, (one, other) in pairs if one != other)
    return f"another order from item {place + 1:,} on"
