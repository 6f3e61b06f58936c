"""Which class of verbs a description becomes."""

from typing import Any

import pytest

from asyncops.kit import (
    Action,
    Client,
    Collection,
    Group,
    Listing,
    Lookup,
    Resource,
    Token,
    actions,
    operations,
)
from asyncops.kit.actions import bind
from asyncops.kit.bound import Bound
from asyncops.kit.options import ListOptions, WatchOptions
from tests.kit.described.invented import TriggerClient, Work

LISTING = Listing("/works", "items", paging=Token())
LISTED: Any = {"options": ListOptions, "watch": WatchOptions}
GET: Any = {"get": "/works/{id}"}
START: Any = {"start": Action("/works")}
CANCEL: Any = {"cancel": Action("/works/{id}/cancel")}
RESULTS: Any = {"results": "/works/{id}/results"}
BELOW: Any = {"within": Group("work_id")}


@pytest.mark.parametrize(
    ("described", "kind"),
    [
        (Resource(Work, LISTING, **LISTED), operations.ListedOperations),
        (Resource(Work, LISTING, **LISTED, **GET), operations.Operations),
        (Resource(Work, LISTING, **LISTED, **GET, **START), actions.StartedOperations),
        (Resource(Work, LISTING, **LISTED, **GET, **CANCEL), actions.CancellableOperations),
        (Resource(Work, LISTING, **LISTED, **GET, **START, **CANCEL), actions.StartableOperations),
        (
            Resource(Work, LISTING, **LISTED, **GET, **START, **CANCEL, **RESULTS),
            actions.ResultOperations,
        ),
        (Resource(Work, LISTING, **LISTED, **GET, **BELOW), actions.NestedOperations),
        (Collection(Work, LISTING, options=ListOptions), operations.ListedItems),
        (Collection(Work, LISTING, options=ListOptions, **BELOW), actions.NestedListedItems),
        (Collection(Work, LISTING, options=ListOptions, **GET), operations.Items),
        (Collection(Work, LISTING, options=ListOptions, **GET, **BELOW), actions.NestedItems),
        (Lookup(Work, **GET), operations.Lookups),
        (Lookup(Work, **GET, **START), actions.StartedLookups),
        (Lookup(Work, **GET, **CANCEL), actions.CancellableLookups),
        (Lookup(Work, **GET, **START, **CANCEL), actions.StartableLookups),
    ],
)
def test_a_description_becomes_the_verbs_that_it_declares(described: Any, kind: type) -> None:
    """No more of them, so that what a service cannot do is missing."""
    assert type(described.at(client().where.below("works"))) is kind


def test_verbs_written_by_hand_are_made_of_what_is_bound() -> None:
    """As their classes expect it."""
    where = client().where.below("works")
    description = TriggerClient.runs.description
    bound = bind(description, where, lambda each: each)
    assert isinstance(bound, Bound)
    assert (bound.description, bound.where) == (description, where)


def client() -> Client:
    return TriggerClient("token")
