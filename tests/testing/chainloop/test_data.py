"""A million operations cost no more than ten until somebody reads them."""

import tracemalloc

import pytest

from asyncops.testing import FakeServer
from asyncops.testing.chainloop.data import KINDS, PREFIX
from asyncops.testing.server.lifecycle import STATUSES
from tests import raw_json
from tests.testing.asking import answer
from tests.testing.counting import work_of_at_most

MILLION = 1_000_000
NOW = 1_767_225_600_000_000_000


@pytest.fixture(scope="module")
def server() -> FakeServer:
    return FakeServer(operations=MILLION, prompts=MILLION, chainloop_operations=MILLION)


@pytest.mark.parametrize("direction", ["ascending", "descending"])
@pytest.mark.parametrize("status", STATUSES)
def test_the_first_page_of_each_status_comes_at_once(
    server: FakeServer, status: str, direction: str
) -> None:
    query = {"sort_by": f"created_at_{direction}", "status": status}
    with work_of_at_most(100_000):
        page = answer(server.zoo.described, "/async/operations", query, NOW)
    assert page["items"]


@pytest.mark.parametrize("status", [None, "PENDING", "RUNNING", "COMPLETED", "FAILED"])
@pytest.mark.parametrize("kind", [None, KINDS[1]])
def test_any_numbered_page_comes_at_once(
    server: FakeServer, status: str | None, kind: str | None
) -> None:
    query = {"kind": kind or "", "status": f"{PREFIX}{status}" if status else ""}
    service = server.chainloop.described
    query["pagination.page_size"] = "100"
    with work_of_at_most(100_000):
        pages = answer(service, "/v1/operations", query, NOW)
        query["pagination.page"] = pages["pagination"]["totalPages"]
        page = answer(service, "/v1/operations", query, NOW)
    assert page["operations"]


def test_the_counts_add_up(server: FakeServer) -> None:
    counts = [
        answer(server.chainloop.described, "/v1/operations", {"status": f"{PREFIX}{status}"}, NOW)
        for status in ("PENDING", "RUNNING", "COMPLETED", "FAILED")
    ]
    assert sum(int(answer["pagination"]["totalCount"]) for answer in counts) == MILLION


def test_a_million_operations_take_little_memory_and_little_work() -> None:
    tracemalloc.start()
    try:
        with work_of_at_most(400_000):
            server = FakeServer(operations=MILLION, prompts=MILLION, chainloop_operations=MILLION)
            for status in STATUSES:
                query = {"sort_by": "created_at_descending", "status": status, "limit": "1000"}
                answer(server.zoo.described, "/async/operations", query, NOW)
            answer(server.chainloop.described, "/v1/operations", {"kind": KINDS[0]}, NOW)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_full_listing_of_one_hundred_thousand_is_the_walk() -> None:
    server = FakeServer(operations=100_000)
    failed = raw_json.zoo_operations(server, "failed")
    assert len({item["id"] for item in failed}) == len(failed)
    assert 11_900 < len(failed) < 12_000
