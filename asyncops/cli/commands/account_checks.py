"""What ``doctor`` checks of one account: the way to its service, the clock, the token."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import attrs
from attrs import frozen

from asyncops.cli.accounts.probe import UnreachableError, ignored_proxy, probe
from asyncops.cli.connect import Account, client_of
from asyncops.cli.options.fields import Settings
from asyncops.cli.resources import dashed
from asyncops.cli.runtime.error_messages import explain_here
from asyncops.cli.shell import Failure
from asyncops.cli.text import span
from asyncops.errors import AsyncOpsError, Forbidden, NotFound
from asyncops.kit import Client
from asyncops.kit.description import Description
from asyncops.kit.ids import id_type
from asyncops.kit.resources import ResourcePath, resources_of
from asyncops.models import Page
from asyncops.paging.styles import Pages

Verdict = Literal["good", "bad", "odd", "unknown"]

_SKEW = 30.0
# How the library's own words begin where an error has no message of the service's.
_WORDS_OF_OURS = ("no JSON in the answer", "the answer gives no message")


@frozen
class Finding:
    """One thing that was checked.

    Attributes:
        verdict: What to think of it.
        text: What was found, in a line.
        refused: The resource that cannot be listed, so that its claims cannot be tested.
    """

    verdict: Verdict
    text: str
    refused: str | None = None


async def examined(account: Account, settings: Settings) -> AsyncIterator[Finding]:
    """What checks of one account find, one after the other.

    Args:
        account: The account.
        settings: How much to log meanwhile.
    """
    try:
        client = client_of(account, settings, attempts=1)
    except Failure as failure:
        yield Finding("bad", str(failure))
        return
    proxy = settings.proxy or account.entry.proxy
    if proxy is None and (variable := ignored_proxy(account.base_url)):
        yield Finding("odd", f"proxy: {variable} is set and ignored; --proxy URL goes by one")
    async with client:
        if proxy is not None:
            yield Finding("good", f"proxy: {urlsplit(proxy).hostname} is used")
        else:
            try:
                took, skew = await probe(account.base_url)
            except UnreachableError as error:
                yield Finding("bad", f"not reachable, {error}")
                yield Finding("unknown", "token: not checked")
                return
            steps = (f"{name} {seconds * 1000:.0f} ms" for name, seconds in took.items())
            yield Finding("good", f"reachable: {', '.join(steps)}")
            yield _clock(skew)
        try:
            async for finding in _admitted(client, account):
                yield finding
        except AsyncOpsError as error:
            yield Finding("bad", str(explain_here(error, account)))


def _clock(skew: float | None) -> Finding:
    if skew is None:
        return Finding("unknown", "clock: the service does not say its time")
    if skew == 0:
        return Finding("good", "clock: the same as the service's")
    where = "ahead of" if skew > 0 else "behind"
    verdict: Verdict = "bad" if abs(skew) > _SKEW else "good"
    return Finding(verdict, f"clock: {span(abs(skew))} {where} the service's")


async def _admitted(client: Client, account: Account) -> AsyncIterator[Finding]:
    """Whether the token is accepted, and which listings it may read."""
    from asyncops.kit.doctor import few_items  # noqa: PLC0415 - no other command needs it

    paths = [each for each in resources_of(account.client) if not each.place]
    pages: dict[ResourcePath, Page[Any]] = {}
    refused: dict[str, str] = {}
    for path in paths:
        if path.description.listing is not None and not missing_filters(path.description):
            try:
                pages[path] = await few_items(path.verbs(client))
            except (Forbidden, NotFound) as error:
                refused[path.name] = str(explain_here(error, account))
    doubt = None if pages else await _doubt_of_the_token(client, account, paths)
    if doubt is not None:
        known = [Finding("bad", each) for each in refused.values()]
        for finding in (known if doubt.verdict == "unknown" else []) or [doubt]:
            yield finding
        return
    yield Finding("good", _accepted(account))
    organization = account.entry.organization
    if organization is not None:
        yield Finding("good", f"organization {organization}, {account.organization_source}")
    for path, page in pages.items():
        paging = getattr(path.description.listing, "paging", None)
        if isinstance(paging, Pages) and paging.first is None:
            yield Finding("good", f"pages: counted from {page.cursor}")
    for name, reason in refused.items():
        yield Finding("odd", f"{dashed(name)} cannot be listed: {reason}", refused=name)


def _accepted(account: Account) -> str:
    if account.token:
        return f"token from {account.token_source}: accepted"
    if account.finds_credentials:
        return "credentials found on this machine: accepted"
    return "no token: needs none"


async def _doubt_of_the_token(
    client: Client, account: Account, paths: Sequence[ResourcePath]
) -> Finding | None:
    """What speaks against a token that could read no listing; ``None`` if it is accepted."""
    # Several resources may be got by one path.
    for path in {path.description.get: path for path in paths}.values():
        description = path.description
        kind = id_type(description.item, description.id)
        if description.get is None or description.optional_get or kind not in {UUID, str}:
            continue
        try:
            # Nobody has such an item, and saying so takes a good token.
            await path.verbs(client).get(kind(str(uuid4())))
        except NotFound as error:
            if error.request_id and not error.message.startswith(_WORDS_OF_OURS):
                return None
            api = f"{account.client.service.title}'s API, whose 404 has a message and a request id"
            words = f"token: not checked; what answers is not {api}: check the address"
            return Finding("bad", words)
        except Forbidden:
            continue
    return Finding("unknown", "token: not checked, since each listing needs a place or a filter")


def missing_filters(description: Description) -> list[str]:
    """Return the filters without which a listing cannot be asked for."""
    options: Any = description.options
    fields = attrs.fields(options) if isinstance(options, type) else ()
    return [each.name for each in fields if each.default is attrs.NOTHING]
