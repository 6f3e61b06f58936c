"""``doctor SERVICE``: whether the service does what its description says."""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from asyncops.cli.accounts.services import Client, Service
from asyncops.cli.exit import Failure
from asyncops.cli.resources import Resource, resource_of
from asyncops.kit.description import Description
from asyncops.kit.resources import resources_of

if TYPE_CHECKING:
    from asyncops.kit.doctor import Finding

__all__ = ["claims", "examined_resources", "missing_filters"]


def examined_resources(service: Service, name: str | None, place: Sequence[str]) -> list[Resource]:
    """Return the resources whose claims are tested: one by its name, or all that are listed.

    Raises:
        Failure: There is no such resource, or ``place`` cannot be where it is.
    """
    every = resources_of(service.client)
    listed = [each.name for each in every if each.description.listing is not None]
    found = [resource_of(service.name, each) for each in (listed if name is None else [name])]
    if place:
        placed(found[0], place)
    return found


def placed(resource: Resource, place: Sequence[str]) -> list[Any]:
    """Return the values of a place as its parameters have them.

    Raises:
        Failure: There are too few or too many, or one is no number.
    """
    params = resource.path.place
    if len(place) != len(params):
        names = " ".join(name.upper() for name, _ in params) or "no place"
        raise Failure(f"{resource.name} takes {names}, got {' '.join(place)}")
    return list(resource.place_of(place).values())


def missing_filters(description: Description) -> list[str]:
    """Return the filters without which a listing cannot be asked for."""
    options: Any = description.options
    fields = attrs.fields(options) if isinstance(options, type) else ()
    return [each.name for each in fields if each.default is attrs.NOTHING]


async def claims(
    client: Client, resource: Resource, place: Sequence[str]
) -> "AsyncIterator[Finding]":
    """Test what a resource claims, with a dozen reads at most.

    Args:
        client: The client.
        resource: The resource.
        place: The values of the parameters of its place.
    """
    from asyncops.kit.doctor import Finding, examine  # noqa: PLC0415 - no other command needs it

    names = [name for name, _ in resource.path.place]
    filters = missing_filters(resource.description)
    if filters or (names and not place):
        some = f"the filter{'s' * (len(filters) > 1)} {', '.join(filters)}"
        what = some if filters else f"a place, {' '.join(names).upper()}"
        yield Finding("listing", "unknown", f"not tested, since it needs {what}")
        return
    async for finding in examine(resource.path.verbs(client, placed(resource, place))):
        # How the clocks differ is told once for an account.
        if finding.claim != "clock":
            yield finding
