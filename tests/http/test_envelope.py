"""The type of an answer is made from its places."""

from typing import Any

import msgspec
import pytest

from asyncops.http.envelope import envelope
from asyncops.http.places import path_steps

ITEMS = path_steps("data.items")
NEXT = path_steps("links[rel=next].href")
TOTAL = path_steps("meta.page-info[0].total")


def read(body: bytes, **options: bool) -> list[Any]:
    kinds = {ITEMS: tuple[int, ...], NEXT: str | None, TOTAL: int | None}
    shape, getters = envelope(kinds, ITEMS, **options)
    value = msgspec.json.decode(body, type=shape)
    return [getters[steps](value) for steps in kinds]


def test_one_reading_fills_all_places() -> None:
    body = b"""{"data": {"items": [1, 2], "more": {}}, "meta": {"page-info": [{"total": 9}]},
        "links": [null, {"rel": 5, "href": "a"}, {"rel": "next", "href": "b"}, {"rel": "next"}]}"""
    assert read(body) == [(1, 2), "b", 9]


@pytest.mark.parametrize(
    "rest",
    [
        "",
        ', "meta": null, "links": null',
        ', "meta": {}, "links": []',
        ', "meta": {"page-info": []}',
    ],
)
def test_whatever_surrounds_a_place_may_be_missing(rest: str) -> None:
    assert read(f'{{"data": {{"items": []}}{rest}}}'.encode()) == [(), None, None]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{}", "missing required field `data`"),
        (b'{"data": {}}', r"missing required field `items` - at `\$\.data`"),
        (b'{"data": null}', r"got `null` - at `\$\.data`"),
        (b'{"data": {"items": null}}', r"got `null` - at `\$\.data\.items`"),
        (b'{"data": {"items": [1, ""]}}', r"got `str` - at `\$\.data\.items\[1\]`"),
        (b'{"data": {"items": []}, "meta": 1}', r"got `int` - at `\$\.meta`"),
        (b'{"data": {"items": []}, "links": {}}', r"got `object` - at `\$\.links`"),
    ],
)
def test_the_required_value_is_required_and_all_types_are_checked(
    body: bytes, message: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=message):
        read(body)


def test_the_whole_answer_may_be_the_value() -> None:
    shape, getters = envelope({(): tuple[int, ...]}, ())
    assert getters[()](msgspec.json.decode(b"[1, 2]", type=shape)) == (1, 2)


def test_both_spellings_fill_the_same_place_and_nothing_is_required() -> None:
    steps = path_steps("page_info.total_count")
    kinds = {steps: int | None, ("all_items",): tuple[int, ...]}
    shape, getters = envelope(kinds, ("all_items",), both_spellings=True)

    def spelled(body: bytes) -> list[Any]:
        value = msgspec.json.decode(body, type=shape)
        return [getters[steps](value), getters["all_items",](value)]

    assert spelled(b'{"page_info": {"totalCount": 3}, "allItems": [1]}') == [3, (1,)]
    assert spelled(b'{"pageInfo": {"total_count": 3}, "all_items": [1]}') == [3, (1,)]
    assert spelled(b"{}") == [None, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [("data", "data.next"), ("data[0]", "data.next"), ("", "next"), ("data", "data[0].next")],
)
def test_places_that_contradict_each_other_are_refused(one: str, other: str) -> None:
    kinds = {path_steps(one): tuple[int, ...], path_steps(other): str | None}
    with pytest.raises(ValueError, match="one is inside another"):
        envelope(kinds, path_steps(one))
