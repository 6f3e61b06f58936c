"""One operation of Chainloop by its id, and a Chainloop that has no request for one."""

from typing import Any, assert_type

import pytest

from asyncops import (
    APIError,
    AsyncOperation,
    AsyncOpsError,
    ChangeKind,
    Forbidden,
    NotFound,
    OperationFailed,
    Poll,
    PollPolicy,
    State,
    WaitTimeout,
)
from asyncops.testing import ChainloopHabits, FakeServer
from asyncops.testing.server.service import Answered, Asked, RefusedError
from tests import raw_json
from tests.services.test_wait import RESOURCE, chainloop_of

RUNNING = "ASYNC_OPERATION_STATUS_RUNNING"
ANY: Any = None


def without_singles(monkeypatch: pytest.MonkeyPatch, server: FakeServer, status: int = 404) -> None:
    """Have a Chainloop that answers for its listing only."""
    refuse(monkeypatch, server, RefusedError(status, "Not Found"), singles=True)


def refuse(
    monkeypatch: pytest.MonkeyPatch, server: FakeServer, refusal: RefusedError, *, singles: bool
) -> None:
    """Have all requests for single operations refused, or all for pages."""
    respond = server.chainloop.described.respond

    def refusing(asked: Asked, now: int) -> Answered:
        if (asked.path != "/v1/operations") is singles:
            raise refusal
        return respond(asked, now)

    monkeypatch.setattr(server.chainloop.described, "respond", refusing)


def singles(server: FakeServer) -> int:
    return server.count() - server.count("/v1/operations")


async def test_one_operation_is_asked_for_by_its_id() -> None:
    """It is what the listing shows, for one request."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        (listed,) = (await chainloop.operations.list(page_size=1)).items
        server.reset_counters()
        operation = await chainloop.operations.get(listed.id)
        assert_type(operation, AsyncOperation)
        assert operation == listed
        assert [request.path for request in server.requests] == [f"/v1/operations/{listed.id}"]


async def test_many_are_asked_for_at_once_and_a_missing_one_costs_nobody() -> None:
    """In the order of their ids, where that is wanted."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        rows = [row["id"] for row in raw_json.chainloop_operations(server)[:20]]
        ids = [*rows, "nobody", rows[0]]
        async with chainloop.operations.get_many(ids, ordered=True) as results:
            pairs = [pair async for pair in results]
        assert [id_ for id_, _ in pairs] == ids
        for id_, result in pairs:
            assert_type(result, AsyncOperation | AsyncOpsError)
            if id_ == "nobody":
                assert isinstance(result, NotFound)
            else:
                assert isinstance(result, AsyncOperation)
                assert result.id == id_


@pytest.mark.parametrize(
    "wrong", ["", ".", "..", "a/b", "a\\b", "%2e%2e", "?x", "a#b", "a b", "a\r\nb", "a\0", "é", 5]
)
async def test_what_cannot_be_an_id_is_refused_before_anything_is_sent(wrong: Any) -> None:
    """Named as the argument it is."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        operations = chainloop.operations
        with pytest.raises((ValueError, TypeError), match="id must be"):
            await operations.get(wrong)
        with pytest.raises((ValueError, TypeError), match="id must be"):
            await operations.wait(wrong)
        for several in (operations.get_many, operations.wait_many, operations.pending):
            with pytest.raises((ValueError, TypeError), match=r"ids\[1\] must be"):
                several(["x", wrong])
        assert server.count() == 0


async def test_one_is_waited_for_by_its_id() -> None:
    """It comes alone, not as one of several."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        row = raw_json.create_chainloop_operation(server, lifetime=20, fails=False)
        polls: list[Poll] = []
        operation = await chainloop.operations.wait(row["id"], on_poll=polls.append)
        assert_type(operation, AsyncOperation)
        assert (operation.id, operation.state) == (row["id"], State.SUCCEEDED)
        assert server.count() == len(polls) == singles(server)
        bad = raw_json.create_chainloop_operation(server, lifetime=5, fails=True)["id"]
        with pytest.raises(OperationFailed) as caught:
            await chainloop.operations.wait(bad)
        assert caught.value.operation.id == bad
        same = await chainloop.operations.wait(bad, raise_on_failure=False)
        assert same == caught.value.operation


async def test_wait_takes_an_id_or_a_resource() -> None:
    """Both, or neither, is refused and both are named."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        wait: Any = chainloop.operations.wait
        for wrong in (
            {"id": "x", **RESOURCE},
            {"id": "x", "kind": "y"},
            {},
            {"kind": "y"},
        ):
            with pytest.raises(ValueError, match="an id, or resource_type and resource_id"):
                await wait(**wrong)
        with pytest.raises(ValueError, match="missing must be one of 'wait', 'error'; got 'ok'"):
            await wait("x", missing="ok")
        with pytest.raises(ValueError, match="missing must be one of 'wait', 'error', 'ok'"):
            await wait(**RESOURCE, missing="never")
        with pytest.raises(ValueError, match="missing must be one of 'wait', 'error'; got 'ok'"):
            chainloop.operations.pending(["x"], missing=ANY or "ok")  # type: ignore[arg-type]
        assert server.count() == 0


async def test_what_is_not_there_is_an_error_at_once_unless_it_is_waited_for() -> None:
    """By its id, among others, and on a resource."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        operations = chainloop.operations
        await operations.get(raw_json.chainloop_operations(server)[0]["id"])
        before = server.clock.monotonic()
        with pytest.raises(NotFound):
            await operations.wait("nobody")
        with pytest.raises(NotFound):
            await operations.wait("nobody", missing="error")
        with pytest.raises(NotFound, match="no operation on evidence e1") as none:
            await operations.wait(resource_type="evidence", resource_id="e1", missing="error")
        assert not none.value.sent
        assert server.clock.monotonic() == before
        with pytest.raises(WaitTimeout, match=r"operation nobody was not seen in 30\.0 s") as late:
            await operations.wait("nobody", missing="wait", timeout=30)
        assert late.value.last is None
        assert server.clock.monotonic() - before == pytest.approx(30)
        async with operations.wait_many(["nobody", "no-one"], missing="wait", timeout=30) as them:
            results = dict([pair async for pair in them])
        assert [type(result) for result in results.values()] == [WaitTimeout, WaitTimeout]
        assert server.clock.monotonic() - before == pytest.approx(60)


async def test_what_begins_while_it_is_waited_for_is_waited_for_to_its_end() -> None:
    """And what was there and is gone is not waited for."""
    async with FakeServer() as server, chainloop_of(server) as chainloop:

        def begin(poll: Poll) -> None:
            if poll.number == 3:
                raw_json.create_chainloop_operation(server, id="late", lifetime=10, fails=False)

        operation = await chainloop.operations.wait("late", missing="wait", on_poll=begin)
        assert operation.state is State.SUCCEEDED

        def remove(poll: Poll) -> None:
            if poll.number == 2:
                raw_json.remove_chainloop_operation(server, "brief")

        raw_json.create_chainloop_operation(server, id="brief", status=RUNNING)
        with pytest.raises(NotFound):
            await chainloop.operations.wait("brief", missing="wait", on_poll=remove)


@pytest.mark.parametrize("habits", [ChainloopHabits(), ChainloopHabits(page_base=1)], ids=str)
@pytest.mark.parametrize("status", [404, 405, 501])
async def test_a_chainloop_without_the_request_is_told_from_one_without_the_operation(
    monkeypatch: pytest.MonkeyPatch, habits: ChainloopHabits, status: int
) -> None:
    """In plain words; never as an operation that is not there."""
    async with FakeServer(chainloop=habits) as server, chainloop_of(server) as chainloop:
        without_singles(monkeypatch, server, status)
        there = raw_json.chainloop_operations(server)[7]["id"]
        for attempt in (chainloop.operations.get, chainloop.operations.wait):
            with pytest.raises(APIError, match="has no request for one operation") as caught:
                await attempt(there)
            assert not isinstance(caught.value, NotFound)
            assert caught.value.status == status
        assert server.count() <= 5


async def test_where_nothing_can_be_learned_a_404_says_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty listing proves nothing; nor does one that is refused, which is asked thrice."""
    async with FakeServer(chainloop_operations=0) as server, chainloop_of(server) as chainloop:
        with pytest.raises(NotFound, match="or this Chainloop has no request") as caught:
            await chainloop.operations.get("nobody")
        assert caught.value.status == 404
        raw_json.create_chainloop_operation(server)
        with pytest.raises(NotFound) as again:
            await chainloop.operations.get("nobody")
        assert again.value.hint is None
        server.reset_counters()
        with pytest.raises(NotFound):
            await chainloop.operations.get("nobody")
        assert server.count() == 1
    async with FakeServer() as server, chainloop_of(server) as chainloop:
        refuse(monkeypatch, server, RefusedError(403, "not for you"), singles=False)
        for _ in range(6):
            with pytest.raises(NotFound, match="or this Chainloop has no request"):
                await chainloop.operations.get("nobody")
        assert server.count("/v1/operations") == 3
        with pytest.raises(Forbidden):
            await chainloop.operations.list()


async def test_waits_for_many_go_by_the_listing_where_there_is_no_such_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each comes with its end; one that no listing shows is not found."""
    async with FakeServer(chainloop_operations=450) as server, chainloop_of(server) as chainloop:
        without_singles(monkeypatch, server)
        for number in (1, 30):
            ids = [
                raw_json.create_chainloop_operation(server, lifetime=each, fails=False)["id"]
                for each in range(number)
            ]
            for _ in range(150):
                raw_json.create_chainloop_operation(server, lifetime=0)
            async with chainloop.operations.wait_many([*ids, "nobody"]) as finished:
                results = dict([pair async for pair in finished])
            assert isinstance(results.pop("nobody"), NotFound)
            assert set(results) == set(ids)
            for result in results.values():
                assert isinstance(result, AsyncOperation)
                assert result.state is State.SUCCEEDED
        # One request for a missing operation, and one that proves what that says.
        assert singles(server) <= 16


async def test_a_watch_goes_by_the_listing_where_there_is_no_such_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing vanishes that is there, and what ends far behind the newest is told of."""
    async with FakeServer(chainloop_operations=5) as server, chainloop_of(server) as chainloop:
        without_singles(monkeypatch, server)
        old = raw_json.create_chainloop_operation(server, lifetime=1000, fails=True)["id"]
        gone = raw_json.create_chainloop_operation(server, status=RUNNING)["id"]
        server.advance(780)
        for _ in range(60):
            server.advance(2)
            raw_json.create_chainloop_operation(server, lifetime=0)
        poll = PollPolicy(timeout=200)
        async with chainloop.operations.watch(page_size=10, poll=poll) as changes:
            server.advance(90)
            raw_json.remove_chainloop_operation(server, gone)
            told = [change async for change in changes]
        ends = [change for change in told if change.kind is ChangeKind.FINISHED]
        assert [change.id for change in ends if change.id == old] == [old]
        assert [change.id for change in told if change.kind is ChangeKind.VANISHED] == [gone]


async def test_a_watch_asks_for_what_is_older_than_its_listing_by_its_id() -> None:
    """One request each, and the listing is not read back to it."""
    async with FakeServer(chainloop_operations=5) as server, chainloop_of(server) as chainloop:
        old = raw_json.create_chainloop_operation(server, lifetime=1000, fails=True)["id"]
        server.advance(780)
        for _ in range(150):
            server.advance(1)
            raw_json.create_chainloop_operation(server, lifetime=0)
        poll = PollPolicy(timeout=1)
        async with chainloop.operations.watch(page_size=40, poll=poll) as changes:
            server.reset_counters()
            server.advance(90)
            told = [change async for change in changes]
        assert [change.kind for change in told if change.id == old] == [ChangeKind.FINISHED]
        assert server.count(f"/v1/operations/{old}") == 1
        assert server.count("/v1/operations") <= 3


async def test_what_is_older_than_the_lookback_is_not_watched() -> None:
    """The first poll reads no further back than that."""
    async with FakeServer(chainloop_operations=0) as server, chainloop_of(server) as chainloop:
        raw_json.create_chainloop_operation(server, status=RUNNING)
        server.advance(3600)
        young = raw_json.create_chainloop_operation(server, status=RUNNING)["id"]
        for lookback, alive in ((None, 2), (60.0, 1)):
            watch = chainloop.operations.watch(
                from_start=True, lookback=lookback, poll=PollPolicy(timeout=1)
            )
            async with watch as changes:
                told = [change.id async for change in changes]
            assert len(told) == alive
            assert told[-1] == young
        with pytest.raises(ValueError, match="lookback"):
            chainloop.operations.watch(lookback=-1)
