"""How filters are sent."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from attrs import frozen

from asyncops.kit import ListOptions, param
from asyncops.kit.filters import Filter, as_json, as_text, filters_of, sent, time_text
from tests.kit.parts import JobStatus

NOON = datetime(2026, 1, 2, 12, 0, 0, 500_000, tzinfo=UTC)


@frozen(kw_only=True)
class Options(ListOptions):
    status: str | None = None
    created_after: datetime | None = None
    page_size: int = 100
    scene: str
    kinds: tuple[str, ...] = param("filter[kind]", default=(), many="comma")


@frozen(kw_only=True)
class Start:
    """Of an action, so that no name belongs to anything else."""

    limit: int
    status: str


def test_filters_are_the_fields_that_no_other_part_takes() -> None:
    assert filters_of(Options) == (
        Filter("scene", "scene", None, required=True, is_text=True),
        Filter("kinds", "filter[kind]", "comma", required=False),
    )
    assert [each.name for each in filters_of(Start)] == ["limit", "status"]
    assert filters_of(None) == filters_of(lambda: None) == ()


@pytest.mark.parametrize(
    ("value", "text", "json"),
    [
        ("left", "left", "left"),
        (True, "true", True),
        (False, "false", False),
        (3, "3", 3),
        (0.5, "0.5", 0.5),
        (JobStatus.DONE, "done", "done"),
        (UUID(int=1), str(UUID(int=1)), str(UUID(int=1))),
        (NOON, "2026-01-02T12:00:00.500000Z", "2026-01-02T12:00:00.500000Z"),
    ],
)
def test_values_are_texts_in_a_query_and_json_in_a_body(value: Any, text: str, json: Any) -> None:
    assert as_text("scene", value) == text
    assert as_json("scene", value) == json
    assert type(as_json("scene", value)) is type(json)


def test_times_are_written_as_the_window_says() -> None:
    assert time_text("t", NOON) == "2026-01-02T12:00:00.500000Z"
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    assert time_text("t", east) == time_text("t", NOON)
    assert time_text("t", NOON.replace(microsecond=0)) == "2026-01-02T12:00:00Z"
    assert time_text("t", NOON, "milliseconds") == "1767355200500"
    assert as_text("t", NOON, "seconds") == "1767355200"
    assert as_json("t", NOON, "milliseconds") == 1767355200500


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("", ValueError, "scene must not be empty"),
        (b"left", TypeError, "scene must be a string, got bytes"),
        (object(), TypeError, "scene must be a string, got object"),
        (NOON.replace(tzinfo=None), ValueError, "scene must be an aware datetime"),
        (float("nan"), ValueError, "scene must be a finite number, got nan"),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name(
    value: Any, error: type[Exception], message: str
) -> None:
    for write in (as_text, as_json):
        with pytest.raises(error, match=message):
            write("scene", value)


SCENE = Filter("scene", "scene", None, required=True, is_text=True)
NOTES = Filter("notes", "notes", None, required=False)


@pytest.mark.parametrize(("each", "value"), [(SCENE, "a\nb"), (NOTES, "a\nb"), (NOTES, ["a\tb"])])
def test_lines_go_into_a_body_alone(each: Filter, value: Any) -> None:
    """A note may have several; a filter with one is a mistake."""
    assert list(sent(each, value, in_body=True)) == [(each.wire, value)]
    with pytest.raises(ValueError, match=f"{each.name} must not hold control characters"):
        list(sent(each, value, in_body=False))


def test_a_time_is_a_datetime() -> None:
    with pytest.raises(TypeError, match="created_after must be a datetime, got str"):
        time_text("created_after", "yesterday")


KINDS = Filter("kinds", "filter[kind]", None, required=False)
COMMA = Filter("kinds", "filter[kind]", "comma", required=False)


@pytest.mark.parametrize(
    ("each", "value", "query", "body"),
    [
        (KINDS, None, [], []),
        (KINDS, True, ["true"], [True]),
        (KINDS, (), [], [[]]),
        (KINDS, ("a", 2), ["a", "2"], [["a", 2]]),
        (COMMA, (), [], []),
        (COMMA, "a", ["a"], ["a"]),
        (COMMA, ("a", True), ["a,true"], ["a,true"]),
    ],
)
def test_a_filter_is_sent_by_its_way(
    each: Filter, value: Any, query: list[str], body: list[Any]
) -> None:
    for in_body, expected in ((False, query), (True, body)):
        found = list(sent(each, value, in_body=in_body))
        assert found == [("filter[kind]", one) for one in expected]


def test_an_object_goes_into_a_body_alone() -> None:
    assert list(sent(KINDS, {"a": 1}, in_body=True)) == [("filter[kind]", {"a": 1})]
    assert list(sent(KINDS, [{"a": 1}], in_body=True)) == [("filter[kind]", [{"a": 1}])]
    with pytest.raises(TypeError, match="kinds must be a string, got dict"):
        list(sent(KINDS, {"a": 1}, in_body=False))


@pytest.mark.parametrize("in_body", [False, True])
def test_no_value_of_several_with_commas_between_holds_one(in_body: bool) -> None:
    with pytest.raises(ValueError, match=r"kinds: .*commas between.*got 'a,b'"):
        list(sent(COMMA, ["a,b"], in_body=in_body))


def test_a_value_is_checked_by_the_annotation() -> None:
    """Once for all pages of a walk, and by the name of the argument."""
    kinds = filters_of(Options)[1]
    assert list(sent(kinds, ["a"], in_body=True)) == [("filter[kind]", "a")]
    assert list(sent(kinds, None, in_body=True)) == []
    with pytest.raises(TypeError, match="kinds must be several values, such as a tuple, got str"):
        list(sent(kinds, "a", in_body=True))
