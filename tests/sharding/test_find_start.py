"""The search for the page where a range begins."""

import pytest

from asyncops.http.messages import Reply
from asyncops.http.page_body import PageBody
from asyncops.services.chainloop.models import AsyncOperation
from asyncops.sharding.find_start import StartSearch
from tests.laws.sharded import at


@pytest.mark.parametrize("newer", [True, False], ids=["newer rows", "older rows"])
async def test_the_search_for_a_beginning_has_an_end(newer: bool) -> None:
    """Though every page that it looks at holds nothing but such rows, whatever it is told."""
    search: StartSearch[AsyncOperation] = StartSearch(
        at(50), first=1, rank=10**9, count=0, number=10**9, size=10
    )
    looks = 0
    found = None
    while found is None:
        looks += 1
        assert looks < 40
        second = 60 if newer else 40
        page = PageBody(
            (AsyncOperation(created_at=at(second)),),
            total_count=10**15,
            number=search.number,
            total_pages=10**14,
            page_size=10,
        )
        found = search.feed(Reply(value=page), [at(second)])
    assert found[0] >= 10**9 if newer else found[0] == 1
