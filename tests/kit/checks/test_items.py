"""The class of the items: what is refused when the client's class is made."""

from datetime import datetime
from typing import Any

import pytest
from attrs import define, evolve, frozen

from asyncops.kit import (
    Collection,
    DescriptionError,
    EpochMillis,
    EpochSeconds,
    Order,
    State,
    Status,
    Timestamp,
    Tracked,
    UtcTimestamp,
    Window,
)
from asyncops.kit.checks.items import check_item, has_attribute
from asyncops.kit.checks.subject import Subject
from tests.kit.parts import AllOptions, Job, JobStatus, client, listing, resource


@define(kw_only=True)
class Mutable(Tracked):
    id: str
    status: JobStatus
    created_at: Timestamp
    started_at: None = None
    finished_at: None = None
    error: None = None


class Plain:
    id: str


@frozen
class WithoutId:
    status: JobStatus
    created_at: Timestamp


@frozen
class WithoutError(Tracked):
    id: str
    status: JobStatus
    created_at: Timestamp
    started_at: None = None
    finished_at: None = None


@frozen
class WithoutTimes(Tracked):
    id: str
    status: JobStatus
    created_at: Timestamp


@frozen
class WithoutState:
    id: str
    status: JobStatus
    created_at: Timestamp
    started_at: None = None
    finished_at: None = None
    error: None = None


@frozen
class FloatId(Tracked):
    id: float
    status: JobStatus
    created_at: Timestamp
    started_at: None = None
    finished_at: None = None
    error: None = None


@frozen
class TextStatus:
    id: str
    status: str
    created_at: Timestamp
    state: State = State.PENDING
    started_at: None = None
    finished_at: None = None
    error: None = None


@frozen(kw_only=True)
class TextState(Job):
    state: str = ""  # type: ignore[assignment]


@frozen(kw_only=True)
class KeptState(Job):
    @property
    def state(self) -> str:  # type: ignore[override]
        return self.status


class Endless(Status):
    WAITING = "waiting", State.PENDING
    RUNNING = "running", State.RUNNING


def timed(**types: Any) -> type[Any]:
    """The class of an item whose times have these types."""
    hints = {"created_at": Timestamp, "started_at": None, "finished_at": None, **types}
    body = {"__annotations__": {"id": str, "status": JobStatus, **hints, "error": None}}
    return frozen(type("Timed", (Tracked,), body))


@frozen
class TextProperty(Tracked):
    id: str
    status: JobStatus
    created_at: Timestamp
    started_at: None = None
    error: None = None

    @property
    def finished_at(self) -> str:
        return ""


class OneWord(Status):
    DONE = "done", State.SUCCEEDED
    FINISHED = "DONE", State.FAILED


class SameAgain(Status):
    DONE = "done", State.SUCCEEDED
    FINISHED = "done", State.FAILED


class Unstated(Status):
    WAITING = "waiting", State.PENDING
    DONE = "done", State.SUCCEEDED
    LOST = "lost"


class Unsure(Status):
    DONE = "done", State.SUCCEEDED
    LOST = "lost", State.UNKNOWN


class Numbers(Status):
    WAITING = 0, State.PENDING
    DONE = 1, State.SUCCEEDED


class TextStates(Status):
    WAITING = "waiting", State.PENDING
    DONE = "done", "succeeded"


@frozen
class FloatProperty(Tracked):
    status: JobStatus
    created_at: Timestamp
    started_at: None = None
    finished_at: None = None
    error: None = None

    @property
    def id(self) -> float:
        return 0.0


class Empty(Status):
    pass


@frozen
class Undated:
    id: str


@frozen
class ByState:
    """An operation that tells its state without a status."""

    id: str
    created_at: Timestamp
    finished_at: Timestamp | None = None
    started_at: None = None
    error: None = None

    @property
    def state(self) -> State:
        return State.RUNNING if self.finished_at is None else State.SUCCEEDED


@frozen
class Nested(Tracked):
    id: str
    created_at: Timestamp
    word: JobStatus
    started_at: None = None
    finished_at: None = None
    error: None = None

    @property
    def status(self) -> JobStatus:
        return self.word


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"item": Mutable}, "FarmClient.jobs: item: Mutable can be changed: decorate it with @frozen"),
    ({"item": Plain}, "item: Plain must be a frozen attrs class: decorate it with @frozen"),
    ({"item": WithoutId}, "id: WithoutId has no 'id'; its fields are created_at, status"),
    ({"item": WithoutError}, "item: .* has no 'error'.*: add the field, or a property error that"),
    (
        {"item": WithoutTimes},
        "WithoutTimes has no 'started_at', 'finished_at', 'error'; .*: add the fields, or prop",
    ),
    ({"item": WithoutState}, "item: WithoutState has no 'state'.*: inherit from Tracked"),
    ({"item": FloatId}, "id: the field 'id' must be a str, an int or a UUID, got .*float"),
    ({"item": FloatProperty}, "id: the property 'id' must be a str, an int or a UUID, got .*float"),
    ({"statuses": OneWord}, "statuses: OneWord.FINISHED and DONE are one word, 'done', so that"),
    ({"statuses": SameAgain}, "statuses: SameAgain.FINISHED and DONE are one word, 'done'"),
    ({"statuses": Unstated}, "statuses: Unstated.LOST has no state.*: write LOST = 'lost', State."),
    (
        {"item": timed(created_at=str)},
        "item: Timed.created_at must be a Timestamp, UtcTimestamp, EpochSeconds or .*str",
    ),
    ({"item": timed(started_at=datetime | None)}, "item: Timed.started_at must be a Timestamp"),
    ({"item": timed(finished_at=float)}, "item: Timed.finished_at must be a Timestamp.*float"),
    ({"item": TextProperty}, "item: TextProperty.finished_at must be a Timestamp.*got str"),
    ({"result": timed(created_at=float)}, "result: Timed.created_at must be a Timestamp"),
    ({"id": "number"}, "id: Job has no 'number'; its fields are"),
    ({"identity": "uuid"}, "identity: Job has no 'uuid'"),
    ({"item": TextStatus}, "statuses: no enum is found at TextStatus.status: annotate it with"),
    ({"statuses": Endless}, "statuses: no status of Endless ends an operation: give at least one"),
    ({"statuses": Empty}, "statuses: it must be a Status enum, got"),
    ({"statuses": str}, "statuses: it must be a Status enum, got"),
    ({"statuses": Numbers}, "statuses: Numbers.WAITING must have a text.*, got 0"),
    ({"statuses": TextStates}, "statuses: TextStates.DONE must have a State.*, got 'succeeded'"),
    ({"item": TextState}, r"item: TextState.state must be a State, got str: .*key\('state'\)"),
    ({"item": KeptState}, "item: KeptState.state must be a State, got str"),
    ({"result": Mutable}, "result: Mutable can be changed"),
    ({"result": Undated}, "result: Undated has no 'state'"),
    ({"result": lambda body: body, "found": "job"}, "found: result= is a function, which reads"),
    ({"changes": ("status", "mood")}, "changes: Job has no 'mood'"),
    ({"changes": ()}, "changes: name at least one field, or leave it out for all"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_wrong_item_is_refused_with_field_and_fix(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        client(jobs=resource(**changes))


def test_an_order_by_creation_needs_a_creation_time() -> None:
    with pytest.raises(DescriptionError, match=r"order: .*Undated has no created_at.*order=None"):
        client(rows=resource(of=Collection, item=Undated, without="watch"))


def test_a_window_needs_a_creation_time() -> None:
    timeless = listing(order=None, window=Window("a", "b"))
    with pytest.raises(DescriptionError, match=r"window: .*Undated has no created_at"):
        client(
            rows=resource(
                of=Collection, item=Undated, listing=timeless, options=AllOptions, without="watch"
            )
        )


@frozen
class OptionalProperty(Undated):
    @property
    def created_at(self) -> datetime | None:
        return None


@pytest.mark.parametrize("item", [timed(created_at=Timestamp | None), OptionalProperty])
def test_in_a_window_each_item_has_a_creation_time(item: type[Any]) -> None:
    """A walk that goes on by time would miss or repeat an item that has none."""
    kind: dict[str, Any] = {"of": Collection, "item": item, "without": "watch"}
    windowed = listing(order=None, window=Window("a", "b"))
    wanted = rf"window: .*{item.__name__}.created_at may be None.*annotate.*window=None"
    with pytest.raises(DescriptionError, match=wanted):
        client(rows=resource(**kind, listing=windowed, options=AllOptions))
    client(rows=resource(**kind, listing=listing(order=None)))


@pytest.mark.parametrize("item", [Job, ByState, Nested])
def test_an_item_that_is_right_is_taken(item: type[Any]) -> None:
    """A status that is a field or a property, and a state that is told without one."""
    client(jobs=resource(item=item))


def test_a_state_that_is_unknown_is_taken_where_it_is_written_out() -> None:
    client(jobs=resource(statuses=Unsure))


@pytest.mark.parametrize("form", [Timestamp, UtcTimestamp, EpochSeconds, EpochMillis])
def test_each_form_of_a_time_is_taken(form: Any) -> None:
    client(jobs=resource(item=timed(created_at=form, started_at=form | None)))


def test_what_has_no_life_needs_no_status() -> None:
    plain = listing(order=None)
    made = client(rows=resource(of=Collection, item=Undated, listing=plain, without="watch"))
    subject = Subject("FarmClient.rows", vars(made)["rows"].description)
    check_item(subject)
    subject = evolve(subject, described=evolve(subject.described, lives=True))
    with pytest.raises(DescriptionError, match="item: Undated has no 'state'"):
        check_item(subject)


def test_attributes_are_fields_and_properties() -> None:
    assert has_attribute(Job, "scene")
    assert has_attribute(Job, "state")
    assert not has_attribute(Job, "nothing")


def test_the_order_may_be_unknown() -> None:
    """But it is about the creation."""
    client(jobs=resource(listing=listing(order=Order(None))))
