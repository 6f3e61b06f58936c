"""Checkpoints: places in a listing that go to JSON and come back."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from asyncops.checkpoints import Checkpoint, Reference, WatchCheckpoint
from asyncops.models import Cursor

CHECKPOINTS = st.builds(
    Checkpoint,
    query=st.text(),
    cursor=st.one_of(st.none(), st.text(), st.integers()),
    seen=st.lists(st.text()).map(tuple),
    unsure=st.booleans()
    | st.builds(
        Reference,
        rank=st.integers(),
        ids=st.lists(st.text()).map(tuple),
        count=st.integers(),
        greatest=st.integers(),
        is_front=st.booleans(),
    ),
    first_page=st.sampled_from([0, 1, None]),
)


@given(CHECKPOINTS)
@example(Checkpoint(query="q", cursor=2**80))
@example(Checkpoint(query="q", cursor="a+/=&b\n"))
def test_it_comes_back_from_json_as_it_was(checkpoint: Checkpoint) -> None:
    text = checkpoint.to_json()
    back = Checkpoint.from_json(text)
    assert back == checkpoint == Checkpoint.from_json(text.encode())
    assert type(back.cursor) is type(checkpoint.cursor)
    assert "\n" not in text


@given(CHECKPOINTS, st.integers().filter(lambda version: version not in {1, 2}))
def test_another_version_is_refused_by_number(checkpoint: Checkpoint, n: int) -> None:
    document = json.loads(checkpoint.to_json()) | {"version": n}
    with pytest.raises(ValueError, match=f"version {n}"):
        Checkpoint.from_json(json.dumps(document))


def test_the_first_checkpoints_are_read() -> None:
    text = '{"version":1,"query":"q","cursor":3,"seen":["a"],"total_count":9,"page_size":2}'
    known = Checkpoint(query="q", cursor=3, seen=("a",), total_count=9, page_size=2)
    assert Checkpoint.from_json(text) == known
    assert known.to_json() == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("null", id="null"),
        pytest.param("[]", id="array"),
        pytest.param("{}", id="no fields"),
        pytest.param('{"version":1,"query":"q","cursor":null}', id="no seen"),
        pytest.param('{"version":1,"query":"q","cursor":1.5,"seen":[]}', id="half a page"),
        pytest.param('{"version":1,"query":"q","cursor":true,"seen":[]}', id="bool cursor"),
        pytest.param('{"version":1,"query":5,"cursor":null,"seen":[]}', id="query no text"),
        pytest.param('{"version":1,"query":"q","cursor":null,"seen":[5]}', id="id no text"),
        pytest.param('{"version":"1","query":"q","cursor":null,"seen":[]}', id="version text"),
        pytest.param('{"version":1,"query":"q","cursor":null,"seen":[]}x', id="more behind"),
        pytest.param(
            '{"version":1,"query":"q","cursor":3,"seen":[],"first_page":2}', id="third page first"
        ),
        pytest.param("\ufeff{}", id="byte order mark"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"x":' + "[" * 100_000, id="deep below an unknown field"),
        pytest.param('{"version":' + "9" * 5000 + "}", id="long number"),
    ],
)
def test_what_is_no_checkpoint_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"checkpoint|encode"):
        Checkpoint.from_json(text)


@given(st.one_of(st.text(), st.binary()))
def test_garbage_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="not a checkpoint"):
        Checkpoint.from_json(text)


@pytest.mark.parametrize("read", [Checkpoint.from_json, WatchCheckpoint.from_json])
@pytest.mark.parametrize("wrong", [None, {"version": 1}])
def test_what_is_no_text_is_a_type_error_that_says_so(read: Any, wrong: Any) -> None:
    """Such as that of a key which a database does not have."""
    wanted = f"a checkpoint.* is read from text or bytes, got {type(wrong).__name__}$"
    with pytest.raises(TypeError, match=wanted):
        read(wrong)


@given(st.one_of(st.text(min_size=1), st.integers(min_value=10**6)))
def test_its_repr_holds_no_cursor(cursor: Cursor) -> None:
    blank = repr(Checkpoint(query="q"))
    assert repr(Checkpoint(query="q", cursor=cursor, seen=("an id",))) == blank
