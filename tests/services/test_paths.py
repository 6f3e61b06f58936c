"""How many files a request goes through on its way to the service and back."""

from collections.abc import Sequence

from asyncops import ZooClient
from asyncops.testing import FakeZoo
from tests.tracing import Trace, traced


def least(traces: Sequence[Trace]) -> Trace:
    """The shortest way: an answer that comes in several pieces makes it longer."""
    return min(traces, key=lambda trace: trace.changes)


async def test_a_watch_to_its_first_change_takes_a_short_way() -> None:
    """One poll of five listings, each of two pages: ten requests."""
    traces = []
    for _ in range(3):
        with FakeZoo() as fake:
            async with (
                ZooClient(fake.token, base_url=fake.url, clock=fake.clock) as zoo,
                zoo.operations.watch() as changes,
            ):
                before = fake.count()
                with traced() as trace:
                    change = await anext(changes)
                assert fake.count() - before == 10
                assert change.kind == "updated"
            traces.append(trace)
    assert len(least(traces).files) <= 23, sorted(least(traces).files)
    assert least(traces).changes <= 366


async def test_a_listing_to_its_first_item_takes_a_short_way() -> None:
    """One request, sent after the client's first one."""
    with FakeZoo() as fake:
        async with ZooClient(fake.token, base_url=fake.url, clock=fake.clock) as zoo:
            await zoo.operations.list(status="completed")
            traces = []
            for _ in range(3):
                with traced() as trace:
                    items = aiter(zoo.operations.list(status="failed"))
                    item = await anext(items)
                await items.aclose()
                assert item.status == "failed"
                traces.append(trace)
        assert len(least(traces).files) <= 25, sorted(least(traces).files)
        assert least(traces).changes <= 45
