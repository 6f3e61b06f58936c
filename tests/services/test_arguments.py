"""An argument of another type is refused by its name, before anything is sent."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, get_type_hints
from uuid import UUID

import attrs
import pytest

from asyncops.errors import AsyncOpsError
from asyncops.kit import Client
from asyncops.kit.path import names_in
from asyncops.kit.resources import ResourcePath, resources_of
from asyncops.testing.contracts.abilities import Abilities, made
from tests.services.answering import Answer, answering
from tests.services.every import clients

# Values, each with the types of which one in an annotation takes it.
VALUES: tuple[tuple[Any, set[str]], ...] = (
    (5, {"int", "float"}),
    (1.5, {"float"}),
    (True, {"bool"}),
    ("a", {"str"}),
    (UUID(int=1), {"UUID"}),
    (datetime(2026, 1, 1, tzinfo=UTC), {"datetime"}),
    ({"a": "b"}, {"Mapping"}),
    (("a",), {"tuple", "Collection", "Sequence"}),
    (b"a", set()),
    (object(), set()),
)
RESOURCES = [
    pytest.param(client, resource, id=f"{client.service.name}.{resource.name}")
    for client in clients()
    for resource in resources_of(client)
]


def calls(resource: ResourcePath) -> Mapping[str, tuple[Any, tuple[Any, ...], set[str]]]:
    """For each verb, the class of its arguments, those in front, and the names in its path."""
    described = resource.description
    found: dict[str, tuple[Any, tuple[Any, ...], set[str]]] = {}
    if described.listing is not None:
        found["list"] = described.options, (), names_in(described.listing.path)
        if described.lives:
            found["watch"] = described.watch, (), set()
    for verb, action in (("start", described.start), ("cancel", described.cancel)):
        if action is not None and action.options is not None:
            front = ("7",) if verb == "cancel" else (b"a",) if action.body == "bytes" else ()
            found[verb] = action.options, front, names_in(action.path)
    return found


async def told(call: Any, *args: Any, **given: Any) -> str:
    """What the error of a call says; nothing if it has none, or if something was sent."""
    try:
        answer = call(*args, **given)
        if isawaitable(answer):
            await answer
    except (TypeError, ValueError) as error:
        return str(error)
    except AsyncOpsError:
        pass
    return ""


@pytest.mark.parametrize(("client", "resource"), RESOURCES)
async def test_what_the_annotation_does_not_take_is_refused(
    client: type[Client], resource: ResourcePath
) -> None:
    missed = []
    async with (
        answering(lambda _: Answer({}, status=404)) as server,
        client("AKIDEXAMPLE12:a-secret-of-tests", base_url=server.url) as service,
    ):
        verbs = resource.verbs(service, Abilities(client, resource).place)
        for verb, (options, front, in_path) in calls(resource).items():
            hints, fields = get_type_hints(options), attrs.fields(options)
            needed = {
                each.name: made(each.name, hints[each.name])
                for each in fields
                if each.default is attrs.NOTHING
            }
            for name, hint in hints.items():
                takes = set(re.findall(r"\w+", re.sub(r"\[.*\]", "", str(hint))))
                # A path holds the text of a number or of a UUID where it takes a text.
                takes |= {"int", "UUID"} if name in in_path else set()
                for value, kinds in VALUES:
                    if takes & {"Any", *kinds}:
                        continue
                    given = {**needed, name: value}
                    if name not in await told(getattr(verbs, verb), *front, **given):
                        missed.append(f"{verb}({name}={value!r})")
    assert (missed, server.seen) == ([], [])
