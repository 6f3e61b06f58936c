"""The loop of ``watch``: everything is told, the place is kept, and it ends when it should."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest

from asyncops import (
    Change,
    ChangeKind,
    Checkpoint,
    ConnectionFailed,
    Poll,
    PollPolicy,
    RateLimited,
    Watch,
    WatchCheckpoint,
    ZooClient,
)
from asyncops.checkpoints import KnownAlive
from asyncops.cli.live import loop
from asyncops.cli.live.loop import (
    CheckpointKeeper,
    checkpoint_before,
    checkpoint_in,
    first_of,
    follow,
)
from asyncops.cli.live.observers import json_of, plain_of
from asyncops.cli.live.state import summary_of
from asyncops.cli.shell import Failure
from asyncops.polling.ledger import Ledger
from asyncops.polling.watermark import Watermark
from asyncops.services.zoo import ApiCallStatus, AsyncApiCall
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.cli.samples import ID, NOON, call, operation, prompt

Told = list[tuple[str, str, str]]
# The clock of the fakes begins with the year; what changed last before this has ended.
ENOUGH = datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC)


class Listener:
    """Remembers what it is told.

    Args:
        told: Where; several may share it.
        most: After so many it fails to take another one; None: it takes all.
    """

    def __init__(self, told: Told | None = None, most: int | None = None) -> None:
        self.told: Told = [] if told is None else told
        self.polls = 0
        self._most = most
        self._taken = 0
        self.enough = asyncio.Event()

    async def take(self, change: Change[Any]) -> None:
        if self._taken == self._most:
            raise BrokenPipeError
        self._taken += 1
        status = "" if change.after is None else change.after.status.value
        self.told.append((change.kind.value, change.id or "", status))

    def on_poll(self, poll: Poll) -> None:
        self.polls = poll.number


class Playing:
    """A watch that gives these changes."""

    checkpoint = None

    def __init__(self, changes: list[Change[Any]]) -> None:
        self._changes = iter(changes)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change[Any]:
        for change in self._changes:
            return change
        raise StopAsyncIteration


@asynccontextmanager
async def zoo_of(server: FakeServer) -> AsyncIterator[ZooClient]:
    async with ZooClient(server.token, base_url=server.url, clock=server.clock) as zoo:
        yield zoo


def watch_of(zoo: ZooClient, seconds: float | None = 60, **options: Any) -> Watch[AsyncApiCall]:
    return zoo.operations.watch(poll=PollPolicy(timeout=seconds), **options)


def known(path: Path) -> set[str]:
    """The ids that are alive by the place in a file."""
    return {each.id for each in WatchCheckpoint.from_json(path.read_text()).alive}


async def test_every_change_is_told_in_its_order_until_the_watch_ends() -> None:
    async with FakeServer(operations=5) as server, zoo_of(server) as zoo:
        listener = Listener()
        watch = watch_of(zoo, from_start=True, on_poll=listener.on_poll)
        await follow(watch, listener.take, CheckpointKeeper(None))
    created = [id_ for kind, id_, _ in listener.told if kind == "created"]
    finished = [id_ for kind, id_, _ in listener.told if kind == "finished"]
    assert sorted(created) == sorted(finished)
    assert len(set(finished)) == len(finished) == 5
    assert listener.polls > 3


async def test_an_audience_that_has_had_enough_ends_it() -> None:
    async with FakeServer() as server, zoo_of(server) as zoo:
        listener = Listener()
        watch = watch_of(zoo, seconds=None, on_poll=lambda _: listener.enough.set())
        await first_of(follow(watch, listener.take, CheckpointKeeper(None)), listener.enough.wait())


async def test_one_that_fails_ends_it_where_that_was_asked_for() -> None:
    async with FakeServer(operations=0) as server, zoo_of(server) as zoo:
        raw_json.create_operation(
            server, id=str(ID), fails=True, lifetime=5, error="The mesh is not closed."
        )
        listener = Listener()
        with pytest.raises(Failure, match=f"{ID} failed: The mesh is not closed") as caught:
            await follow(watch_of(zoo), listener.take, CheckpointKeeper(None), until_failure=True)
    assert caught.value.code == 1
    assert listener.told[-1] == ("finished", str(ID), "failed")


async def test_what_has_failed_already_is_told_by_two_lines_that_differ() -> None:
    """As lines, as JSON, and on the screen."""
    async with (
        FakeServer(operations=0) as server,
        zoo_of(server) as zoo,
        watch_of(zoo) as changes,
    ):
        raw_json.create_operation(server, status="failed", error="no disk left")
        told = [change async for change in changes]
    assert [change.kind.value for change in told] == ["created", "finished"]
    for write in (plain_of, json_of):
        assert len({write(change) for change in told}) == 2
    first, second = map(summary_of, told)
    assert (first.word, first.error) == ("created", "")
    assert (second.word, second.error) == ("failed", "no disk left")


@pytest.mark.parametrize(
    ("status", "more", "words"),
    [
        ("canceled", {}, "was cancelled"),
        ("aborted", {"completed_at": NOON}, "ended in the status 'aborted'"),
    ],
)
async def test_any_end_but_success_ends_it_where_that_was_asked_for(
    status: str, more: dict[str, Any], words: str
) -> None:
    """With the exit code of a failure."""
    ended = changed(
        ChangeKind.FINISHED, id=str(ID), after=call(status=ApiCallStatus(status), **more)
    )
    watch: Any = Playing([ended])
    with pytest.raises(Failure, match=f"{ID} {words}") as caught:
        await follow(watch, Listener().take, CheckpointKeeper(None), until_failure=True)
    assert caught.value.code == 1


async def test_an_error_of_the_audience_is_raised() -> None:
    """Such as that of a pipe that nobody reads any more."""
    async with FakeServer(operations=5) as server, zoo_of(server) as zoo:
        with pytest.raises(BrokenPipeError):
            await follow(
                watch_of(zoo, from_start=True), Listener(most=0).take, CheckpointKeeper(None)
            )


async def test_an_error_in_taking_stock_is_raised() -> None:
    async with FakeServer() as server, zoo_of(server) as zoo:
        server.token = "another"
        with pytest.raises(Exception, match="401"):
            await follow(watch_of(zoo), Listener().take, CheckpointKeeper(None))


@pytest.mark.parametrize("most", [1, 2, 5, 16])
async def test_going_on_from_the_file_tells_exactly_the_rest_wherever_it_broke_off(
    tmp_path: Path, most: int
) -> None:
    """For two minutes, whoever is told breaks off after a few changes, again and again."""
    path = tmp_path / "place"
    told: Told = []
    async with FakeServer(operations=5, arrivals=0.2) as server, zoo_of(server) as zoo:
        server.script(*(Fault(503, on=number, times=20) for number in (60, 120, 180)))
        ends = server.clock.time() + 120
        while server.clock.time() < ends:
            watch = watch_of(zoo, from_start=True, resume=checkpoint_in(path))
            with suppress(BrokenPipeError):
                await follow(watch, Listener(told, most).take, CheckpointKeeper(path))
        # What is left of an outage, and what happened in it.
        last = watch_of(zoo, resume=checkpoint_in(path))
        await follow(last, Listener(told).take, CheckpointKeeper(path))
        rows = raw_json.zoo_operations(server)
    of_operations = [each for each in told if each[1]]
    assert len(of_operations) == len(set(of_operations))
    lives: dict[str, list[str]] = defaultdict(list)
    for kind, id_, _ in of_operations:
        lives[id_].append(kind)
    assert all(life[0] == "created" and "created" not in life[1:] for life in lives.values())
    long_ago = {row["id"] for row in rows if datetime.fromisoformat(row["updated_at"]) < ENOUGH}
    assert len(long_ago) > 15
    assert all(lives[id_][-1] == "finished" for id_ in long_ago)
    outages = [kind for kind, id_, _ in told if not id_]
    assert outages
    assert outages == ["interrupted", "recovered"] * (len(outages) // 2)


@pytest.mark.parametrize("kind", ChangeKind)
def test_the_place_before_a_change_begins_with_it(kind: ChangeKind) -> None:
    """The ledger that goes on from there gives the change once more when it polls."""
    finished = call(status=ApiCallStatus.COMPLETED)
    about = {
        ChangeKind.CREATED: {"after": call()},
        ChangeKind.UPDATED: {"before": call(), "after": call(status=ApiCallStatus.UPLOADED)},
        ChangeKind.FINISHED: {"before": call(), "after": finished},
        ChangeKind.REOPENED: {"after": call()},
        ChangeKind.VANISHED: {"before": call()},
    }.get(kind, {})
    change = changed(kind, id=str(ID) if about else None, **about)
    after = WatchCheckpoint(
        query="q",
        alive=(KnownAlive("other", "mark", None),),
        ended=((str(ID), NOON.timestamp()),),
        interrupted=kind is ChangeKind.INTERRUPTED,
    )
    ledger: Ledger[AsyncApiCall] = Ledger(
        "q", lambda item: item.status.value, Watermark(60.0), True
    )
    ledger.go_on(checkpoint_before(change, after))
    if kind is ChangeKind.INTERRUPTED:
        ledger.interrupt(ConnectionFailed("lost"), NOON)
    else:
        seen = change.after
        found = {} if seen is None else {str(ID): seen}
        gone = {str(ID)} if kind is ChangeKind.VANISHED else set()
        ledger.compare(found, gone, NOON, polled_at=NOON.timestamp())
    given = ledger.take()
    assert given is not None
    assert (given.kind, given.id) == (change.kind, change.id)


async def test_the_place_is_in_the_file_as_soon_as_there_is_one(tmp_path: Path) -> None:
    """A program that is killed before anything happens can be gone on from too."""
    path = tmp_path / "place"
    seen: list[bool] = []
    async with FakeServer(operations=5) as server, zoo_of(server) as zoo:
        watch = watch_of(zoo, seconds=3, on_poll=lambda _: seen.append(path.exists()))
        await follow(watch, Listener().take, CheckpointKeeper(path))
    assert seen[:2] == [False, True]


async def test_the_place_is_written_while_the_watch_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_PAUSE", 0.0)
    path = tmp_path / "place"
    held: list[int] = []

    class Slow(Listener):
        async def take(self, change: Change[Any]) -> None:
            await super().take(change)
            await asyncio.sleep(0.002)
            held.append(len(known(path)))

    async with FakeServer(operations=8) as server, zoo_of(server) as zoo:
        await follow(watch_of(zoo, from_start=True), Slow().take, CheckpointKeeper(path))
    assert len(set(held)) > 2


def test_there_is_no_place_before_there_is_a_file(tmp_path: Path) -> None:
    assert checkpoint_in(tmp_path / "place") is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\x00", id="no text"),
        pytest.param(Checkpoint(query="q").to_json().encode(), id="a listing's"),
    ],
)
def test_a_file_that_holds_something_else_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "place"
    path.write_bytes(content)
    with pytest.raises(Failure, match=f"cannot go on from {path}: not a checkpoint of a watch"):
        checkpoint_in(path)


def test_a_place_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot use the file"):
        checkpoint_in(tmp_path)


def changed(kind: ChangeKind, **fields: Any) -> Change[Any]:
    return Change(kind=kind, seen_at=NOON, **fields)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param(
            changed(ChangeKind.CREATED, id=str(ID), after=call()),
            f"2026-03-01T12:00:00Z pending     {ID} file_mass\n",
            id="created",
        ),
        pytest.param(
            changed(
                ChangeKind.FINISHED,
                id=str(ID),
                after=prompt(status=ApiCallStatus.FAILED, error="no\nidea \x1b[2J"),
            ),
            f"2026-03-01T12:00:00Z failed      {ID} text_to_cad no idea \\x1b[2J\n",
            id="failed",
        ),
        pytest.param(
            changed(
                ChangeKind.CREATED,
                id=str(ID),
                after=call(status=ApiCallStatus.FAILED, error="no disk left"),
            ),
            f"2026-03-01T12:00:00Z created     {ID} file_mass\n",
            id="failed already",
        ),
        pytest.param(
            changed(ChangeKind.FINISHED, id=str(ID), after=call(status=ApiCallStatus("canceled"))),
            f"2026-03-01T12:00:00Z cancelled   {ID} file_mass\n",
            id="cancelled",
        ),
        pytest.param(
            changed(
                ChangeKind.FINISHED,
                id=str(ID),
                after=call(status=ApiCallStatus("aborted"), completed_at=NOON),
            ),
            f"2026-03-01T12:00:00Z aborted     {ID} file_mass\n",
            id="ended in a new status",
        ),
        pytest.param(
            changed(ChangeKind.CREATED, id=str(ID), after=call(status=ApiCallStatus("paused"))),
            f"2026-03-01T12:00:00Z paused      {ID} file_mass\n",
            id="alive in a new status",
        ),
        pytest.param(
            changed(ChangeKind.VANISHED, id="a b", before=operation(kind="")),
            "2026-03-01T12:00:00Z vanished    a b -\n",
            id="vanished",
        ),
        pytest.param(
            changed(ChangeKind.INTERRUPTED, error=RateLimited("slow down", status=429)),
            "2026-03-01T12:00:00Z interrupted - - ",
            id="interrupted",
        ),
        pytest.param(
            changed(ChangeKind.RECOVERED),
            "2026-03-01T12:00:00Z recovered   - -\n",
            id="recovered",
        ),
    ],
)
def test_a_change_is_a_line_of_time_state_id_type_and_error(change: Change[Any], line: str) -> None:
    written = plain_of(change).decode()
    assert written.startswith(line)
    assert written.count("\n") == 1


def test_a_change_is_a_line_of_json_in_the_names_of_the_service() -> None:
    before, after = call(), call(status=ApiCallStatus.FAILED, error="no\nidea")
    line = json_of(changed(ChangeKind.FINISHED, id=str(ID), before=before, after=after))
    assert line.count(b"\n") == 1
    document = json.loads(line)
    assert document["kind"] == "finished"
    assert document["seen_at"] == "2026-03-01T12:00:00Z"
    assert (document["before"]["status"], document["after"]["status"]) == ("queued", "failed")
    assert document["after"]["error"] == "no\nidea"
    assert document["error"] is None


def test_an_outage_as_json_says_what_support_asks_for() -> None:
    error = RateLimited("slow down", status=429, request_id="r-1")
    document = json.loads(json_of(changed(ChangeKind.INTERRUPTED, error=error)))
    assert document["id"] is None
    assert document["error"]["type"] == "RateLimited"
    assert (document["error"]["status"], document["error"]["request_id"]) == (429, "r-1")
