"""A listing and a strategy for it; a tape of bytes says when each answer is made and arrives."""

import warnings
from collections.abc import Iterator

from attrs import define, field, frozen

from asyncops.checkpoints import Checkpoint
from asyncops.errors import APIError, AsyncOpsError, BadRequest, ListingMoved
from asyncops.http.messages import Reply, Request
from asyncops.models import Page
from asyncops.paging.counted.concurrent import ConcurrentNumbered
from asyncops.paging.counted.drift import Drift
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.paging.strategy import EarlyPage
from tests.laws.listings import CHAINLOOP

COUNTINGS = ["from 0", "clamping", "refusing"]
ASKED_SIZE = 5


@frozen
class Body:
    """A page, and how many changes the listing had gone through when it was made."""

    items: tuple[str, ...]
    number: int
    page_size: int
    total_count: int
    total_pages: int
    version: int


@define
class Service:
    """A listing, newest rows first, that counts and clamps as it likes."""

    rows: list[str]
    max_size: int = 9
    counting: str = "from 0"
    left_out: frozenset[str] = frozenset()
    changes: list[int] = field(factory=list)
    failing: dict[int, APIError] = field(factory=dict)
    stayed: set[str] = field(init=False)
    # A row was added and has gone again.
    undone: bool = field(default=False, init=False)
    asked: list[int] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.stayed = set(self.rows)

    @property
    def base(self) -> int:
        return 0 if self.counting == "from 0" else 1

    @property
    def size(self) -> int:
        return min(ASKED_SIZE, self.max_size)

    @property
    def pages(self) -> int:
        return -(-len(self.rows) // self.size)

    def answer(self, request: Request) -> Body | APIError:
        number = int(dict(request.params)["pagination.page"])
        self.asked.append(number)
        if number in self.failing:
            return self.failing[number]
        if number < self.base and self.counting == "refusing":
            return BadRequest("page: must be at least 1", status=400)
        number = max(number, self.base)
        start = (number - self.base) * self.size
        said = {
            "page_size": self.size,
            "total_count": len(self.rows),
            "total_pages": self.pages,
        }
        return Body(
            items=tuple(self.rows[start : start + self.size]),
            number=number,
            version=len(self.changes),
            **{name: 0 if name in self.left_out else value for name, value in said.items()},
        )

    def insert(self, count: int) -> None:
        """New rows, in front."""
        self.changes.append(count)
        made = len(self.changes)
        self.rows[:0] = [f"new {made}.{each}" for each in range(count)]

    def remove(self, indices: list[int]) -> None:
        """Some rows vanish."""
        indices = indices[: len(self.rows)]
        if indices:
            self.changes.append(-len(indices))
            for index in indices:
                gone = self.rows.pop(index % len(self.rows))
                self.undone |= gone.startswith("new")
            self.stayed.intersection_update(self.rows)


@define(eq=False)
class RecordingStrategy(NumberedStrategy[str]):
    """Writes down which answers it was shown."""

    fed: list[int] = field(factory=list, init=False)

    def feed(self, reply: Reply[object]) -> None:
        body = reply.value
        assert isinstance(body, Body)
        probe = self._undecided is not None
        super().feed(Reply(value=body))
        if not probe:
            self.fed.append(body.version)


def strategy_of(
    service: Service,
    most: int,
    *,
    ordered: bool = True,
    base: PageBase | None = None,
    resume: Checkpoint | None = None,
) -> ConcurrentNumbered[str]:
    start = resume or Checkpoint(query="q")
    paging = RecordingStrategy(
        Request(path="/"),
        ASKED_SIZE,
        base or PageBase(),
        str,
        start.cursor if isinstance(start.cursor, int) else None,
        Drift.since(start),
        start.page_size or 0,
        style=CHAINLOOP,
    )
    return ConcurrentNumbered(paging, most, ordered)


@define
class Run:
    """Sends what a strategy asks for; a tape of bytes says what happens when."""

    service: Service
    strategy: ConcurrentNumbered[str]
    tape: Iterator[int] = field(factory=lambda: iter(()))
    changing: str = ""
    under_way: dict[int, Request] = field(factory=dict)
    answered: dict[int, Body | APIError] = field(factory=dict)
    ready_pages: list[Page[str]] = field(factory=list)
    busiest: int = 0
    told: bool = False

    def to_end(self) -> AsyncOpsError | None:
        """Until the strategy is done, or raises."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                while not self.strategy.done:
                    self.step()
            except AsyncOpsError as error:
                return error
            finally:
                assert {warning.category for warning in caught} <= {ListingMoved}
                self.told = bool(caught)
        return None

    def step(self) -> None:
        self.ask()
        match next(self.tape, 0) % 13:
            case 1:
                self.change()
            case 2 | 3 | 4 | 5:
                self.make_answer(next(self.tape, 0))
            case 6 | 7 | 8 | 9:
                self.deliver(next(self.tape, 0))
            case 10 | 11:
                self.take()
            case _:
                # What happens in quiet times, so that the walk goes on when the tape is over.
                took = self.take()
                self.make_answer(0)
                assert took or self.answered or self.strategy.done, "it waits for nothing"
                self.deliver(0)

    def ask(self) -> None:
        while (asked := self.strategy.ask()) is not None:
            name, request = asked
            assert name not in self.under_way | self.answered, "asked for twice at once"
            self.under_way[name] = request
            assert len(self.service.asked) < 3_000, "the walk does not come to an end"
            self.check_bounds()

    def make_answer(self, which: int) -> None:
        """The service's time: the answer says what the listing is like now."""
        if self.under_way:
            name = list(self.under_way)[which % len(self.under_way)]
            self.answered[name] = self.service.answer(self.under_way.pop(name))

    def deliver(self, which: int) -> None:
        """The strategy's time: an answer arrives, whenever it was made."""
        if not self.answered:
            return
        name = list(self.answered)[which % len(self.answered)]
        answer = self.answered.pop(name)
        if isinstance(answer, APIError):
            self.strategy.fail(name, answer)
        else:
            self.strategy.feed(name, Reply(value=answer))
        self.check_bounds()

    def take(self) -> bool:
        ready = self.strategy.take()
        if ready is not None:
            self.ready_pages.append(ready)
        self.check_bounds()
        return ready is not None

    def change(self) -> None:
        if not self.changing:
            return
        kind = self.changing[next(self.tape, 0) % len(self.changing)]
        amount = next(self.tape, 0) % (2 * self.service.size + 1)
        if kind == "=":
            # The old ones alone: as many as come, and not those that have come.
            for _ in range(min(amount + 1, len(self.service.stayed))):
                self.service.insert(1)
                self.service.remove([len(self.service.rows) - 1])
        elif kind == "+":
            self.service.insert(amount + 1)
        else:
            self.service.remove([next(self.tape, 0) for _ in range(amount + 1)])

    def arrive(self, which: int) -> None:
        """One answer is made and arrives at once."""
        self.make_answer(which)
        self.deliver(0)

    def check_bounds(self) -> None:
        in_flight = len(self.under_way) + len(self.answered)
        held = sum(slot.answer is not None for slot in self.strategy._slots.values())
        ready = len(self.strategy._ready)
        self.busiest = max(self.busiest, in_flight)
        assert in_flight <= self.strategy.concurrency
        assert held <= self.strategy.concurrency
        assert ready <= self.strategy.concurrency
        if self.strategy.ordered:
            assert in_flight + held <= self.strategy.concurrency

    @property
    def checked(self) -> bool:
        """Whether a page was asked for at the end, beyond those of the walk."""
        return self.strategy._check.needed

    @property
    def moved_while_looking(self) -> bool:
        """Whether it had to be looked at twice, and might have had to be again."""
        return self.strategy._check._attempts == 2

    @property
    def pages(self) -> list[Page[str]]:
        """Those that came in their turn."""
        return [page for page in self.ready_pages if not isinstance(page, EarlyPage)]

    @property
    def rows(self) -> list[str]:
        """As the pager gives them: what came early does not come again."""
        early: set[str] = set()
        rows: list[str] = []
        for page in self.ready_pages:
            rows += [item for item in page.items if item not in early]
            if isinstance(page, EarlyPage):
                early.update(page.items)
        return rows

    @property
    def undetectable(self) -> bool:
        """Whether removals, and insertions that left no trace, lie between reversed answers."""
        return self.service.undone and self.mixed

    @property
    def mixed(self) -> bool:
        """Whether changes of both kinds lie between two answers that were accepted in reverse."""
        paging, changes = self.strategy.paging, self.service.changes
        assert isinstance(paging, RecordingStrategy)
        return any(
            min(changes[later:sooner], default=0) < 0 < max(changes[later:sooner], default=0)
            for sooner, later in zip(paging.fed, paging.fed[1:], strict=False)
        )


def rows_of(count: int) -> list[str]:
    return [str(number) for number in range(count)]
