"""What a resource is, as it was declared."""

import attrs
import pytest

from asyncops.kit import Get, ListOptions, WatchOptions
from asyncops.kit.description import Description
from tests.kit.parts import Job


def test_what_is_not_declared_has_its_default() -> None:
    description = Description(item=Job)
    assert (description.options, description.watch) == (ListOptions, WatchOptions)
    assert (description.id, description.identity, description.found) == ("id", "id", "")
    assert (description.get, description.listing, description.result) == (None, None, None)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        description.get = Get("/jobs/{id}")  # type: ignore[misc]


def test_each_description_is_its_own() -> None:
    """What is worked out of one is kept by it, and equal ones may differ in what was learned."""
    assert Description(item=Job) != Description(item=Job)
    assert len({Description(item=Job), Description(item=Job)}) == 2
