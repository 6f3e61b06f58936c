"""Paths with parameters."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.kit.path import Path, names_in, path_param, path_params


@frozen
class Place:
    """The parameters of a path."""

    run: int
    key: UUID


def test_a_path_is_filled_with_encoded_parameters() -> None:
    path = Path("/repos/{owner}/{repo}/runs/{+id}")
    filled = path.fill({"owner": "a", "repo": "b%20c", "id": "x/y", "more": "z"})
    assert filled == "/repos/a/b%20c/runs/x/y"
    assert Path("/runs").fill({"id": "x"}) == "/runs"
    assert Path("/{id}").fill({"id": "x"}) == "/x"


def test_a_path_may_hold_a_query() -> None:
    """Whose values the request encodes again."""
    path = Path("/runs/get?run_id={id}&full=true&empty=")
    assert path.fill({"id": "a%2Fb"}) == "/runs/get"
    assert path.query({"id": "a%2Fb"}) == (("run_id", "a/b"), ("full", "true"), ("empty", ""))
    assert Path("/runs").query({}) == ()


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/async/operations", "/async/operations"),
        ("/async/operations/{id}", "/async/operations/{id}"),
        ("/a/{a}/b/{+id}", "/a/{a}/b/{id}"),
        ("/runs/get?run_id={id}", "/runs/get"),
    ],
)
def test_a_path_is_named_without_what_stands_in_it(path: str, template: str) -> None:
    assert Path(path).template == template


def test_the_names_of_the_parameters() -> None:
    assert names_in("/repos/{owner}/{repo}/runs/{+id}?a={b}") == {"owner", "repo", "id", "b"}
    assert names_in("/runs") == set()


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and text not in {".", ".."}))
def test_a_text_stays_one_segment(text: str) -> None:
    """Whatever it holds, it leads to no other path."""
    encoded = path_param("owner", text)
    assert "/" not in encoded
    assert "?" not in encoded
    assert unquote(encoded) == text


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("", ValueError, "owner must not be empty"),
        (".", ValueError, "owner must name a part of a path"),
        ("..", ValueError, "owner must name a part of a path"),
        (None, TypeError, "owner must be a string, got NoneType"),
        (True, TypeError, "owner must be a string, got bool"),
    ],
)
def test_what_is_no_segment_is_refused(value: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        path_param("owner", value)


def test_a_number_is_a_segment() -> None:
    assert path_param("number", 12) == "12"


def test_a_text_for_a_number_or_a_uuid_is_one() -> None:
    made: Any = Place
    known = str(UUID(int=1))
    for place in (made(12, UUID(int=1)), made("12", known.upper())):
        assert path_params(place, ("run", "key")) == {"run": "12", "key": known}
    assert path_params(made(-12, ""), ("run",)) == {"run": "-12"}
    with pytest.raises(ValueError, match="run must be a whole number such as 42, got 'a'"):
        path_params(made("a", known), ("run", "key"))
    with pytest.raises(ValueError, match=r"key must be a UUID such as '.*', got 'a'"):
        path_params(made(12, "a"), ("run", "key"))


def test_the_parameters_of_the_query_are_told() -> None:
    assert Path("/runs/{id}?run_id={id}&full=1&all").wires == ("run_id", "full", "all")
    assert Path("/runs").wires == ()
