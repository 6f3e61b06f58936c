"""The class of a client: what is refused when it is made."""

from typing import Any

import pytest
from attrs import define, frozen

from asyncops.kit import (
    Action,
    ByStatus,
    Client,
    Collection,
    DescriptionError,
    Group,
    ListOptions,
    Lookup,
    Order,
    Pages,
    Token,
    Within,
)
from asyncops.kit.checks.client import check_client
from asyncops.kit.operations import Operations
from tests.kit.parts import SERVICE, AllOptions, Job, client, listing, resource


@frozen
class Farm:
    farm: str


@frozen
class Wide:
    farm: str
    row: int


@define
class MutablePlace:
    farm: str


@frozen
class BadPart:
    farm: str | None


@frozen
class ById:
    id: str


@frozen(kw_only=True)
class OneStatus(ListOptions):
    status: str | None = None


IN_FARM = listing(path="/{farm}/jobs")


def in_farm(place: Any, **changes: Any) -> Any:
    return Within(place, resource(listing=IN_FARM, get="/{farm}/jobs/{id}", **changes))


class Empty(Group):
    pass


class Parts(Group):
    frames = Collection(
        Job, listing(path="/jobs/{job_id}/frames"), options=ListOptions, get="/frames/{id}"
    )


class Lost(Group):
    frames = Collection(Job, listing(path="/jobs/{job}/frames"), options=ListOptions)


NOTHING: Any = 3
START, STOP = Action("/jobs"), Action("/jobs/{id}/stop")
SHARED = resource()
TWICE = resource(listing=IN_FARM, get="/{farm}/jobs/{id}")

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"jobs": resource(), "service": None}, "FarmClient: service: it must be a Service, got None"),
    ({"jobs": (resource(),)}, "FarmClient.jobs: it is a tuple: leave out the comma behind it"),
    ({"jobs": SHARED, "works": SHARED}, "FarmClient.works: it is the same object as jobs"),
    (
        {"jobs": Within(Farm, TWICE), "works": Within(Farm, TWICE)},
        "FarmClient.works: it is the same object as jobs",
    ),
    ({"fetch": resource()}, "FarmClient.fetch: .*every client has a fetch of its own"),
    ({"Jobs": resource()}, "FarmClient.Jobs: the name must be lower-case letters, digits and"),
    ({"parts": Empty()}, "FarmClient.parts: the group has no resource"),
    ({"lost": Lost()}, r"FarmClient.lost.frames: listing: \{job\} is a field neither of the place"),
    ({"jobs": in_farm(Wide)}, "FarmClient.jobs: place: Wide.row is in no path: remove it"),
    ({"jobs": in_farm(MutablePlace)}, "FarmClient.jobs: place: MutablePlace can be changed"),
    (
        {"jobs": in_farm(BadPart)},
        "place: BadPart.farm is a part of a path: write farm: str, int or UUID",
    ),
    (
        {"jobs": Within(Farm, NOTHING)},
        "FarmClient.jobs: resource: it must be a Resource, Collection",
    ),
    ({"jobs": Within(ById, resource())}, "place: the field id would be mistaken"),
    ({"jobs": resource(within=Parts())}, "within: it must be a Group that is told the parameter"),
    ({"jobs": resource(within=Lost("job_id"))}, r"FarmClient.jobs\(...\).frames: .*known are job_"),
    ({"jobs": resource(within=Parts("job_id"), get=None)}, "within: .*without get: give get="),
    (
        {"jobs": resource(start=START, get=None)},
        "FarmClient.jobs: start: .*without get: give get=, or a class of your own by verbs=",
    ),
    ({"jobs": resource(cancel=STOP, get=None)}, "cancel: .*without get: give get="),
    (
        {"jobs": resource(cancel=STOP, within=Parts("job_id"))},
        "cancel: .*with within=: describe the action in a second Resource or Lookup, or give",
    ),
    (
        {"rows": resource(of=Collection, without="watch", start=START)},
        "start: a Collection has no operations: describe a Resource",
    ),
    (
        {"one": Lookup(Job, get="/jobs/{id}", within=Parts("job_id"))},  # type: ignore[call-overload]
        "within: a Lookup has no items below: describe a Resource",
    ),
    (
        {"jobs": resource(listing=listing(items=""))},
        "paging: next='next_page_token' would be in an array, where the items are: name another",
    ),
    (
        {"jobs": resource(listing=listing(items="data.jobs", paging=Pages(total="data.jobs.n")))},
        "paging: total='data.jobs.n' would be below 'data.jobs'",
    ),
    (
        {"jobs": resource(listing=listing(items="data.jobs", paging=Token("data")))},
        "paging: next='data' holds a value, and items='data.jobs' would be inside it: name another",
    ),
    (
        {"jobs": resource(listing=listing(paging=Pages(total="meta", next="meta.next")))},
        "paging: total='meta' holds a value, and next='meta.next' would be inside it",
    ),
    (
        {"jobs": resource(listing=listing(headers={"authorization": "x"}))},
        "listing: headers: authorization is left out, as auth= of the Service says",
    ),
    (
        {"jobs": resource(listing=listing(hints={"404": "Ask."}))},
        "listing: hints: the key '404' must be a status as a number, such as 404",
    ),
    ({"jobs": resource(hints={200: "Ask."})}, "jobs: hints: the key 200 must be a status"),
    ({"jobs": resource(hints={404: ""})}, "jobs: hints: 404 must have a sentence, got ''"),
    ({"jobs": resource(hints=("x",))}, "jobs: hints: it must be a mapping, got tuple"),
    (
        {"jobs": resource(listing=listing(headers={"X y": "x"}))},
        "listing: headers: headers: a key must be the name of a header",
    ),
    (
        {
            "jobs": resource(
                options=OneStatus,
                listing=listing(order=None, by_status=ByStatus(required=True)),
            )
        },
        "by_status: the statuses are listed one by one and merged by creation",
    ),
]


@pytest.mark.parametrize(("attributes", "message"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_wrong_client_is_refused_with_name_and_fix(
    attributes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DescriptionError, match=message):
        client(**attributes)


def test_a_client_that_is_right_is_taken() -> None:
    made = client(
        jobs=in_farm(Farm),
        parts=resource(within=Parts("job_id")),
        merged=resource(
            options=OneStatus,
            listing=listing(order=Order(param="sort"), by_status=ByStatus(required=True)),
        ),
    )
    assert check_client(made) is SERVICE


def test_a_client_may_keep_some_of_its_resources_together() -> None:
    jobs, works = resource(), resource()
    client(jobs=jobs, works=works, both=(jobs, works))


def test_verbs_by_hand_may_have_what_no_class_has() -> None:
    client(jobs=resource(start=START, get=None, verbs=Operations))


def test_a_client_may_be_subclassed_with_another_service() -> None:
    """And a base of clients describes none."""

    class Base(Client):
        pass

    assert check_client(Base) is None
    made = client(jobs=resource())

    class Other(made):  # type: ignore[valid-type, misc]
        service = SERVICE

    assert check_client(Other) is SERVICE


def test_options_are_checked_with_the_client() -> None:
    with pytest.raises(DescriptionError, match=r"FarmClient.jobs: options: the field status"):
        client(jobs=resource(options=AllOptions))
