"""What a listing of a fake holds: its filters, its windows, its orders."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import frozen

from asyncops.kit import (
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Order,
    Pages,
    WatchOptions,
    Window,
    param,
)
from tests.kit.parts import AllOptions, JobStatus, client, listing, resource
from tests.testing.described.reader import Reader, reading

PAGING = Pages(total="total", size="size")


@frozen(kw_only=True)
class SceneOptions(ListOptions):
    """Filters under other names."""

    scene: tuple[str, ...] = param("filter[scene]", default=(), many="comma")
    source: str | None = None


@frozen(kw_only=True)
class RequiredOptions(ListOptions):
    """A filter that must be given."""

    scene: str


@frozen(kw_only=True)
class RequiredWatchOptions(WatchOptions):
    """The same of a watch."""

    scene: str


def farm(
    options: Any = AllOptions, watch: Any = WatchOptions, **parts: Any
) -> tuple[type[Client], Listing]:
    """A client whose jobs are listed with these parts, and their listing."""
    of = listing(paging=PAGING, **{"window": None, "by_status": None, **parts})
    return client(jobs=resource(listing=of, options=options, watch=watch)), of


async def ids(reader: Reader, of: Listing, **params: Any) -> list[str]:
    """The ids that one large page holds."""
    said = await reader.page(of, {"size": 100, **params})
    assert said.status == 200, said
    return [job["id"] for job in said.body["jobs"]]


def parts(**changes: Any) -> dict[str, Any]:
    """The parts that the fields of all options belong to."""
    return {
        "window": Window("created_after", "created_before"),
        "by_status": ByStatus(),
        **changes,
    }


def wire(when: datetime) -> str:
    """A time as clients write it."""
    return when.isoformat().replace("+00:00", "Z")


async def test_one_status_is_listed() -> None:
    of, described = farm(**parts())
    async with reading(of) as reader:
        for status in JobStatus:
            wanted = [job.id for job in reader.fake.items("jobs", status=status)]
            assert await ids(reader, described, status=status.value) == wanted != []
        twice = await reader.page(described, {"status": ["done", "broken"]})
        unknown = await reader.page(described, {"status": "lost"})
        assert (twice.status, unknown.status) == (400, 400)


async def test_a_status_is_read_as_it_is_written() -> None:
    of, described = farm(**parts(by_status=ByStatus("filter", form="status:{}")))
    async with reading(of) as reader:
        wanted = [job.id for job in reader.fake.items("jobs", status=JobStatus.DONE)]
        assert await ids(reader, described, filter="status:done") == wanted != []
        assert (await reader.page(described, {"filter": "done"})).status == 400


@pytest.mark.parametrize(
    ("many", "sent"),
    [("comma", "done,broken"), ("repeat", ["done", "broken"]), ("list", ["done", "broken"])],
)
async def test_several_statuses_are_listed(many: Any, sent: Any) -> None:
    method = "POST" if many == "list" else "GET"
    of, described = farm(**parts(by_status=ByStatus(many=many)), method=method)
    async with reading(of) as reader:
        wanted = [job.id for job in reader.fake.items("jobs") if job.state.ended]
        assert await ids(reader, described, status=sent) == wanted


async def test_a_status_may_have_to_be_given() -> None:
    of, described = farm(**parts(by_status=ByStatus(many="comma", required=True)))
    async with reading(of) as reader:
        assert (await reader.page(described, {})).status == 400


FORMS: dict[str, tuple[Window, Any]] = {
    "rfc3339": (Window("created_after", "created_before"), wire),
    "seconds": (
        Window("created_after", "created_before", times="seconds"),
        lambda when: str(int(when.timestamp())),
    ),
    "milliseconds": (
        Window(
            "created_after",
            "created_before",
            times="milliseconds",
            resolution=timedelta(milliseconds=1),
        ),
        lambda when: str(int(when.timestamp() * 1000)),
    ),
    "one bound": (
        Window("created_after", "created_before", form="at {}"),
        lambda when: f"at {wire(when)}",
    ),
}


@pytest.mark.parametrize(("window", "write"), FORMS.values(), ids=FORMS)
async def test_a_window_takes_in_all_of_its_resolution(window: Window, write: Any) -> None:
    of, described = farm(**parts(window=window))
    async with reading(of) as reader:
        jobs = reader.fake.items("jobs")
        after, before = jobs[15].created_at, jobs[5].created_at
        found = await ids(
            reader, described, created_after=write(after), created_before=write(before)
        )
        exactly = [job.id for job in jobs if after <= job.created_at <= before]
        margin = window.resolution
        nearly = [job.id for job in jobs if after - margin < job.created_at < before + margin]
        assert set(exactly) <= set(found) <= set(nearly)
        assert 9 <= len(found) < 20


async def test_one_parameter_may_take_both_bounds() -> None:
    of, described = farm(**parts(window=Window("created", form="{}..{}")))
    async with reading(of) as reader:
        jobs = reader.fake.items("jobs")
        value = f"{wire(jobs[15].created_at)}..{wire(jobs[5].created_at)}"
        assert 9 <= len(await ids(reader, described, created=value)) < 20
        assert (await reader.page(described, {"created": "yesterday"})).status == 400


async def test_a_service_may_list_the_last_days_alone_when_not_asked() -> None:
    of, described = farm(**parts(window=Window("after", unfiltered=timedelta(seconds=20))))
    async with reading(of) as reader:
        assert 5 < len(await ids(reader, described)) < 20
        assert len(await ids(reader, described, after="1970-01-01T00:00:00Z")) == 25


async def test_a_bound_must_be_a_time() -> None:
    of, described = farm(**parts())
    async with reading(of) as reader:
        assert (await reader.page(described, {"created_after": "yesterday"})).status == 400


async def test_filters_have_their_names_on_the_wire() -> None:
    of, described = farm(SceneOptions)
    async with reading(of, 0) as reader:
        names = ("dawn", "dusk", "noon")
        dawn, dusk, _ = (reader.fake.add("jobs", scene=name).id for name in names)
        assert await ids(reader, described, **{"filter[scene]": "dawn"}) == [dawn]
        assert await ids(reader, described, **{"filter[scene]": "dawn,dusk"}) == [dusk, dawn]
        assert (await reader.page(described, {"scene": "dawn"})).status == 400


async def test_a_filter_by_what_items_do_not_show_leaves_all_rows() -> None:
    of, described = farm(SceneOptions)
    async with reading(of) as reader:
        assert len(await ids(reader, described, source="api")) == 25


async def test_a_filter_may_have_to_be_given() -> None:
    of, described = farm(RequiredOptions, RequiredWatchOptions)
    async with reading(of) as reader:
        assert (await reader.page(described, {})).status == 400
        assert len(await ids(reader, described, scene="dusk")) == 0


async def test_a_parameter_that_is_not_declared_is_refused() -> None:
    for method in ("GET", "POST"):
        of, described = farm(**parts(), method=method)
        async with reading(of) as reader:
            said = await reader.page(described, {"states": "done"})
            assert (said.status, said.body) == (400, {"message": "There is no parameter 'states'."})


ORDERS: dict[str, tuple[Order, dict[str, str], bool]] = {
    "newest first": (Order(), {}, True),
    "oldest first": (Order(newest_first=False), {}, False),
    "newest first on request": (Order(param="sort"), {"sort": "desc"}, True),
    "oldest first on request": (Order(param="sort"), {"sort": "asc"}, False),
    "oldest first where nothing is sent": (Order(False, "desc", "1", None), {}, False),
    "newest first by a flag": (Order(False, "desc", "1", None), {"desc": "1"}, True),
}


@pytest.mark.parametrize(("order", "sent", "newest_first"), ORDERS.values(), ids=ORDERS)
async def test_a_listing_has_its_order(
    order: Order, sent: dict[str, str], newest_first: bool
) -> None:
    of, described = farm(**parts(order=order))
    async with reading(of) as reader:
        newest = [job.id for job in reader.fake.items("jobs")]
        assert await ids(reader, described, **sent) == newest[:: 1 if newest_first else -1]


async def test_an_order_must_be_one_of_those_that_are_declared() -> None:
    of, described = farm(**parts(order=Order(param="sort", by={"name": "by_name"})))
    async with reading(of) as reader:
        assert (await reader.page(described, {})).status == 400
        assert (await reader.page(described, {"sort": "up"})).status == 400
        newest = [job.id for job in reader.fake.items("jobs")]
        named = await ids(reader, described, sort="by_name")
        assert sorted(named) == sorted(newest)
        assert named not in (newest, newest[::-1])


async def test_a_listing_without_an_order_has_none_to_rely_on() -> None:
    of, described = farm(**parts(order=None))
    async with reading(of) as reader:
        newest = [job.id for job in reader.fake.items("jobs")]
        found = await ids(reader, described)
        assert sorted(found) == sorted(newest)
        assert found not in (newest, newest[::-1])
        assert found == await ids(reader, described)
