"""``doctor``: whether each account can be used, and if not, why."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from attrs import frozen
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asyncops.cli.accounts.account import Account, shown_address
from asyncops.cli.accounts.probe import Probe, UnreachableError, probe
from asyncops.cli.accounts.profiles import read_profiles
from asyncops.cli.accounts.services import SERVICES, Client, Service
from asyncops.cli.commands.claims import claims, examined_resources, missing_filters
from asyncops.cli.connect import account_for, account_of_profile, client_of
from asyncops.cli.exit import ExitCode, Failure
from asyncops.cli.groups import Settings, app
from asyncops.cli.names import dashed
from asyncops.cli.options.connection import ignored_proxy
from asyncops.cli.options.fields import argument, option
from asyncops.cli.options.from_class import add
from asyncops.cli.options.types import known_service
from asyncops.cli.runtime.error_messages import explain
from asyncops.cli.text.safe import visible
from asyncops.cli.text.terminal import console
from asyncops.cli.text.times import span
from asyncops.errors import AsyncOpsError, Forbidden, NotFound
from asyncops.kit.ids import id_type
from asyncops.kit.resources import ResourcePath, resources_of
from asyncops.models import Page
from asyncops.paging.styles import Pages

__all__ = ["Finding", "Which", "examine", "examined"]

T = TypeVar("T")
Verdict = Literal["good", "bad", "odd", "unknown"]

_SKEW = 30.0
_MARKS: dict[Verdict, tuple[str, str, str]] = {
    "good": ("✓", "ok", "green"),
    "bad": ("✗", "NO", "red"),
    "odd": ("!", "! ", "yellow"),
    "unknown": ("-", "- ", "dim"),
}
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


@frozen(kw_only=True)
class Which:
    """Which accounts are checked, and which resources of a service.

    Attributes:
        service: Only this service, with what it claims.
        resource: Only this one, such as operations.
        place: Where it is, if it has a place.
        everything: Every profile.
    """

    service: str | None = argument(
        "SERVICE", None, callback=known_service, autocompletion=lambda: list(SERVICES)
    )
    resource: str | None = argument("RESOURCE", None)
    place: list[str] | None = argument("PLACE", None)
    everything: bool = option(False, "--all")


async def examine(settings: Settings, which: Which) -> int:
    """Check accounts, write what was found, and give the exit code.

    Args:
        settings: Whose ``profile`` to check; unless named, what commands would use.
        which: Which accounts and resources.

    Returns:
        0 where all that are configured or asked for can be used, otherwise 4. A service that
        cannot be imported counts as one that cannot be used.

    Raises:
        Failure: No account is configured.
    """
    output = console()
    bad = False
    service = which.service
    candidates = list(_candidates(settings, service, everything=which.everything))
    place = which.place or ()
    chosen = None if service is None else _or_failure(partial(SERVICES.__getitem__, service))
    resources = (
        examined_resources(chosen, which.resource, place) if isinstance(chosen, Service) else []
    )
    if not any(candidate.expected for candidate in candidates):
        # With nothing to check, the first reason is the answer.
        for account in (candidate.account for candidate in candidates):
            if isinstance(account, Failure):
                raise account
    for candidate in candidates:
        account = candidate.account
        output.print(Text(candidate.title, style="bold"))
        if isinstance(account, Failure):
            bad = bad or candidate.expected
            _write(output, Finding("bad" if candidate.expected else "unknown", str(account)))
            continue
        found = await _written(output, examined(account, settings))
        if any(finding.verdict == "bad" for finding in found):
            bad = True
            continue
        refused = {finding.refused for finding in found}
        for resource in resources:
            if resource.path.name in refused:
                continue
            output.print(Text(f"{resource.title}, by its description", style="bold"))
            async with client_of(account, settings, attempts=1) as client:
                async for claim in claims(client, resource, place):
                    bad = bad or claim.verdict == "bad"
                    _write(output, Finding(claim.verdict, str(claim)))
    return ExitCode.SERVICE if bad else ExitCode.DONE


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
    proxy = settings.proxy or account.proxy
    if proxy is None and (variable := ignored_proxy(account.base_url)):
        yield Finding("odd", f"proxy: {variable} is set and ignored; --proxy URL goes by one")
    async with client:
        if proxy is not None:
            yield Finding("good", f"proxy: {urlsplit(proxy).hostname} is used")
            async for finding in _admitted(client, account):
                yield finding
            return
        try:
            reached = await probe(account.base_url)
        except UnreachableError as error:
            yield Finding("bad", f"not reachable, {error}")
            yield Finding("unknown", "token: not checked")
            return
        steps = ", ".join(f"{name} {took * 1000:.0f} ms" for name, took in reached.steps.items())
        yield Finding("good", f"reachable: {steps}")
        yield _clock(reached)
        async for finding in _admitted(client, account):
            yield finding


async def _admitted(client: Client, account: Account) -> AsyncIterator[Finding]:
    """Whether the token is accepted, and which listings it may read."""
    paths = [each for each in resources_of(account.service.client) if not each.place]
    try:
        listings = await _read(client, paths)
        pages = {path: each for path, each in listings.items() if isinstance(each, Page)}
        doubt = None if pages else await _doubt_of_the_token(client, account, paths)
    except AsyncOpsError as error:
        yield _refused(error, account)
        return
    refused = {
        path.name: _refused(each, account)
        for path, each in listings.items()
        if isinstance(each, AsyncOpsError)
    }
    if doubt is not None:
        is_known = refused and doubt.verdict == "unknown"
        for finding in refused.values() if is_known else (doubt,):
            yield finding
        return
    said = (
        f"token from {account.token_source}: accepted" if account.token else "no token: needs none"
    )
    yield Finding("good", said)
    if account.organization is not None:
        yield Finding("good", f"organization {account.organization}, {account.organization_source}")
    for path, page in pages.items():
        paging = getattr(path.description.listing, "paging", None)
        if isinstance(paging, Pages) and paging.first is None:
            yield Finding("good", f"pages: counted from {page.cursor}")
    for name, finding in refused.items():
        yield Finding("odd", f"{dashed(name)} cannot be listed: {finding.text}", refused=name)


async def _read(
    client: Client, paths: Sequence[ResourcePath]
) -> Mapping[ResourcePath, Page[Any] | AsyncOpsError]:
    """A page of each listing, or why the token is refused one."""
    from asyncops.kit.doctor import few_items  # noqa: PLC0415 - no other command needs it

    found: dict[ResourcePath, Page[Any] | AsyncOpsError] = {}
    for path in paths:
        if path.description.listing is not None and not missing_filters(path.description):
            try:
                found[path] = await few_items(path.verbs(client))
            except (Forbidden, NotFound) as error:
                found[path] = error
    return found


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
            return Finding(
                "bad",
                f"token: not checked; what answers is not {account.service.title}'s API, whose 404 "
                "has a message and a request id: check the address",
            )
        except Forbidden:
            continue
    return Finding("unknown", "token: not checked, since each listing needs a place or a filter")


@frozen
class _Candidate:
    """An account to look at, or why there is none.

    Attributes:
        title: What it is called.
        account: The account.
        expected: Whether it was configured or asked for, so that it should be there.
    """

    title: str
    account: Account | Failure
    expected: bool


def _candidates(
    settings: Settings, service: str | None, *, everything: bool
) -> Iterator[_Candidate]:
    profiles = read_profiles()
    name = settings.profile or profiles.default
    configured = {} if name is None else profiles.named(name)
    wanted = []
    for each in SERVICES if service is None else [service]:
        loaded = _or_failure(partial(SERVICES.__getitem__, each))
        if isinstance(loaded, Failure):
            yield _Candidate(each, loaded, expected=True)
        else:
            wanted.append(each)
    seen: set[tuple[str | None, str]] = set()
    for each in wanted:
        account = _or_failure(partial(account_for, settings, each, profiles))
        there = isinstance(account, Account)
        if there or settings.profile is None or service is not None or each in configured:
            expected = there or service is not None or each in configured
            yield _Candidate(_title(each, account, settings.profile), account, expected)
            seen.add((account.profile if isinstance(account, Account) else name, each))
    for profile, entries in sorted(profiles.services.items()) if everything else ():
        for each in entries:
            if each in wanted and (profile, each) not in seen:
                found = _or_failure(partial(account_of_profile, profiles, profile, each))
                yield _Candidate(_title(each, found, profile), found, expected=True)


def _or_failure(find: Callable[[], T]) -> T | Failure:
    try:
        return find()
    except Failure as failure:
        return failure


def _title(service: str, account: Account | Failure, profile: str | None) -> str:
    title = SERVICES[service].title
    if isinstance(account, Failure):
        return title if profile is None else f"{title}, profile {profile}"
    whose = "environment" if account.profile is None else f"profile {account.profile}"
    return f"{title}, {whose}, {visible(shown_address(account.base_url))}"


def _clock(reached: Probe) -> Finding:
    if reached.skew is None:
        return Finding("unknown", "clock: the service does not say its time")
    if reached.skew == 0:
        return Finding("good", "clock: the same as the service's")
    where = "ahead of" if reached.skew > 0 else "behind"
    verdict: Verdict = "bad" if abs(reached.skew) > _SKEW else "good"
    return Finding(verdict, f"clock: {span(abs(reached.skew))} {where} the service's")


def _refused(error: AsyncOpsError, account: Account) -> Finding:
    failure = explain(error, account, datetime.now(UTC))
    return Finding("bad", str(error) if failure is None else str(failure))


async def _written(output: Console, findings: AsyncIterator[Finding]) -> list[Finding]:
    """Write findings as they come, and return them."""
    found = []
    async for finding in findings:
        _write(output, finding)
        found.append(finding)
    return found


def _write(output: Console, finding: Finding) -> None:
    mark, plain, style = _MARKS[finding.verdict]
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    lead = Text.assemble("  ", (mark if unicode else plain, style))
    text = Text(visible(finding.text))
    if output.is_terminal:
        # Lines end between words, and go on below each other.
        row = Table.grid(padding=(0, 1))
        row.add_row(lead, text)
        output.print(row)
    else:
        output.print(Text.assemble(lead, " ", text), soft_wrap=True)


async def _command(settings: Settings, which: Which) -> int:
    """Check that the services can be used: the way there, the clock, the token, the pages.

    With SERVICE, check as well whether it does what its description says: the order, the pages and
    the filters of its listings, in a dozen requests for each. RESOURCE is one of its resources.
    """
    return await examine(settings, which)


_EXAMPLES = ("asyncops doctor", "asyncops doctor zoo operations --profile work")
add(app, "doctor", _command, examples=_EXAMPLES, panel="Accounts")
