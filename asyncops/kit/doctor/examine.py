"""Test the claims of a description against the service."""

from collections.abc import AsyncIterator
from typing import Any

from asyncops.errors import AsyncOpsError
from asyncops.kit.bound import Bound
from asyncops.kit.chosen import Chosen, chosen_of
from asyncops.kit.doctor import filters, items, order, pages
from asyncops.kit.doctor.evidence import Evidence
from asyncops.kit.doctor.finding import Finding, of_error, unknown
from asyncops.kit.operations import Verbs
from asyncops.kit.query import Query
from asyncops.models import Page

CHECKS = (*pages.CHECKS, *order.CHECKS, *filters.CHECKS, *items.CHECKS)


async def examine(verbs: Verbs, **options: Any) -> AsyncIterator[Finding]:
    """Test the claims of a description against the service itself, with a dozen reads at most.

    ::

        async with GitHubClient() as github:
            async for finding in examine(github.runs("python", "cpython")):
                print(finding)  # order: the items come oldest first; write newest_first=False

    The client should send each request once: ``retry=RetryPolicy(attempts=1)``.

    Args:
        verbs: The resource, at its place if it has one.
        options: The filters of ``list`` that each request is to have, such as those that have to
            be given.

    Yields:
        What was found of each claim that the description makes.
    """
    bound = verbs._bound  # noqa: SLF001 - what the verbs are made of
    if bound.description.listing is None:
        yield unknown("listing", "there is none, so that nothing can be tested")
        return
    evidence = _evidence(verbs, options)
    try:
        await evidence.read_first()
    except AsyncOpsError as error:
        yield of_error("listing", error, "check path=, items= and auth=")
        return
    if not evidence.items and not evidence.invalid:
        yield unknown("listing", "it is empty, so that nothing can be tested")
        return
    for check in CHECKS:
        finding = await check(evidence)
        if finding is not None:
            yield finding


async def few_items(verbs: Verbs) -> Page[Any]:
    """Read one page of a listing, of few items if the size can be chosen.

    ::

        page = await few_items(zoo.operations)  # an error says what the token may not do
    """
    evidence = _evidence(verbs, {})
    return await evidence.page(**evidence.few_items)


def _evidence(verbs: Verbs, options: dict[str, Any]) -> Evidence:
    bound = verbs._bound  # noqa: SLF001 - what the verbs are made of
    query = bound.lister.plan.read(bound.description.options(**options))
    return Evidence(bound, verbs, query, _base(bound, query))


def _base(bound: Bound[..., ...], query: Query) -> Chosen:
    """Return the statuses of each request: one status where the service wants one."""
    by_status = bound.lister.listing.by_status
    kind = bound.description.enum
    if query.status is not None or kind is None or by_status is None or not by_status.required:
        return chosen_of(query.status, bound.description)
    ended = next(each for each in kind if each.state.ended)
    return chosen_of(ended.value, bound.description)
