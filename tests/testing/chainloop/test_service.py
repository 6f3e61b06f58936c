"""The fake Chainloop's numbered pages, without sockets."""

from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops.testing import ChainloopHabits, FakeServer
from asyncops.testing.chainloop.data import KINDS, PREFIX
from asyncops.testing.chainloop.fake import Chainloop
from asyncops.testing.described.habits import Data
from asyncops.testing.described.service import DescribedService
from asyncops.testing.server.service import RefusedError
from tests import raw_json
from tests.testing.asking import answer

Json = dict[str, Any]
NOW = 1_767_225_600_000_000_000
PATH = "/v1/operations"
STATUSES = ["PENDING", "RUNNING", "COMPLETED", "FAILED"]


def make(operations: int = 100, **habits: Any) -> Chainloop:
    data = Data(seed=0, sizes={"operations": operations}, start=NOW)
    return Chainloop(data, ChainloopHabits(**habits))


def ask(service: DescribedService, page: int, size: int, **query: str) -> Json:
    window = {"pagination.page": str(page), "pagination.page_size": str(size)}
    found: Json = answer(service, PATH, {**window, **query}, NOW)
    assert isinstance(found, dict)
    return found


def counts(answer: Json) -> Json:
    """The pagination, with numbers as numbers."""
    return {name: int(value) for name, value in answer["pagination"].items()}


def walk(service: DescribedService, size: int, **query: str) -> list[Json]:
    base = service.habits.first_page
    pages = counts(ask(service, base, size, **query)).get("totalPages", 0)
    numbers = range(base, base + pages)
    return [row for n in numbers for row in ask(service, n, size, **query)["operations"]]


def refusal(service: DescribedService, path: str = PATH, **query: str) -> RefusedError:
    names = {"page": "pagination.page", "page_size": "pagination.page_size"}
    with pytest.raises(RefusedError) as caught:
        answer(service, path, {names.get(k, k): v for k, v in query.items()}, NOW)
    return caught.value


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("size", [10, 95, 1000, 10_000])
def test_numbered_pages_are_whole_and_newest_first(base: Literal[0, 1], size: int) -> None:
    server = FakeServer(chainloop_operations=size, chainloop=ChainloopHabits(page_base=base))
    walked = walk(server.chainloop.described, 100)
    assert walked == raw_json.chainloop_operations(server)
    assert len({row["id"] for row in walked}) == size
    times = [row["createdAt"][:19] for row in walked]
    assert times == sorted(times, reverse=True)


@pytest.fixture(scope="module")
def many() -> tuple[DescribedService, list[Json]]:
    """More rows than the period of the counting by arithmetic."""
    server = FakeServer(chainloop_operations=4000)
    return server.chainloop.described, raw_json.chainloop_operations(server)


@pytest.mark.parametrize("status", [None, "UNSPECIFIED", *STATUSES])
@pytest.mark.parametrize("kind", [None, KINDS[0], "unheard_of"])
def test_filters_find_exactly_what_matches(
    many: tuple[DescribedService, list[Json]], status: str | None, kind: str | None
) -> None:
    service, rows = many
    expected = [
        row
        for row in rows
        if (status in {None, "UNSPECIFIED"} or row["status"] == f"{PREFIX}{status}")
        and kind in {None, row["kind"]}
    ]
    query = {"status": f"{PREFIX}{status}"} if status else {}
    if kind:
        query["kind"] = kind
    assert walk(service, 100, **query) == expected


def test_a_resource_has_its_few_operations() -> None:
    server = FakeServer(chainloop_operations=300)
    rows = raw_json.chainloop_operations(server)
    row = rows[150]
    resource = {"resource_type": row["resourceType"], "resource_id": row["resourceId"]}
    about = {"resourceType": row["resourceType"], "resourceId": row["resourceId"]}
    expected = [other for other in rows if other.items() >= about.items()]
    assert 1 <= len(expected) <= 3
    assert walk(server.chainloop.described, 100, **resource) == expected
    assert raw_json.chainloop_operations(server, **resource) == expected
    one_kind = raw_json.chainloop_operations(server, kind=row["kind"], **resource)
    assert one_kind == [other for other in expected if other["kind"] == row["kind"]]
    assert raw_json.chainloop_operations(server, None, None, "evidence", "nobody") == []
    assert raw_json.chainloop_operations(server, None, None, "other", row["resourceId"]) == []


def test_an_added_operation_is_found_by_its_resource() -> None:
    server = FakeServer(chainloop_operations=10)
    made = raw_json.create_chainloop_operation(
        server, kind="sbom_scan", resource_type="artifact", resource_id="sha256:1", lifetime=10
    )
    assert made["status"] == f"{PREFIX}PENDING"
    assert raw_json.chainloop_operations(server)[0] == made
    assert raw_json.chainloop_operations(server, kind="sbom_scan") == [made]
    server.advance(6)
    (running,) = raw_json.chainloop_operations(server, None, None, "artifact", "sha256:1")
    assert running["status"] == f"{PREFIX}RUNNING"


@settings(max_examples=30)
@given(st.data())
def test_removed_rows_leave_the_rest_in_place(data: st.DataObject) -> None:
    server = FakeServer(chainloop_operations=120)
    raw_json.create_chainloop_operation(server)
    rows = raw_json.chainloop_operations(server)
    doomed = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True, max_size=30))
    for place in doomed:
        raw_json.remove_chainloop_operation(server, rows[place]["id"])
    left = [row for place, row in enumerate(rows) if place not in set(doomed)]
    size = data.draw(st.integers(1, 60))
    kind = data.draw(st.sampled_from([None, *KINDS]))
    query = {"kind": kind} if kind else {}
    expected = [row for row in left if kind in {None, row["kind"]}]
    assert walk(server.chainloop.described, size, **query) == expected


def test_only_what_is_there_can_be_removed() -> None:
    server = FakeServer(chainloop_operations=2)
    row_id = raw_json.chainloop_operations(server)[0]["id"]
    raw_json.remove_chainloop_operation(server, row_id)
    for wrong in (row_id, "nobody"):
        with pytest.raises(KeyError):
            raw_json.remove_chainloop_operation(server, wrong)


def test_a_zero_based_service_says_page_zero_by_leaving_it_out() -> None:
    service = make(25, page_base=0)
    first, second = ask(service, 0, 10), ask(service, 1, 10)
    assert counts(first) == {"totalCount": 25, "totalPages": 3, "pageSize": 10}
    assert counts(second)["page"] == 1
    assert first["operations"] != second["operations"]


def test_page_zero_of_a_one_based_service_is_clamped() -> None:
    service = make(25, page_zero="clamp")
    assert ask(service, 0, 10) == ask(service, 1, 10)
    assert counts(ask(service, 0, 10))["page"] == 1


def test_page_zero_of_a_one_based_service_is_rejected() -> None:
    service = make(25)
    assert refusal(service, page="0", page_size="10").status == 400
    assert counts(ask(service, 1, 10))["page"] == 1


@pytest.mark.parametrize("base", [0, 1])
def test_a_page_beyond_the_end_is_empty_and_says_its_number(base: int) -> None:
    answer = ask(make(25, page_base=base, omits_zero_values=False), 9, 10)
    assert answer["operations"] == []
    assert counts(answer) == {"totalCount": 25, "page": 9, "totalPages": 3, "pageSize": 10}


def test_too_great_a_page_size_is_clamped() -> None:
    answer = ask(make(250, oversize="clamp"), 1, 1000)
    assert len(answer["operations"]) == 100
    assert counts(answer)["pageSize"] == 100
    assert counts(answer)["totalPages"] == 3


def test_too_great_a_page_size_is_rejected() -> None:
    service = make(250)
    assert len(ask(service, 1, 100)["operations"]) == 100
    error = refusal(service, page="1", page_size="101")
    assert error.status == 400
    assert service.error(error, "r") == {
        "code": 400,
        "reason": "VALIDATION",
        "message": "validation error: pagination.page_size: must be at least 1 and at most 100",
        "metadata": {"request_id": "r"},
    }


@pytest.mark.parametrize("base", [0, 1])
def test_without_a_window_the_first_page_comes(base: int) -> None:
    service = make(40, page_base=base)
    assert answer(service, PATH, {}, NOW) == ask(service, base, 15)
    assert answer(service, PATH, {"pagination.page_size": "7"}, NOW) == ask(service, base, 7)


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1", "page_size": "10"},
        {"page": "1", "page_size": "0"},
        {"page": "1", "page_size": "-5"},
        {"page": "x", "page_size": "10"},
        {"page": "1", "page_size": "99999999999"},
        {"page": "1", "page_size": ""},
        {"status": "FAILED"},
        {"status": f"{PREFIX}LOST"},
        {"resource_type": "evidence"},
        {"resource_id": "1"},
        {"resource_type": "evidence", "resource_id": ""},
    ],
)
def test_a_wrong_query_is_refused(query: dict[str, str]) -> None:
    assert refusal(make(), **query).status == 400


def test_another_path_is_not_found() -> None:
    service = make()
    error = refusal(service, "/v1/organizations")
    assert service.error(error, "r") == {"code": 5, "message": "Not Found", "details": []}


def test_one_operation_is_asked_for_by_its_id() -> None:
    server = FakeServer(chainloop_operations=30)
    made = raw_json.create_chainloop_operation(server, id="run/1", status=f"{PREFIX}RUNNING")
    rows = raw_json.chainloop_operations(server)
    for row in rows[1:]:
        assert answer(server.chainloop.described, f"{PATH}/{row['id']}", {}, NOW) == {
            "operation": row
        }
    assert rows[0] == made
    # A slash in an id would be another path.
    assert refusal(server.chainloop.described, f"{PATH}/run/1").status == 404


def test_an_operation_that_is_unknown_or_removed_is_not_found() -> None:
    server = FakeServer(chainloop_operations=3)
    service = server.chainloop.described
    row = raw_json.chainloop_operations(server)[1]
    raw_json.remove_chainloop_operation(server, row["id"])
    for wrong in (row["id"], "nobody", ""):
        error = refusal(service, f"{PATH}/{wrong}")
        assert error.status == 404
        assert service.error(error, "r").keys() == {"code", "message", "details"}
        assert service.error(error, "r")["code"] == 5


def test_zero_values_are_left_out_or_not() -> None:
    brief, full = make(300), make(300, omits_zero_values=False)
    names = set(ask(full, 1, 1)["operations"][0])
    assert len(names) == 12
    for short, whole in zip(walk(brief, 100), walk(full, 100), strict=True):
        assert whole.keys() == names
        assert short == {key: value for key, value in whole.items() if value}
    assert any(len(row) < len(names) for row in walk(brief, 100))
    assert ask(make(0), 1, 10) == {"pagination": {"page": "1", "pageSize": "10"}}


@pytest.mark.parametrize("as_strings", [False, True])
def test_numbers_are_strings_or_not(as_strings: bool) -> None:
    service = make(25, page_base=0, int64_as_strings=as_strings, omits_zero_values=False)
    expected = {"totalCount": 25, "page": 0, "totalPages": 3, "pageSize": 10}
    kind = str if as_strings else int
    assert ask(service, 0, 10)["pagination"] == {k: kind(v) for k, v in expected.items()}


def test_names_are_spelled_in_either_way() -> None:
    snake = make(names="snake_case", omits_zero_values=False)
    camel = make(names="camelCase", omits_zero_values=False)
    first, second = ask(snake, 1, 1), ask(camel, 1, 1)
    (row,), (same) = first["operations"], second["operations"]
    assert [*row] == [
        "id",
        "kind",
        "status",
        "resource_type",
        "resource_id",
        "project_id",
        "project_version_id",
        "output",
        "error_message",
        "created_at",
        "started_at",
        "finished_at",
    ]
    assert same == [
        {
            "id": row["id"],
            "kind": row["kind"],
            "status": row["status"],
            "resourceType": row["resource_type"],
            "resourceId": row["resource_id"],
            "projectId": row["project_id"],
            "projectVersionId": row["project_version_id"],
            "output": row["output"],
            "errorMessage": row["error_message"],
            "createdAt": row["created_at"],
            "startedAt": row["started_at"],
            "finishedAt": row["finished_at"],
        }
    ]
    assert [*second["pagination"]] == ["totalCount", "page", "totalPages", "pageSize"]
    path = f"{PATH}/{row['id']}"
    assert answer(camel, path, {}, NOW) == {"operation": same[0]}


def test_half_a_resource_is_refused_by_the_oracle_too() -> None:
    with pytest.raises(ValueError, match="together"):
        FakeServer().chainloop.operations(resource_type="evidence")


@pytest.mark.parametrize(
    "habit",
    [
        {"page_base": 2},
        {"page_zero": "ignore"},
        {"oversize": "ignore"},
        {"max_page_size": 0},
        {"names": "kebab-case"},
    ],
)
def test_habits_are_checked(habit: Json) -> None:
    with pytest.raises(ValueError, match=next(iter(habit))):
        ChainloopHabits(**habit)
