"""The cursor of a merged listing: any place comes back; any other text is a value error."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.paging.statuses.cursor import MergeCursor, StatusPosition

NAMES = ("queued", "failed")
CURSOR = MergeCursor(
    descending=True, position=StatusPosition(1.5, "id"), names=NAMES, tokens=("a+/=&", None)
)
STREAMS = st.lists(st.tuples(st.text(), st.none() | st.text()), unique_by=lambda stream: stream[0])


def packed(document: str) -> str:
    return "merge1." + urlsafe_b64encode(document.encode()).decode().rstrip("=")


@given(
    st.booleans(),
    st.none()
    | st.builds(StatusPosition, st.floats(allow_nan=False, allow_infinity=False), st.text()),
    STREAMS,
)
def test_every_place_comes_back_as_it_was(
    descending: bool,
    position: StatusPosition | None,
    streams: list[tuple[str, str | None]],
) -> None:
    names = tuple(name for name, _ in streams)
    tokens = tuple(token for _, token in streams)
    cursor = MergeCursor(descending=descending, position=position, names=names, tokens=tokens)
    assert MergeCursor.decode(cursor.encode(), names) == cursor


def test_it_is_text_that_a_query_can_carry() -> None:
    text = CURSOR.encode()
    assert text.isascii()
    assert text.replace(".", "").replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("names", [(), ("failed",), ("failed", "queued"), (*NAMES, "new")])
def test_it_belongs_to_its_statuses_in_their_order(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="belongs to the statuses queued, failed"):
        MergeCursor.decode(CURSOR.encode(), names)


BROKEN = {
    "empty": "",
    "prefix alone": "merge1.",
    "a service's token": "nwvDxMXBqysYSeqlrgB8y",
    "not ASCII": "merge1.\u00e9",
    "lone surrogate": "merge1.\ud800",
    "cut short": CURSOR.encode()[:-7],
    "another version": CURSOR.encode().replace("merge1.", "merge2."),
    "without its prefix": CURSOR.encode().removeprefix("merge1."),
    "no object": packed("[]"),
    "null": packed("null"),
    "no fields": packed("{}"),
    "fewer tokens": packed('{"descending":true,"position":null,"names":["queued"],"tokens":[]}'),
    "bad token": packed('{"descending":true,"position":null,"names":["a"],"tokens":[5]}'),
    "bad place": packed('{"descending":true,"position":["x","y"],"names":[],"tokens":[]}'),
    "no UTF-8": "merge1._w",
    "deep": packed("[" * 100_000),
    "deep below an unknown field": packed('{"x":' + "[" * 100_000),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_any_other_text_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not one of a listing over several statuses"):
        MergeCursor.decode(text, NAMES)


@given(st.text() | st.text("abcdefXYZ0123-_=").map("merge1.".__add__))
def test_garbage_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="page_token"):
        MergeCursor.decode(text, NAMES)
