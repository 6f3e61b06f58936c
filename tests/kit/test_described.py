"""A resource, which becomes the verbs of a client."""

from typing import Any

import pytest

from asyncops.kit import Collection, Get, ListOptions, Lookup, Resource, WatchOptions
from asyncops.kit.described import Described
from tests.kit.parts import FIELDS, Job, client, listing, resource


def test_fields_are_the_description() -> None:
    described: Described[Any] = Described(item=Job, get="/jobs/{id}")
    assert described.description.item is Job
    assert described.description.get == Get("/jobs/{id}")
    with pytest.raises(TypeError, match="unexpected keyword argument 'lisitng'"):
        Described(item=Job, lisitng=None)


def test_a_resource_is_bound_once_a_client() -> None:
    made = client(jobs=resource())
    one: Any = made("a-token-of-tests")
    other: Any = made("a-token-of-tests")
    assert one.jobs is one.jobs
    assert one.jobs is not other.jobs


def test_a_description_says_all_that_it_was_told() -> None:
    described = resource(found="job", hints={404: "x"}, reopens=True, changes=("status",))
    description = described.description
    assert (description.found, description.hints) == ("job", {404: "x"})
    assert (description.reopens, description.changes) == (True, ("status",))
    assert description.listing == listing()
    assert (description.options, description.watch) == (ListOptions, WatchOptions)
    assert description.get == Get(FIELDS["get"])


@pytest.mark.parametrize(
    ("kind", "wrong", "message"),
    [
        (Resource, {"gett": "/jobs/{id}"}, r"^Resource\(\) got .* 'gett'; did you mean get\?$"),
        (Collection, {"optoins": ListOptions}, r"^Collection\(\) got .*; did you mean options\?$"),
        (Lookup, {"gett": "/jobs/{id}"}, r"^Lookup\(\) got .* 'gett'; did you mean get\?$"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest(
    kind: Any, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        kind(Job, *([] if kind is Lookup else [listing()]), **wrong)
