"""The fake Zoo's listings and single items, without sockets."""

import json
from base64 import urlsafe_b64decode
from collections import defaultdict
from string import ascii_letters, digits
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.testing import FakeServer, ZooHabits
from asyncops.testing.described.habits import Data
from asyncops.testing.described.pages import Cursor, TokenCodec
from asyncops.testing.described.service import DescribedService
from asyncops.testing.server.hashing import IdSpace
from asyncops.testing.server.lifecycle import STATUSES
from asyncops.testing.server.service import RefusedError
from asyncops.testing.zoo.data import OPERATION_TYPES
from asyncops.testing.zoo.fake import Zoo
from tests import raw_json
from tests.testing.asking import answer

Json = dict[str, Any]
NOW = 1_767_225_600_000_000_000
SECOND = 1_000_000_000
OPERATIONS = "/async/operations"


def make(operations: int = 100, prompts: int = 100, **habits: Any) -> Zoo:
    data = Data(
        seed=0,
        sizes=defaultdict(lambda: 25, operations=operations, ml_prompts=prompts),
        start=NOW,
    )
    return Zoo(data, ZooHabits(**habits))


def pages(
    zoo: DescribedService,
    path: str = OPERATIONS,
    *,
    direction: str = "descending",
    start: int = NOW,
    pause: float = 0,
    **query: str,
) -> list[list[Json]]:
    """All pages of a listing; the clock moves by ``pause`` seconds between them."""
    asked = {"sort_by": f"created_at_{direction}", **query}
    found: list[list[Json]] = []
    while True:
        page = answer(zoo, path, asked, start + round(len(found) * pause * SECOND))
        found.append(page["items"])
        if not page.get("next_page"):
            return found
        asked["page_token"] = page["next_page"]


def refusal(zoo: DescribedService, path: str = OPERATIONS, **query: str) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        answer(zoo, path, query, NOW)
    return caught.value


@pytest.mark.parametrize("size", [10, 117, 1000, 10_000])
@pytest.mark.parametrize("direction", ["ascending", "descending"])
def test_walks_over_every_status_are_sorted_and_complete(size: int, direction: str) -> None:
    server = FakeServer(operations=size)
    zoo = server.zoo.described
    descending = direction == "descending"
    seen: set[str] = set()
    for status in STATUSES:
        walked = [
            item
            for page in pages(zoo, direction=direction, status=status, limit="97")
            for item in page
        ]
        assert walked == raw_json.zoo_operations(server, status, descending)
        assert all(item["status"] == status for item in walked)
        seen.update(item["id"] for item in walked)
    assert seen == {item["id"] for item in raw_json.zoo_operations(server)}
    assert len(seen) == size


def test_prompts_of_every_state_are_in_one_listing() -> None:
    server = FakeServer(prompts=230)
    walked = pages(server.zoo.described, "/ml-prompts", limit="50")
    assert [len(page) for page in walked] == [50, 50, 50, 50, 30, 0]
    assert [item for page in walked for item in page] == raw_json.ml_prompts(server)


def test_both_directions_are_each_other_reversed() -> None:
    server = FakeServer()
    assert (
        raw_json.zoo_operations(server, "failed", False)
        == raw_json.zoo_operations(server, "failed")[::-1]
    )


@pytest.mark.parametrize("direction", ["ascending", "descending"])
@pytest.mark.parametrize("status", STATUSES)
def test_operations_that_move_do_not_shift_a_keyset_walk(direction: str, status: str) -> None:
    """What has the status throughout is seen once; nothing is seen twice."""
    zoo = make(300)
    before = {item["id"] for page in pages(zoo, status=status) for item in page}
    walked = pages(zoo, direction=direction, status=status, limit="3", pause=0.7)
    ids = [item["id"] for page in walked for item in page]
    end = NOW + round(len(walked) * 0.7 * SECOND)
    after = {item["id"] for page in pages(zoo, status=status, start=end) for item in page}
    assert len(set(ids)) == len(ids)
    assert before & after <= set(ids)


def test_additions_do_not_shift_a_keyset_walk() -> None:
    server = FakeServer(operations=40)
    zoo = server.zoo.described
    asked = {"sort_by": "created_at_descending", "status": "completed", "limit": "5"}
    expected = raw_json.zoo_operations(server, "completed")
    found: list[Json] = []
    while True:
        page = answer(zoo, OPERATIONS, asked, NOW)
        found += page["items"]
        raw_json.create_operation(server, status="completed")
        if not page.get("next_page"):
            break
        asked["page_token"] = page["next_page"]
    assert found == expected


def test_a_limit_defaults_to_fifty_and_is_cut_to_the_maximum() -> None:
    asked = {"sort_by": "created_at_ascending"}
    assert len(answer(make(), "/ml-prompts", asked, NOW)["items"]) == 50
    small = make(max_limit=7)
    assert len(answer(small, "/ml-prompts", asked, NOW)["items"]) == 7
    assert len(answer(small, "/ml-prompts", {**asked, "limit": "100"}, NOW)["items"]) == 7


def test_the_end_is_said_in_each_of_three_ways() -> None:
    zoo = make(prompts=0)
    asked = {"sort_by": "created_at_ascending"}
    ends = [answer(zoo, "/ml-prompts", asked, NOW).get("next_page", "absent") for _ in range(3)]
    assert ends == ["absent", None, ""]


@pytest.mark.parametrize(("prompts", "sizes"), [(0, [0]), (19, [10, 9, 0]), (20, [10, 10, 0])])
def test_a_listing_ends_with_an_empty_page(prompts: int, sizes: list[int]) -> None:
    """Each page that holds an item has a token, whether it is full or not."""
    walked = pages(make(prompts=prompts), "/ml-prompts", limit="10")
    assert [len(page) for page in walked] == sizes


@pytest.mark.parametrize(("prompts", "sizes"), [(0, [0]), (19, [10, 9]), (20, [10, 10])])
def test_a_listing_may_end_with_its_last_item(prompts: int, sizes: list[int]) -> None:
    zoo = make(prompts=prompts, ends_with_an_empty_page=False)
    assert [len(page) for page in pages(zoo, "/ml-prompts", limit="10")] == sizes


def test_each_page_may_come_after_empty_ones() -> None:
    walked = pages(make(prompts=25, empty_pages=2), "/ml-prompts", limit="10")
    assert [len(page) for page in walked] == [0, 0, 10, 0, 0, 10, 0, 0, 5, 0, 0, 0]


def test_a_service_may_ignore_the_direction() -> None:
    zoo = make(ignores_sort_direction=True)
    down, up = (pages(zoo, "/ml-prompts", direction=way) for way in ("descending", "ascending"))
    assert down == up
    times = [item["created_at"][:19] for page in up for item in page]
    assert times == sorted(times)


def test_without_staff_access_listings_and_prompts_are_forbidden() -> None:
    zoo = make(staff=False)
    row = zoo.served["operations"].table(()).row(0).ids["id"]
    prompt = zoo.served["ml_prompts"].table(()).row(0).ids["id"]
    for path in (OPERATIONS, "/ml-prompts", f"/ml-prompts/{prompt}"):
        assert refusal(zoo, path).status == 403
    assert answer(zoo, f"{OPERATIONS}/{row}", {}, NOW)["id"] == row


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param({"status": "failed"}, 400, id="no sort_by"),
        pytest.param({"status": "failed", "sort_by": "id"}, 400, id="unknown sort_by"),
        pytest.param({"sort_by": "created_at_ascending"}, 400, id="no status"),
        pytest.param({"sort_by": "created_at_ascending", "status": "done"}, 400, id="bad status"),
        *(
            pytest.param(
                {"sort_by": "created_at_ascending", "status": "failed", "limit": limit},
                422,
                id=limit,
            )
            for limit in ("0", "-1", "ten", "1.5", "", "9" * 30)
        ),
        *(
            pytest.param(
                {"sort_by": "created_at_ascending", "status": "failed", "page_token": token},
                400,
                id=f"token {token}",
            )
            for token in ("", "x", "é", "AAAA&AAAA", "&", "====")
        ),
    ],
)
def test_a_wrong_query_is_refused(query: dict[str, str], status: int) -> None:
    assert refusal(make(), **query).status == status


@pytest.mark.parametrize("hostile", [False, True])
def test_a_token_is_good_for_its_own_listing_only(hostile: bool) -> None:
    zoo = make(2000, hostile_tokens=hostile)
    asked = {"sort_by": "created_at_ascending", "status": "failed", "limit": "1"}
    token = answer(zoo, OPERATIONS, asked, NOW)["next_page"]
    assert answer(zoo, OPERATIONS, {**asked, "page_token": token}, NOW)["items"]
    for change in ({"status": "completed"}, {"sort_by": "created_at_descending"}):
        assert refusal(zoo, **{**asked, **change, "page_token": token}).status == 400
    assert refusal(zoo, "/ml-prompts", **{**asked, "page_token": token}).status == 400
    for garbled in (token[:-1], f"{token}=", token.swapcase(), quote(token, safe="") + "%"):
        assert refusal(zoo, **{**asked, "page_token": garbled}).status == 400


@given(st.none() | st.integers(0, 2**48), st.integers(0, 100), st.integers(), st.booleans())
def test_tokens_are_read_back(after: int | None, empties: int, seed: int, hostile: bool) -> None:
    codec = TokenCodec(seed, hostile=hostile)
    token = codec.encode(Cursor(after, empties), "here")
    assert codec.decode(token, "here") == Cursor(after, empties)
    assert len(token) <= 512
    with pytest.raises(ValueError, match="token"):
        codec.decode(token, "there")
    with pytest.raises(ValueError, match="token"):
        TokenCodec(seed + 1, hostile=hostile).decode(token, "here")
    with pytest.raises(ValueError, match="token"):
        TokenCodec(seed, hostile=not hostile).decode(token, "here")


def test_a_token_is_url_safe_base64_of_json() -> None:
    token = TokenCodec(0).encode(Cursor(4711), "here")
    assert set(token) <= {*ascii_letters, *digits, *"-_="}
    value = json.loads(urlsafe_b64decode(token))
    assert value["v"] == "v1"
    assert value["page_start"]["after"] == 4711


def test_a_hostile_token_holds_what_must_be_encoded() -> None:
    token = TokenCodec(0, hostile=True).encode(Cursor(4711), "here")
    assert set("+/=&") <= set(token)


def test_single_items() -> None:
    server = FakeServer()
    zoo = server.zoo.described
    for prompt in raw_json.ml_prompts(server):
        assert answer(zoo, f"/ml-prompts/{prompt['id']}", {}, NOW) == prompt
        assert answer(zoo, f"/ml-prompts/{prompt['id'].upper()}", {}, NOW) == prompt


@pytest.mark.parametrize("path", [OPERATIONS, "/ml-prompts"])
def test_ids_that_are_wrong_or_unknown(path: str) -> None:
    zoo = make()
    unknown = IdSpace(99, "nobody").encode(0)
    resource = "operations" if path == OPERATIONS else "ml_prompts"
    beyond = zoo.served[resource].table(()).row(100).ids["id"]
    assert refusal(zoo, f"{path}/42").status == 422
    assert refusal(zoo, f"{path}/{'0' * 36}").status == 422
    assert refusal(zoo, f"{path}/{unknown}").status == 404
    assert refusal(zoo, f"{path}/{beyond}").status == 404


@pytest.mark.parametrize("path", ["/", "/async", "/ml-prompts/a/b", "/v2/operations"])
def test_unknown_paths(path: str) -> None:
    assert refusal(make(), path).status == 404


REQUIRED = {
    "file_conversion": {"src_format", "output_format"},
    "file_volume": {"src_format", "output_unit"},
    "file_center_of_mass": {"src_format", "output_unit"},
    "file_mass": {"src_format", "output_unit", "material_density_unit"},
    "file_density": {"src_format", "output_unit", "material_mass_unit"},
    "file_surface_area": {"src_format", "output_unit"},
    "text_to_cad": {"conversation_id", "model", "model_version", "output_format", "prompt"},
    "text_to_cad_iteration": {
        "conversation_id",
        "model",
        "model_version",
        "code",
        "original_source_code",
        "source_ranges",
    },
    "text_to_cad_multi_file_iteration": {
        "conversation_id",
        "model",
        "model_version",
        "source_ranges",
    },
}
RESULT = {
    "file_conversion": "outputs",
    "file_volume": "volume",
    "file_center_of_mass": "center_of_mass",
    "file_mass": "mass",
    "file_density": "density",
    "file_surface_area": "surface_area",
    "text_to_cad": "outputs",
    "text_to_cad_multi_file_iteration": "outputs",
}
SHARED = {"id", "type", "status", "created_at", "updated_at", "user_id"}


@pytest.mark.parametrize("kind", OPERATION_TYPES)
def test_the_single_operation_answers_the_output_of_its_type(kind: str) -> None:
    server = FakeServer()
    calls = [call for call in raw_json.zoo_operations(server) if call["type"] == kind]
    assert calls
    for call in calls:
        output = answer(server.zoo.described, f"{OPERATIONS}/{call['id']}", {}, NOW)
        assert output.keys() >= REQUIRED[kind]
        assert all(output[name] is not None for name in REQUIRED[kind])
        common = SHARED | {"started_at", "completed_at", "error"}
        assert {k: v for k, v in output.items() if k in common} == {
            k: v for k, v in call.items() if k in common
        }
        if kind in RESULT:
            assert (output.get(RESULT[kind]) is not None) is (call["status"] == "completed")


def test_a_type_that_nobody_knows_has_the_shared_fields() -> None:
    server = FakeServer()
    made = raw_json.create_operation(server, type="file_hologram", status="completed")
    output = answer(server.zoo.described, f"{OPERATIONS}/{made['id']}", {}, NOW)
    assert output.keys() >= SHARED
    assert output["type"] == "file_hologram"


PARTS = "/user/text-to-cad"
DATASET = IdSpace(0, "a dataset").encode(0)
CONVERSIONS = f"/org/datasets/{DATASET}/conversions"


def test_parts_are_left_out_of_a_listing_that_asks_for_none() -> None:
    asked = {"sort_by": "created_at_descending"}
    whole = answer(make(), PARTS, asked, NOW)["items"]
    assert any(item.get("outputs") for item in whole)
    assert answer(make(), PARTS, {**asked, "no_parts": "false"}, NOW)["items"] == whole
    bare = answer(make(), PARTS, {**asked, "no_parts": "true"}, NOW)["items"]
    assert bare == [{k: v for k, v in item.items() if k != "outputs"} for item in whole]


def test_conversions_are_searched_by_parts_of_their_ids_and_paths() -> None:
    zoo = make()
    lids = [
        zoo.served["org.datasets.conversions"]
        .table((DATASET,))
        .add(NOW, fields={"file_path": path})
        for path in ("boxes/lid.step", "tins/lid.step", "tins/lip.step")
    ]
    ids = [row.ids["id"] for row in lids]

    def found(**query: str) -> list[str]:
        asked = {"sort_by": "created_at_ascending", **query}
        return [item["id"] for item in answer(zoo, CONVERSIONS, asked, NOW)["items"]]

    assert found(q="lid.st") == ids[:2]
    assert found(q=ids[2][9:]) == ids[2:]
    assert found(q="nowhere") == []
    assert found(q="lid.st", phase="salon") == []
    assert len(found()) > 3


def test_only_some_errors_have_a_code() -> None:
    zoo = make()
    assert zoo.error(RefusedError(404, "no"), "r-1") == {
        "message": "no",
        "request_id": "r-1",
        "error_code": "not_found",
    }
    assert zoo.error(RefusedError(503, "no"), "r-2") == {"message": "no", "request_id": "r-2"}


def test_habits_are_checked() -> None:
    with pytest.raises(ValueError, match="max_limit"):
        ZooHabits(max_limit=0)
    with pytest.raises(ValueError, match="empty_pages"):
        ZooHabits(empty_pages=-1)
