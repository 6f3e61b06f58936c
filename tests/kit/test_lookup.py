"""Operations without a listing as an attribute: which verbs they have."""

from typing import Any

import pytest

from asyncops.kit import Action
from asyncops.kit.actions import CancellableLookups, StartableLookups, StartedLookups
from asyncops.kit.lookup import Lookup
from asyncops.kit.operations import Lookups
from tests.kit.parts import Job, client

START, CANCEL = Action("/tasks"), Action("/tasks/{id}", method="DELETE")


@pytest.mark.parametrize(
    ("fields", "verbs"),
    [
        ({}, Lookups),
        ({"start": START}, StartedLookups),
        ({"cancel": CANCEL}, CancellableLookups),
        ({"start": START, "cancel": CANCEL}, StartableLookups),
    ],
)
def test_a_lookup_has_the_verbs_that_it_declares(fields: dict[str, Any], verbs: type[Any]) -> None:
    made: Any = client(tasks=Lookup(Job, get="/tasks/{id}", **fields))("a-token-of-tests")
    assert type(made.tasks) is verbs
    for missing in ("list", "watch", "shard"):
        assert not hasattr(made.tasks, missing)
