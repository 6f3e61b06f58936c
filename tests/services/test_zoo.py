"""Zoo's client against the fake server, over real sockets."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncops import (
    ApiCallStatus,
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
    Unprocessable,
    ZooClient,
)
from asyncops.models import Cursor
from asyncops.services.zoo import AsyncApiCallType, CreatedAtSortMode, UnknownOutput
from asyncops.testing import FakeClock, FakeServer, Fault, ZooHabits
from tests import raw_json
from tests.habits import OLD_ZOO

LISTED = tuple(ApiCallStatus)


def client(server: FakeServer, **settings: object) -> ZooClient:
    retry = settings.pop("retry", RetryPolicy())
    assert isinstance(retry, RetryPolicy)
    assert not settings
    return ZooClient(server.token, base_url=server.url, clock=server.clock, retry=retry)


@pytest.mark.parametrize(
    "habits",
    [
        pytest.param(ZooHabits(), id="as it is"),
        pytest.param(OLD_ZOO, id="as it may be"),
        pytest.param(ZooHabits(max_limit=70), id="smaller pages"),
    ],
)
async def test_a_walk_over_ten_thousand_gives_each_once_in_order(habits: ZooHabits) -> None:
    """With exactly as many requests as there are pages, the empty last one included."""
    async with FakeServer(operations=10_000, zoo=habits) as server, client(server) as zoo:
        expected = [row["id"] for row in raw_json.zoo_operations(server, "completed")]
        ids = [str(call.id) async for call in zoo.operations.list(status="completed", limit=500)]
        assert ids == expected
        full = -(-len(expected) // min(500, habits.max_limit))
        assert server.count() == full + habits.ends_with_an_empty_page


async def test_all_statuses_come_merged_newest_first_and_each_once() -> None:
    """No status given means all of them."""
    async with FakeServer(operations=2_000) as server, client(server) as zoo:
        ids = [str(call.id) async for call in zoo.operations.list(limit=100)]
        everything = [
            row for status in LISTED for row in raw_json.zoo_operations(server, status.value)
        ]
        assert len(ids) == len(set(ids)) == 2_000
        assert set(ids) == {row["id"] for row in everything}
        calls = await zoo.operations.list(limit=100).collect()
        moments = [call.created_at for call in calls]
        assert moments == sorted(moments, reverse=True)


async def test_the_newest_hundred_of_all_statuses_cost_a_handful_of_requests() -> None:
    """However many there are."""
    async with FakeServer(operations=1_000_000) as server, client(server) as zoo:
        recent = await zoo.operations.list(limit=100).collect(max_items=100)
        assert len({call.id for call in recent}) == 100
        # A status whose few calls fit on one page ends with an empty one.
        assert server.count() <= 2 * 5


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), descending=st.booleans(), limit=st.integers(3, 40))
def test_operations_that_move_under_the_walk_are_neither_missed_nor_repeated(
    data: st.DataObject, descending: bool, limit: int
) -> None:
    """The server's clock is moved between the requests; all that existed comes exactly once."""

    async def check() -> None:
        async with FakeServer(operations=120) as server, client(server) as zoo:
            existed = {
                row["id"] for status in LISTED for row in raw_json.zoo_operations(server, status)
            }
            order = "descending" if descending else "ascending"
            listing = zoo.operations.list(sort_by=f"created_at_{order}", limit=limit)
            ids = []
            asked = 0
            async for call in listing:
                ids.append(str(call.id))
                if server.count() > asked:
                    asked = server.count()
                    server.advance(data.draw(st.floats(0, 20)))
            assert len(ids) == len(set(ids))
            assert existed <= set(ids)

    asyncio.run(check())


async def test_a_service_that_ignores_the_order_is_followed() -> None:
    """Asked for newest first, it answers oldest first: nothing is lost."""
    habits = ZooHabits(ignores_sort_direction=True)
    async with FakeServer(operations=300, zoo=habits) as server, client(server) as zoo:
        calls = await zoo.operations.list(limit=20).collect()
        assert len({call.id for call in calls}) == 300
        moments = [call.created_at for call in calls]
        assert moments == sorted(moments)


async def test_empty_pages_with_a_token_are_walked_over() -> None:
    """An empty page is not the end."""
    async with (
        FakeServer(prompts=30, zoo=ZooHabits(empty_pages=2)) as server,
        client(server) as zoo,
    ):
        assert len([prompt async for prompt in zoo.ml_prompts.list(limit=10)]) == 30


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param("failed", {"failed"}, id="a string"),
        pytest.param(ApiCallStatus.QUEUED, {"queued"}, id="a member"),
        pytest.param(["failed", ApiCallStatus.COMPLETED], {"completed", "failed"}, id="several"),
        pytest.param(None, set(LISTED), id="none: all"),
    ],
)
async def test_the_status_may_be_one_several_or_none(
    status: str | list[str] | None, expected: set[str]
) -> None:
    """Members and their strings serve alike."""
    async with FakeServer(operations=400) as server, client(server) as zoo:
        calls = await zoo.operations.list(status=status, limit=200).collect()
        assert {call.status for call in calls} == expected
        assert len(calls) == sum(len(raw_json.zoo_operations(server, each)) for each in expected)


async def test_a_page_says_what_the_answer_said() -> None:
    """Items, cursor, request id, status and headers."""
    async with FakeServer(operations=500) as server, client(server) as zoo:
        page = await zoo.operations.list(status="completed", limit=7)
        assert len(page.items) == 7
        assert isinstance(page.next_cursor, str)
        assert page.request_id == page.headers["x-api-call-id"]
        assert UUID(page.request_id)
        assert page.status == 200
        assert (page.total_count, page.total_pages) == (None, None)
        following = await zoo.operations.list(
            status="completed", limit=7, page_token=page.next_cursor
        )
        expected = [row["id"] for row in raw_json.zoo_operations(server, "completed")][:14]
        assert [str(call.id) for call in (*page.items, *following.items)] == expected


async def test_the_cursor_of_a_merged_page_fits_where_a_page_token_goes() -> None:
    """A handler that keeps no state can page through all statuses."""
    async with FakeServer(operations=130) as server, client(server) as zoo:
        ids: list[UUID] = []
        token: str | None = None
        while True:
            page = await zoo.operations.list(limit=20, page_token=token)
            ids += [call.id for call in page.items]
            assert page.next_cursor is None or isinstance(page.next_cursor, str)
            token = page.next_cursor
            if token is None:
                break
            assert len(page.items) == 20
        assert len(ids) == len(set(ids)) == 130


async def test_a_walk_over_all_statuses_goes_on_from_a_checkpoint() -> None:
    """In another process, say: the checkpoint is one line of JSON."""
    async with FakeServer(operations=300) as server, client(server) as zoo:
        walk = aiter(zoo.operations.list(limit=30))
        first = [(await anext(walk)).id for _ in range(77)]
        text = walk.checkpoint.to_json()
        await walk.aclose()
        resumed = zoo.operations.list(limit=30, resume=Checkpoint.from_json(text))
        rest = [call.id async for call in resumed]
        assert len(rest) == 223
        assert len({*first, *rest}) == 300


async def test_every_type_of_result_is_fetched_and_typed() -> None:
    """All nine outputs, and prompts, one by one."""
    async with FakeServer(operations=300, prompts=20) as server, client(server) as zoo:
        rows = [row for status in LISTED for row in raw_json.zoo_operations(server, status)]
        kinds: dict[str, str] = {}
        for row in rows:
            kinds.setdefault(row["type"], row["id"])
        assert set(kinds) == {kind.value for kind in AsyncApiCallType}
        for kind, id_ in kinds.items():
            output = await zoo.operations.get(id_)
            assert str(output.id) == id_
            assert output.type == kind
            assert type(output).__name__ == kind.title().replace("_", "")
        for row in raw_json.ml_prompts(server):
            prompt = await zoo.ml_prompts.get(UUID(row["id"]))
            assert prompt.prompt == row["prompt"]


async def test_a_type_that_is_new_keeps_all_it_came_with() -> None:
    """Nothing is lost by being unknown."""
    async with FakeServer() as server, client(server) as zoo:
        row = raw_json.create_operation(server, type="file_smell", status="completed")
        output = await zoo.operations.get(row["id"])
        assert isinstance(output, UnknownOutput)
        assert output.type == "file_smell"
        listed = await zoo.operations.list(status="completed", limit=1)
        assert listed.items[0].type == "file_smell"


ERRORS = [
    (400, BadRequest),
    (401, Unauthorized),
    (403, Forbidden),
    (404, NotFound),
    (422, Unprocessable),
    (429, RateLimited),
    (500, ServerError),
    (503, ServerError),
]


@pytest.mark.parametrize(("status", "kind"), ERRORS)
async def test_every_error_is_its_own_exception(status: int, kind: type[NotFound]) -> None:
    """With status, code, message and request id."""
    async with FakeServer() as server, client(server, retry=RetryPolicy(attempts=1)) as zoo:
        server.script(Fault(status, message="told so"))
        with pytest.raises(kind) as caught:
            await zoo.ml_prompts.list()
        error = caught.value
        assert type(error) is kind
        assert (error.status, error.message) == (status, "told so")
        assert error.code is None or isinstance(error.code, str)
        assert error.request_id
        assert UUID(error.request_id)
        assert str(status) in str(error)
        assert error.request_id in str(error)
        assert server.token not in str(error)


async def test_a_listing_without_staff_access_says_what_is_missing() -> None:
    """A 403 gets a sentence of its own."""
    async with FakeServer(zoo=ZooHabits(staff=False)) as server, client(server) as zoo:
        for listing in (zoo.operations.list(), zoo.ml_prompts.list()):
            with pytest.raises(Forbidden, match="staff access"):
                await listing
        with pytest.raises(Forbidden, match="staff access"):
            await zoo.ml_prompts.get(raw_json.ml_prompts(server)[0]["id"])


async def test_a_listing_that_is_gone_says_that_it_left_the_description() -> None:
    """A 404 gets a sentence of its own, in a watch as in a list; one on an id tells of that."""
    async with FakeServer() as server, client(server) as zoo:
        gone = "left Zoo's published description"
        server.script(Fault(404, path="/async/operations", message="Not Found", times=1000))
        server.script(Fault(404, path="/ml-prompts", message="Not Found", times=1000))
        resources: list[Any] = [zoo.operations, zoo.ml_prompts]
        for resource in resources:
            with pytest.raises(NotFound, match=f"listing has {gone} .* operation by its id"):
                await resource.list()
            async with resource.list().concurrent(4) as items:
                with pytest.raises(NotFound, match=gone):
                    await anext(items)
            with pytest.raises(NotFound, match=gone):
                async with resource.watch():
                    pass
        with pytest.raises(NotFound, match=f"Check the id; getting prompts has {gone}"):
            await zoo.ml_prompts.get(uuid4())
    async with FakeServer() as server, client(server) as zoo:
        with pytest.raises(NotFound) as caught:
            await zoo.operations.get(uuid4())
        assert gone not in str(caught.value)


async def test_a_wrong_token_is_unauthorized_and_not_sent_again() -> None:
    """A fixed token cannot be refreshed."""
    async with FakeServer() as server:
        async with ZooClient("wrong", base_url=server.url) as zoo:
            with pytest.raises(Unauthorized):
                await zoo.operations.list()
        assert server.count() == 1


async def test_a_token_provider_is_asked_again_after_a_401() -> None:
    """One rotation, one replay, and the call goes through."""
    asked = 0

    async def provider() -> str:
        nonlocal asked
        asked += 1
        return "old" if asked == 1 else "new"

    async with FakeServer(token="old") as server:
        async with ZooClient(provider, base_url=server.url) as zoo:
            await zoo.ml_prompts.list()
            server.token = "new"
            await asyncio.gather(*(zoo.ml_prompts.list() for _ in range(8)))
        assert asked == 2


async def test_a_retry_after_is_waited_for() -> None:
    """The third request answers 503 with Retry-After 1; the walk does not notice."""
    async with FakeServer(prompts=100) as server, client(server) as zoo:
        assert isinstance(server.clock, FakeClock)
        server.script(Fault(503, on=3, retry_after=1))
        assert len([prompt async for prompt in zoo.ml_prompts.list(limit=20)]) == 100
        assert server.count() == 5 + 1 + 1
        assert len(server.clock.slept) == 1
        assert 1 <= server.clock.slept[0] < 1.2


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (State.FAILED, ["failed"]),
        ("Failed", ["failed"]),
        (State.SUCCEEDED, ["completed"]),
        ("succeeded", ["completed"]),
        (State.PENDING, ["queued", "uploaded"]),
        ([State.RUNNING, "failed"], ["in_progress", "failed"]),
        ("running", ["in_progress"]),
    ],
)
async def test_a_state_stands_for_all_statuses_of_it(status: Any, sent: list[str]) -> None:
    """The same words serve every service."""
    async with FakeServer() as server, client(server) as zoo:
        ids = [str(call.id) async for call in zoo.operations.list(status=status, limit=50)]
        assert {request.query["status"] for request in server.requests} == set(sent)
        rows = [row["id"] for each in sent for row in raw_json.zoo_operations(server, each)]
        assert sorted(ids) == sorted(rows)


async def test_a_status_that_is_new_to_this_release_is_sent_as_given() -> None:
    """A stream of its own; where Zoo refuses it, the error says which are known."""
    async with FakeServer() as server, client(server) as zoo:
        for status in ("paused", ApiCallStatus("paused"), ["failed", "paused"]):
            with pytest.raises(BadRequest, match="this release knows are 'queued', 'uploaded'"):
                await zoo.operations.list(status=status).collect()
            assert server.requests[-1].query["status"] == "paused"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param({"limit": 0}, "limit must be at least 1, got 0", id="limit 0"),
        pytest.param({"limit": "5"}, "limit must be a whole number", id="limit in quotes"),
        pytest.param({"limit": True}, "limit must be a whole number", id="limit true"),
        pytest.param(
            {"status": "faild"}, "did you mean 'failed'.*'queued', 'uploaded'", id="status"
        ),
        pytest.param({"status": ["failed", "queud"]}, "'queued'", id="one of several"),
        pytest.param({"status": State.CANCELLED}, r"State\.PENDING, State\.RUNNING", id="state"),
        pytest.param({"status": []}, "at least one status", id="no status"),
        pytest.param({"sort_by": "newest"}, "sort_by must be one of 'created_at_asc", id="order"),
        pytest.param({"page_token": ""}, "page_token must not be empty", id="empty token"),
        pytest.param({"page_token": "a\r\nb"}, "page_token must not hold control", id="CRLF"),
        pytest.param({"page_token": "abc"}, "goes with the one status", id="token, all statuses"),
        pytest.param({"max_pages": 0}, "max_pages must be at least 1", id="max_pages 0"),
    ],
)
def test_bad_arguments_of_a_listing_fail_at_once(
    arguments: dict[str, object], complaint: str
) -> None:
    """Before anything is sent, with a sentence that helps."""
    zoo = ZooClient("token")
    with pytest.raises((ValueError, TypeError), match=complaint):
        zoo.operations.list(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", ["..", "%2e%2e", "a/b", "?x", "", "1\r\n2", "{" + "0" * 32 + "}"])
async def test_an_id_that_is_no_uuid_fails_before_anything_is_sent(bad: str) -> None:
    """It would change the path."""
    async with FakeServer() as server, client(server) as zoo:
        for get in (zoo.operations.get, zoo.ml_prompts.get):
            with pytest.raises(ValueError, match="id must be a UUID"):
                await get(bad)
        assert server.count() == 0


async def test_the_order_may_be_turned() -> None:
    """Oldest first."""
    async with FakeServer(prompts=50) as server, client(server) as zoo:
        oldest = zoo.ml_prompts.list(sort_by=CreatedAtSortMode.CREATED_AT_ASCENDING)
        ids = [str(prompt.id) async for prompt in oldest]
        assert ids == [row["id"] for row in raw_json.ml_prompts(server, descending=False)]


@pytest.mark.parametrize("limit", [1, 5, 50])
async def test_a_page_of_all_statuses_by_cursor_costs_two_requests_a_status_at_the_most(
    limit: int,
) -> None:
    """However small it is; and a walk asks for nothing twice for the sake of small pages."""
    async with FakeServer(operations=1_000) as server, client(server) as zoo:
        given: list[str] = []
        token: Cursor | None = None
        while len(given) < 100:
            before = server.count()
            page = await zoo.operations.list(limit=limit, page_token=token)
            assert len(page.items) == limit
            assert server.count() - before <= 2 * 5
            given += [str(call.id) for call in page.items]
            token = page.next_cursor
        server.reset_counters()
        walked = await zoo.operations.list(limit=limit).collect(max_items=len(given))
        assert [str(call.id) for call in walked] == given
        # Of each status, 20 at a time or more.
        assert server.count() <= len(given) / 20 + 3 * 5


@pytest.mark.parametrize(
    ("given_to", "complaint"),
    [
        pytest.param({"sort_by": "created_at_ascending"}, "created_at_descending, not", id="order"),
        pytest.param({"status": ["queued", "failed"]}, "belongs to the statuses", id="statuses"),
        pytest.param({"status": "failed"}, "belongs to the statuses", id="one status"),
    ],
)
async def test_a_cursor_of_another_listing_is_refused_before_anything_is_sent(
    given_to: dict[str, Any], complaint: str
) -> None:
    """The service would be blamed for what it answers."""
    async with FakeServer(operations=100) as server, client(server) as zoo:
        page = await zoo.operations.list(limit=5)
        server.reset_counters()
        with pytest.raises(ValueError, match=complaint):
            zoo.operations.list(page_token=page.next_cursor, **given_to)
        assert server.count() == 0


async def test_a_cursor_of_another_service_is_refused_before_anything_is_sent() -> None:
    """Page numbers, page tokens and places in shards each have their own argument."""
    async with FakeServer() as server, client(server) as zoo:
        chainloop = ChainloopClient(server.token, base_url=server.url)
        with pytest.raises(
            TypeError, match=r"page numbers belong to .*; give a next_cursor of this"
        ):
            zoo.operations.list(page_token=3)
        with pytest.raises(ValueError, match="shard of numbered pages"):
            zoo.ml_prompts.list(page_token="range1.abc")
        with pytest.raises(
            TypeError, match=r"page tokens belong to .*; give a next_cursor of this"
        ):
            chainloop.operations.list(page="merge1.abc")
        await chainloop.close()
        assert server.count() == 0
