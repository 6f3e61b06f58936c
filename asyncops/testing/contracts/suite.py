"""The tests of a described service, for anyone's pytest."""

import asyncio
from typing import Any

import pytest

from asyncops.kit.client import Client
from asyncops.kit.resources import resources_of
from asyncops.testing.contracts import faults, items, listings, polls, starts
from asyncops.testing.contracts.case import Case, Check
from asyncops.utils.checks import check_class

CHECKS: tuple[Check, ...] = tuple(
    check
    for module in (items, listings, polls, starts, faults)
    for name, check in vars(module).items()
    if name.startswith("test_")
)


def contract(client: type[Client]) -> type[Any]:
    """Return a class of tests that hold a description to what every service promises.

    ::

        from asyncops.testing import contract

        TestGitHub = contract(GitHubClient)

    pytest runs each test once for each resource that can do what the test is about, against a
    :class:`~asyncops.testing.Fake` that is made from the description. They are plain functions, so
    that they run with any plugin for asyncio, in any of its modes, or without one.

    Args:
        client: The class of the client.

    Raises:
        TypeError: It is not the class of a client, but a client, for instance.
    """
    check_class("contract", client, Client)
    cases = [Case(client, each) for each in resources_of(client)]
    # A listing of page numbers in no order always warns; one without a total does so where its
    # pages, which are small here, begin and end at one time. A row that is lost fails its test.
    quiet = [
        pytest.mark.filterwarnings(f"ignore:{text}:asyncops.ListingMoved")
        for text in ("whether rows were removed", "pages go on by number")
    ]
    tests: dict[str, Any] = {"__doc__": f"What {client.__name__} promises.", "pytestmark": quiet}
    for check in CHECKS:
        fitting = [case for case in cases if all(need(case) for need in vars(check)["needs"])]
        if fitting:
            tests[check.__name__] = _test(check, fitting)
    return type(f"ContractOf{client.__name__}", (), tests)


def _test(check: Check, cases: list[Case]) -> Any:
    async def run(case: Case) -> None:
        async with case.serving(**vars(check)["options"]) as live:
            await check(live)

    @pytest.mark.parametrize("case", cases, ids=[case.resource.name for case in cases])
    def test(self: object, case: Case) -> None:  # noqa: ARG001
        asyncio.run(run(case))

    test.__doc__ = check.__doc__
    test.__name__ = check.__name__
    return test
