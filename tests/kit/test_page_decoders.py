"""The decoder of pages, from the places of each style."""

from typing import Any

import pytest

from asyncops.errors import DecodeError
from asyncops.kit import After, Link, NextURL, Offset, Order, Pages, Token
from asyncops.kit.page_decoders import page_decoder
from tests.kit.parts import listing, resource

JOB = '{"id": "j1", "status": "done", "created_at": "2026-01-02T00:00:00Z"}'
UNDATED = '{"id": "j1", "status": "done", "created_at": null}'


def decode(body: str, **parts: Any) -> Any:
    return page_decoder(resource(listing=listing(**parts)).description, "plain")(body.encode())


@pytest.mark.parametrize(
    ("paging", "rest", "found"),
    [
        (
            Token("meta.next", more="more"),
            '"meta": {"next": "t"}, "more": true',
            {"next_page": "t", "more": True},
        ),
        (
            NextURL("next"),
            '"next": "/v1?c=1"',
            {"next_page": "/v1?c=1"},
        ),
        (After(last="last_id"), '"has_more": false, "last_id": 7', {"more": False, "last": "7"}),
        (
            Pages(total="n", pages="of", number="at", used_size="size"),
            '"n": 31, "of": 4, "at": 2, "size": 10',
            {"total_count": 31, "total_pages": 4, "number": 2, "page_size": 10},
        ),
        (
            Offset(next="next", more="more", total="n"),
            '"next": 3, "more": true',
            {"next_page": "3"},
        ),
    ],
)
def test_each_style_reads_what_it_needs(paging: Any, rest: str, found: dict[str, Any]) -> None:
    page = decode(f'{{"jobs": [{JOB}], {rest}}}', paging=paging)
    assert [job.id for job in page.items] == ["j1"]
    assert {name: getattr(page, name) for name in found} == found


def test_the_answer_may_be_the_array() -> None:
    assert len(decode(f"[{JOB}]", items="", paging=NextURL(Link("next"))).items) == 1


def test_a_decoder_is_made_once() -> None:
    description = resource().description
    assert page_decoder(description, "plain") is page_decoder(description, "plain")
    with pytest.raises(TypeError, match="what is not listed has neither pages nor filters"):
        page_decoder(resource(listing=None).description, "plain")


def test_creation_times_are_missed_where_there_is_an_order() -> None:
    """Then the service's fields have other names."""
    with pytest.raises(DecodeError, match="created_at"):
        decode('{"jobs": [{"id": "j1", "status": "done"}]}', order=Order())
