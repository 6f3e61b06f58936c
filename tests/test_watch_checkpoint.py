"""A watch's place as JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.checkpoints import KnownAlive, WatchCheckpoint

MOMENTS = st.floats(-1e11, 1e11)
CHECKPOINTS = st.builds(
    WatchCheckpoint,
    query=st.text(),
    alive=st.lists(
        st.builds(KnownAlive, st.text(), st.none() | st.text(), st.none() | MOMENTS)
    ).map(tuple),
    ended=st.lists(st.tuples(st.text(), MOMENTS)).map(tuple),
    watermark=st.none() | MOMENTS,
    newest=st.none() | MOMENTS,
    interrupted=st.booleans(),
    floor=st.none() | MOMENTS,
)


@given(CHECKPOINTS)
def test_it_comes_back_as_it_was(checkpoint: WatchCheckpoint) -> None:
    """To the last digit of its times, from one line."""
    text = checkpoint.to_json()
    assert "\n" not in text
    assert WatchCheckpoint.from_json(text) == checkpoint
    assert WatchCheckpoint.from_json(text.encode()) == checkpoint


def stored(**changed: Any) -> str:
    document = json.loads(WatchCheckpoint(query="q").to_json())
    return json.dumps({**document, **changed})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        "[" * 100_000,
        stored(version=2),
        stored(alive=[["id", 5, None]]),
        stored(ended=[["id", None]]),
        stored(ended=[["id", 1e300]]),
        stored(watermark="today"),
        stored(floor="today"),
        '{"version": 1, "query": "a listing\'s", "cursor": null, "seen": []}',
    ],
    ids=lambda text: text[:30],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="checkpoint"):
        WatchCheckpoint.from_json(text)


def test_one_that_was_written_without_a_floor_is_read() -> None:
    """Then nothing is known of the overlap it was taken with."""
    document = json.loads(WatchCheckpoint(query="q", watermark=5.0, floor=3.0).to_json())
    del document["floor"]
    read = WatchCheckpoint.from_json(json.dumps(document))
    assert read == WatchCheckpoint(query="q", watermark=5.0)


def test_no_ids_are_in_its_repr() -> None:
    """It ends up in logs with the error that carries it."""
    checkpoint = WatchCheckpoint(
        query="q", alive=(KnownAlive("id-1", "m", 1.0),), ended=(("id-2", 2.0),)
    )
    assert "id-" not in repr(checkpoint)
