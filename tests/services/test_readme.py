"""The table of asyncops/services/README.md says what the descriptions say."""

import re
from typing import Any

import pytest

from asyncops.kit import Client
from asyncops.kit.resources import ResourcePath, resources_of
from asyncops.paging.styles import Offset, Pages
from asyncops.testing.contracts.abilities import made
from tests.readmes import READMES
from tests.services.every import clients

VERBS = ("list", "shard", "get", "wait", "watch", "start", "cancel", "results")
UNKNOWN_LOSS = "rows that are removed during a walk may cost others"


RESOURCES = [(client, each) for client in clients() for each in resources_of(client)]


def rows() -> dict[str, list[str]]:
    """The rows of the table by the name of their resource, each with its service."""
    found: dict[str, list[str]] = {}
    service = ""
    for line in READMES["asyncops/services/README.md"].read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[1].startswith("`"):
            service = cells[0] or service
            found[cells[1].strip("`")] = [service, *cells[2:]]
    return found


def name_of(client: type[Client], resource: ResourcePath) -> str:
    """The name as code writes it: ``github.runs(owner, repo)``."""
    written = [client.service.name]
    for step in resource.steps:
        calls = "".join(f"({', '.join(name for name, _ in call)})" for call in step.calls)
        written.append(step.name + calls)
    return ".".join(written)


def test_each_resource_has_a_row_and_each_row_a_resource() -> None:
    names = [name_of(client, each) for client, each in RESOURCES]
    assert sorted(rows()) == sorted(names)
    assert {"zoo.operations", "chainloop.operations"} <= set(names)


@pytest.mark.parametrize(
    ("client", "resource"), RESOURCES, ids=[name_of(*each) for each in RESOURCES]
)
def test_a_row_says_what_its_resource_can_do(client: type[Client], resource: ResourcePath) -> None:
    """And how old the description is that the models were read from."""
    service, item, can, described = rows()[name_of(client, resource)]
    assert service == client.service.title
    assert item
    place = [made(name, kind) for name, kind in resource.place]
    token = None if client.service.token is None else "user:password"
    verbs: Any = type(resource.verbs(client(token, base_url="http://127.0.0.1:9"), place))
    assert can.split(", ") == [each for each in VERBS if hasattr(verbs, each)]
    assert re.match(r"\d{4}-\d\d\b|no date: ", described)


@pytest.mark.parametrize(
    ("client", "resource"), RESOURCES, ids=[name_of(*each) for each in RESOURCES]
)
def test_a_listing_whose_losses_cannot_be_known_says_so(
    client: type[Client], resource: ResourcePath
) -> None:
    listing = resource.description.listing
    known = True
    if listing is not None and isinstance(listing.paging, Pages | Offset):
        overlaps = isinstance(listing.paging, Offset) and listing.order is None
        known = overlaps or listing.paging.total is not None or listing.window is not None
    assert known is (UNKNOWN_LOSS not in rows()[name_of(client, resource)][3])
