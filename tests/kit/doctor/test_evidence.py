"""The pages that are read: few items, the filters of all requests, and what may be missing."""

from typing import Any

import pytest

from asyncops import NotFound, ServerError
from asyncops.kit.chosen import Chosen
from asyncops.kit.doctor.evidence import FEW, Evidence, times
from asyncops.kit.query import Query
from asyncops.testing import Fake
from tests.kit.doctor.farms import ONCE, farm

FARM = farm()


async def test_pages_are_read_in_two_sizes_and_kept() -> None:
    async with Fake(FARM, rows=30) as fake, fake.client(retry=ONCE) as client:
        verbs: Any = client.jobs  # type: ignore[attr-defined]
        evidence = Evidence(verbs._bound, verbs, Query(size=20), Chosen())
        await evidence.read_first()
        assert (len(evidence.first.items), len(evidence.few.items)) == (20, FEW)
        assert len(evidence.items) == 20 + FEW
        assert len(times(evidence.items)) == 20 + FEW
        assert {each.word for each in evidence.statuses_seen()} == {
            *("queued", "running", "done", "broken"),
        }
        fake.fail(404)
        assert await evidence.page_if_any(cursor=evidence.few.next_cursor) is None
        for status, error in ((404, NotFound), (503, ServerError)):
            fake.fail(status)
            with pytest.raises(error):
                await evidence.page()
