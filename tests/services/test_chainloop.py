"""Chainloop's client against the fake server, over real sockets."""

from typing import Any

import pytest
from attrs import evolve

from asyncops import (
    APIError,
    AsyncOperationStatus,
    BadRequest,
    ChainloopClient,
    Checkpoint,
    Forbidden,
    NotFound,
    RateLimited,
    RetryPolicy,
    ServerError,
    State,
    Unauthorized,
    UnexpectedPage,
    Unprocessable,
)
from asyncops.testing import ChainloopHabits, FakeServer, Fault
from tests import raw_json
from tests.habits import OLD_CHAINLOOP

HABITS = [
    pytest.param(ChainloopHabits(), id="as it is"),
    pytest.param(OLD_CHAINLOOP, id="as it may be"),
    pytest.param(ChainloopHabits(page_base=0, omits_zero_values=False), id="zeros written out"),
    pytest.param(ChainloopHabits(page_zero="clamp"), id="from 1, 0 is taken for 1"),
    pytest.param(ChainloopHabits(page_base=0), id="from 0, numbers in quotes"),
    pytest.param(evolve(OLD_CHAINLOOP, max_page_size=30), id="smaller pages"),
    pytest.param(ChainloopHabits(max_page_size=30, oversize="clamp"), id="from 1, smaller pages"),
]


def client(server: FakeServer, retry: RetryPolicy | None = None) -> ChainloopClient:
    return ChainloopClient(
        server.token, base_url=server.url, clock=server.clock, retry=retry or RetryPolicy()
    )


async def test_a_walk_over_ten_thousand_gives_each_once_in_order() -> None:
    await check_walks(10_000, ChainloopHabits())


@pytest.mark.parametrize("habits", HABITS)
async def test_a_walk_over_two_thousand_gives_each_once_in_order(habits: ChainloopHabits) -> None:
    """Wherever pages start, with as many requests as there are pages."""
    await check_walks(2_000, habits)


async def check_walks(rows: int, habits: ChainloopHabits) -> None:
    async with (
        FakeServer(chainloop_operations=rows, chainloop=habits) as server,
        client(server) as chainloop,
    ):
        expected = [row["id"] for row in raw_json.chainloop_operations(server)]
        for walk in (1, 2):
            server.reset_counters()
            ids = [operation.id async for operation in chainloop.operations.list(page_size=100)]
            assert ids == expected
            pages = -(-rows // min(100, habits.max_page_size))
            # A service that refuses page 0 teaches that once to a client.
            learning = 1 if habits.page_zero == "reject" and habits.page_base and walk == 1 else 0
            assert server.count() == pages + learning


async def test_listings_made_before_the_base_is_known_profit_from_the_first_answer() -> None:
    """The base is read when a walk begins, not when its listing is made."""
    habits = ChainloopHabits(page_base=1, page_zero="reject")
    async with (
        FakeServer(chainloop_operations=4, chainloop=habits) as server,
        client(server) as chainloop,
    ):
        for listing in [chainloop.operations.list() for _ in range(4)]:
            assert len(await listing) == 4
        assert server.count() == 5


@pytest.mark.parametrize("habits", HABITS)
@pytest.mark.parametrize("total", [0, 1, 99, 100, 101, 200])
async def test_the_last_page_is_neither_missed_nor_read_past(
    habits: ChainloopHabits, total: int
) -> None:
    """At every way a listing can end."""
    async with (
        FakeServer(chainloop_operations=total, chainloop=habits) as server,
        client(server) as chainloop,
    ):
        ids = [operation.id async for operation in chainloop.operations.list()]
        assert ids == [row["id"] for row in raw_json.chainloop_operations(server)]


@pytest.mark.parametrize("habits", HABITS)
async def test_starting_at_any_page_leads_to_the_end(habits: ChainloopHabits) -> None:
    """Also on a client that has not learned the base yet."""
    async with FakeServer(chainloop_operations=400, chainloop=habits) as server:
        expected = [row["id"] for row in raw_json.chainloop_operations(server)]
        size = min(100, habits.max_page_size)
        for start in range(habits.page_base, -(-400 // size) + habits.page_base):
            async with client(server) as chainloop:
                ids = [o.id async for o in chainloop.operations.list(page=start, page_size=100)]
            assert ids == expected[(start - habits.page_base) * size :]


async def test_a_page_says_what_the_answer_said() -> None:
    """Items, cursor, counts, request id, status and headers."""
    async with FakeServer(chainloop_operations=250) as server, client(server) as chainloop:
        page = await chainloop.operations.list(page_size=100)
        assert len(page.items) == 100
        assert (page.total_count, page.total_pages) == (250, 3)
        assert (page.cursor, page.next_cursor) == (1, 2)
        assert page.request_id == page.headers["X-Request-Id"]
        last = await chainloop.operations.list(page=3, page_size=100)
        assert len(last.items) == 50
        assert last.next_cursor is None


@pytest.mark.parametrize(
    "status", ["failed", "FAILED", "ASYNC_OPERATION_STATUS_FAILED", AsyncOperationStatus.FAILED]
)
async def test_the_status_may_be_short(status: str) -> None:
    """The last word is enough."""
    async with FakeServer(chainloop_operations=300) as server, client(server) as chainloop:
        operations = await chainloop.operations.list(status=status).collect()
        expected = raw_json.chainloop_operations(server, status="ASYNC_OPERATION_STATUS_FAILED")
        assert [operation.id for operation in operations] == [row["id"] for row in expected]
        assert {operation.state for operation in operations} == {State.FAILED}
        assert all(operation.error for operation in operations)


async def test_filters_are_sent_as_given() -> None:
    """Kind, and resource type with its id."""
    async with FakeServer(chainloop_operations=300) as server, client(server) as chainloop:
        row = raw_json.create_chainloop_operation(
            server, kind="evidence_evaluation", resource_type="evi/dence", resource_id="a b&c=d+é"
        )
        found = await chainloop.operations.list(
            kind="evidence_evaluation", resource_type="evi/dence", resource_id="a b&c=d+é"
        ).collect()
        assert [operation.id for operation in found] == [row["id"]]
        query = server.requests[-1].query
        assert query["resource_id"] == "a b&c=d+é"
        assert query["pagination.page"] == "1"
        assert query["pagination.page_size"] == "100"


async def test_a_walk_goes_on_from_a_checkpoint() -> None:
    """On another client, from one line of JSON."""
    async with FakeServer(chainloop_operations=350) as server:
        async with client(server) as chainloop:
            walk = aiter(chainloop.operations.list())
            first = [(await anext(walk)).id for _ in range(123)]
            text = walk.checkpoint.to_json()
            await walk.aclose()
        async with client(server) as chainloop:
            resumed = chainloop.operations.list(resume=Checkpoint.from_json(text))
            rest = [operation.id async for operation in resumed]
        assert [*first, *rest] == [row["id"] for row in raw_json.chainloop_operations(server)]


async def test_a_page_size_that_is_refused_is_a_clear_error() -> None:
    """The service says what its limit is."""
    async with FakeServer() as server, client(server) as chainloop:
        with pytest.raises(BadRequest, match="page_size is 101; Chainloop takes 1 to 100"):
            await chainloop.operations.list(page_size=101)
        (shard,) = await chainloop.operations.list().shards(1)
        with pytest.raises(BadRequest, match="Chainloop takes 1 to 100"):
            await chainloop.operations.shard(evolve(shard, page_size=200))
        assert server.requests[-1].query["pagination.page_size"] == "200"
        with pytest.raises(BadRequest) as other:
            server.script(Fault(400, times=2))
            await chainloop.operations.list()
        assert other.value.hint is None


async def test_an_answer_for_another_page_is_an_error() -> None:
    """Never a page."""
    body = b'{"operations": [], "pagination": {"page": 7, "page_size": 100, "total_pages": 9}}'
    async with FakeServer() as server, client(server) as chainloop:
        server.script(Fault(200, body=body))
        with pytest.raises(UnexpectedPage, match="asked for page 0, the answer is page 7"):
            await chainloop.operations.list()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (422, Unprocessable),
        (429, RateLimited),
        (500, ServerError),
        (503, ServerError),
    ],
)
async def test_every_error_is_its_own_exception(status: int, kind: type[APIError]) -> None:
    """With status, gRPC code, message and request id."""
    async with FakeServer() as server, client(server, RetryPolicy(attempts=1)) as chainloop:
        server.script(Fault(status, message="told so", times=2))
        with pytest.raises(kind) as caught:
            await chainloop.operations.list()
        error = caught.value
        assert type(error) is kind
        assert (error.status, error.message) == (status, "told so")
        assert isinstance(error.code, int)
        assert error.request_id


async def test_every_request_names_the_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument's, or else the environment's; without one there is no such header."""
    name = "chainloop-organization"
    async with FakeServer() as server:

        async def said(organization: str | None) -> set[str | None]:
            server.reset_counters()
            async with ChainloopClient(
                server.token, base_url=server.url, organization=organization
            ) as chainloop:
                page = await chainloop.operations.list()
                await chainloop.operations.get(page.items[0].id)
                assert chainloop.organization == server.requests[0].headers.get(name)
            return {request.headers.get(name) for request in server.requests}

        assert await said(None) == {None}
        assert await said("Acme Inc.") == {"Acme Inc."}
        monkeypatch.setenv("CHAINLOOP_ORGANIZATION", " acme\n")
        assert await said(None) == {"acme"}
        assert await said("other") == {"other"}
        assert await said("") == {None}
        monkeypatch.setenv("CHAINLOOP_ORGANIZATION", "")
        assert await said(None) == {None}


@pytest.mark.parametrize("wrong", ["a\r\nX: y", "\0", " acme", "Ärzte", "a\x7f", 5])
def test_an_organization_that_no_header_can_carry_is_refused(
    monkeypatch: pytest.MonkeyPatch, wrong: Any
) -> None:
    """By its name, before anything is sent."""
    with pytest.raises((ValueError, TypeError), match="organization must"):
        ChainloopClient("token", organization=wrong)
    monkeypatch.setenv("CHAINLOOP_ORGANIZATION", "a\tb")
    with pytest.raises(ValueError, match="organization must"):
        ChainloopClient("token")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param({"resource_id": "x"}, "resource_id goes with resource_type", id="id alone"),
        pytest.param(
            {"resource_type": "x"}, "resource_type goes with resource_id", id="type alone"
        ),
        pytest.param({"status": "faild"}, "did you mean 'failed'", id="status"),
        pytest.param({"page": -1}, "page must be at least 0", id="page -1"),
        pytest.param({"page": "1"}, "page must be a page number", id="page in quotes"),
        pytest.param({"page_size": 0}, "page_size must be at least 1", id="page_size 0"),
        pytest.param({"kind": ""}, "kind must not be empty", id="empty kind"),
        pytest.param({"kind": "a\nb"}, "kind must not hold control", id="line break"),
        pytest.param({"kind": 5}, "kind must be a string, got int", id="kind 5"),
    ],
)
def test_bad_arguments_fail_at_once(arguments: dict[str, object], complaint: str) -> None:
    """Before anything is sent, with a sentence that helps."""
    chainloop = ChainloopClient("token")
    with pytest.raises((ValueError, TypeError), match=complaint):
        chainloop.operations.list(**arguments)  # type: ignore[arg-type]
