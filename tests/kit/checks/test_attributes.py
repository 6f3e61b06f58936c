"""An attribute of a client: what is refused besides what is in a resource."""

from typing import Any

import pytest

from asyncops.kit import DescriptionError, Group
from asyncops.kit.checks.attributes import check_attribute
from asyncops.kit.home import deferred
from tests.kit.parts import client, resource


def test_a_resource_that_is_right_is_taken() -> None:
    check_attribute("FarmClient.jobs", resource(), json="plain")


def test_only_resources_and_groups_are_attributes() -> None:
    wrong: Any = deferred(lambda: "jobs")  # type: ignore[type-var]
    made: Any = client(jobs=wrong)
    with pytest.raises(
        DescriptionError, match=r"FarmClient\.jobs: it must be a Resource, .* got str"
    ):
        made.jobs  # noqa: B018 - the attribute is what is tested


def test_what_is_below_a_group_is_not_deferred() -> None:
    group = type("Outer", (Group,), {"jobs": deferred(resource)})
    with pytest.raises(DescriptionError, match=r"outer\.jobs: it must be .* got Deferred; only"):
        client(outer=group())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"listing": "/jobs"}, r"FarmClient\.jobs: listing: it must be a Listing, got str"),
        ({"found": None}, r"FarmClient\.jobs: found: it must be a place in the body, got None"),
    ],
)
def test_a_field_of_another_type_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        client(jobs=resource(**changes))
