"""The ``Link`` header: several links, quotes, commas, relations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.http.links import link_target

GITHUB = (
    '<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=3>; rel="next", '
    '<https://api.github.com/x?page=9>; rel="last"'
)


@pytest.mark.parametrize(
    ("rel", "page"), [("prev", "1"), ("next", "3"), ("last", "9"), ("NEXT", "3")]
)
def test_one_relation_of_several(rel: str, page: str) -> None:
    assert link_target(GITHUB, rel) == f"https://api.github.com/x?page={page}"


@pytest.mark.parametrize(
    "header",
    [
        "</x?a=1,2;b>; rel=next",
        '</x?a=1,2;b>;rel="next"',
        '</x?a=1,2;b> ; title="a, <b>; rel=prev" ; rel = "next"',
        r'</x?a=1,2;b>; title="a \" b, <c>"; rel="last Next"',
        '</x?a=1,2;b>; rel="next"; rel="prev"',
        '</x?a=1,2;b>;; crossorigin; REL="next";',
        '</other>; rel="next"; anchor="#a", </x?a=1,2;b>; rel="next"',
        "</a>,</b>; rel=prev ,, </x?a=1,2;b>; rel=next, </c>; rel=next",
    ],
)
def test_quotes_commas_and_further_parameters(header: str) -> None:
    assert link_target(header, "next") == "/x?a=1,2;b"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "next",
        "<",
        "</a",
        "</a>",
        "</a>; rel",
        '</a>; rel="',
        '</a>; title="rel=next"',
        "</a>, rel=next",
    ],
)
def test_a_header_without_the_relation(header: str) -> None:
    assert link_target(header, "next") is None


@given(st.text())
def test_any_text_is_read_to_its_end(header: str) -> None:
    assert link_target(header, "next") in {None, *header.replace("<", ">").split(">")}
