"""Of the URL of the next page, only the query is taken over, without credentials."""

from random import Random
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import UnexpectedPage
from asyncops.http.messages import Request
from asyncops.paging.cursors.next_url import query_key, query_of, with_query

OWN = Request(path="/runs", params=(("status", "a"), ("status", "b"), ("limit", "50"), ("q", "x")))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/elsewhere?cursor=c%2F1&limit=20",
        "//evil.example?cursor=c%2F1&limit=20",
        "/v1/runs?cursor=c%2F1&limit=20",
        "?cursor=c%2F1&limit=20#fragment",
        "https://user:secret@a.example/?api_key=s&cursor=c%2F1&Access-Token=s&limit=20&X-Amz-Signature=s",
    ],
)
def test_neither_host_nor_path_nor_credential_is_taken_over(url: str) -> None:
    query = query_of(url)
    assert query == "cursor=c%2F1&limit=20"
    request = with_query(OWN, query)
    assert request.target == "/runs?status=a&status=b&q=x&cursor=c%2F1&limit=20"


def test_the_url_wins_over_all_values_of_a_parameter() -> None:
    request = with_query(OWN, "status=c&status=d&empty=")
    assert request.params == (
        ("limit", "50"),
        ("q", "x"),
        ("status", "c"),
        ("status", "d"),
        ("empty", ""),
    )


def test_a_text_that_is_no_url_is_refused_without_showing_it() -> None:
    with pytest.raises(UnexpectedPage) as caught:
        query_of("http://[secret")
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None or "secret" not in str(caught.value.__context__)


def test_bytes_that_are_not_utf8_are_not_changed_without_a_word() -> None:
    with pytest.raises(UnexpectedPage, match="bytes that are not UTF-8"):
        query_of("/runs?cursor=%FF%FE")
    assert query_of("/runs?cursor=%C3%A9") == "cursor=%C3%A9"


PAIRS = st.lists(st.tuples(st.text("abc", min_size=1, max_size=2), st.text(max_size=3)), max_size=4)


@given(PAIRS, st.randoms())
def test_the_order_of_a_query_tells_no_difference(
    pairs: list[tuple[str, str]], random: Random
) -> None:
    mixed = list(pairs)
    random.shuffle(mixed)
    assert query_key(Request(path="/", params=tuple(pairs))) == query_key(
        Request(path="/", params=tuple(mixed))
    )


@given(PAIRS)
def test_a_query_is_sent_on_as_it_came(pairs: list[tuple[str, str]]) -> None:
    target = Request(path="/", params=tuple(pairs)).target
    assert parse_qsl(query_of(f"https://a.example{target}"), keep_blank_values=True) == pairs
    assert with_query(Request(path="/"), query_of(target)).params == tuple(pairs)
