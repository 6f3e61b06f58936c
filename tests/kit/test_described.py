"""A resource, which becomes the verbs of a client."""

from typing import Any

import pytest

from asyncops.kit import Get, ListOptions, WatchOptions
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
