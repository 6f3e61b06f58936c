"""``doctor``: whether each account can be used, and if not, why."""

import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit
from uuid import uuid4

import typer
from attrs import frozen
from rich.console import Console
from rich.text import Text

from asyncops.chainloop import ChainloopClient
from asyncops.cli.accounts import Account, shown_address
from asyncops.cli.connecting import account_for, account_of_profile, client_of
from asyncops.cli.explaining import explain
from asyncops.cli.failures import ExitCode, Failure, execute
from asyncops.cli.probing import Probe, UnreachableError, probe
from asyncops.cli.profiles import Profiles, read_profiles
from asyncops.cli.reaching import ignored_proxy
from asyncops.cli.services import SERVICES, ServiceName
from asyncops.cli.sharing import share
from asyncops.cli.terminal import console
from asyncops.cli.texts import visible
from asyncops.cli.times import span
from asyncops.cli.tree import Settings, app, settings_of
from asyncops.errors import AsyncOpsError, Forbidden, NotFound
from asyncops.zoo import ZooClient

__all__ = ["Finding", "examine", "examined"]

Verdict = Literal["good", "bad", "odd", "unknown"]

_SKEW = 30.0
_MARKS: dict[Verdict, tuple[str, str, str]] = {
    "good": ("✓", "ok", "green"),
    "bad": ("✗", "NO", "red"),
    "odd": ("!", "! ", "yellow"),
    "unknown": ("-", "- ", "dim"),
}
# How the library's own words begin where an error has no message of the service's.
_NOT_IN_ZOOS_FORM = ("no JSON in the answer", "the answer gives no message")
_commands = typer.Typer()


@frozen
class Finding:
    """One thing that was checked.

    Attributes:
        verdict: What to think of it.
        text: What was found, in a line.
    """

    verdict: Verdict
    text: str


async def examine(settings: Settings, service: ServiceName | None, *, everything: bool) -> int:
    """Check accounts, write what was found, and give the exit code.

    Args:
        settings: Whose ``profile`` to check; unless named, what commands would use.
        service: Only accounts of this service.
        everything: Whether to check every profile besides.

    Returns:
        0 where all can be used, otherwise 4.

    Raises:
        Failure: No account is configured.
    """
    output = console()
    bad = False
    patients = list(_patients(settings, service, everything=everything))
    if not any(patient.expected for patient in patients):
        # With nothing to check, the first reason is the answer.
        for account in (patient.account for patient in patients):
            if isinstance(account, Failure):
                raise account
    for patient in patients:
        account = patient.account
        output.print(Text(patient.title, style="bold"))
        if isinstance(account, Failure):
            bad = bad or patient.expected
            _write(output, Finding("bad" if patient.expected else "unknown", str(account)))
            continue
        async for finding in examined(account, settings):
            bad = bad or finding.verdict == "bad"
            _write(output, finding)
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


async def _admitted(
    client: ZooClient | ChainloopClient, account: Account
) -> AsyncIterator[Finding]:
    """Whether the token is good, and for what."""
    if isinstance(client, ZooClient):
        yield await _zoo(client, account)
    else:
        async for finding in _chainloop(client, account):
            yield finding


@frozen
class _Patient:
    """An account to look at, or why there is none.

    Attributes:
        title: What it is called.
        account: The account.
        expected: Whether it was configured or asked for, so that it should be there.
    """

    title: str
    account: Account | Failure
    expected: bool


def _patients(
    settings: Settings, service: ServiceName | None, *, everything: bool
) -> Iterator[_Patient]:
    profiles = read_profiles()
    name = settings.profile or profiles.default
    configured = {} if name is None else profiles.named(name)
    wanted: list[ServiceName] = [each for each in SERVICES if service in {None, each}]
    seen: set[tuple[str | None, ServiceName]] = set()
    for each in wanted:
        account = _or_failure(settings, each, profiles)
        there = isinstance(account, Account)
        if there or settings.profile is None or service is not None or each in configured:
            expected = there or service is not None or each in configured
            yield _Patient(_title(each, account, settings.profile), account, expected)
            seen.add((account.profile if isinstance(account, Account) else name, each))
    for profile, entries in sorted(profiles.services.items()) if everything else ():
        for each in entries:
            if each in wanted and (profile, each) not in seen:
                found = _of_profile(profiles, profile, each)
                yield _Patient(_title(each, found, profile), found, expected=True)


def _or_failure(settings: Settings, service: ServiceName, profiles: Profiles) -> Account | Failure:
    try:
        return account_for(settings, service, profiles)
    except Failure as failure:
        return failure


def _of_profile(profiles: Profiles, name: str, service: ServiceName) -> Account | Failure:
    try:
        return account_of_profile(profiles, name, service)
    except Failure as failure:
        return failure


def _title(service: ServiceName, account: Account | Failure, profile: str | None) -> str:
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


async def _zoo(zoo: ZooClient, account: Account) -> Finding:
    """Whether operations can be had by their ids, and, beside that, whether listings can."""
    accepted = f"token from {account.token_source}: accepted"
    try:
        # Nobody has such an operation, and saying so takes a good token.
        await zoo.operations.get(uuid4())
    except NotFound as error:
        if error.request_id is None or error.message.startswith(_NOT_IN_ZOOS_FORM):
            return Finding(
                "bad",
                "token: not checked; what answers is not Zoo's API, whose 404 has a message and a "
                "request id: check the address",
            )
    except AsyncOpsError as error:
        return _refused(error, account)
    try:
        await zoo.operations.list(status="completed", limit=1)
    except Forbidden:
        return Finding(
            "odd",
            f"{accepted}, but without staff access, which the listings need; get and wait need "
            "none",
        )
    except NotFound:
        return Finding(
            "odd",
            f"{accepted}; the listings are not there, which have left Zoo's published "
            "description; get and wait need none",
        )
    except AsyncOpsError as error:
        return _refused(error, account)
    return Finding("good", f"{accepted}, with staff access")


async def _chainloop(chainloop: ChainloopClient, account: Account) -> AsyncIterator[Finding]:
    try:
        page = await chainloop.operations.list(page_size=1)
    except AsyncOpsError as error:
        yield _refused(error, account)
        return
    yield Finding("good", f"token from {account.token_source}: accepted")
    if account.organization is not None:
        yield Finding("good", f"organization {account.organization}, {account.organization_source}")
    yield Finding("good", f"pages: counted from {page.cursor}")


def _refused(error: AsyncOpsError, account: Account) -> Finding:
    failure = explain(error, account, datetime.now(UTC))
    return Finding("bad", str(error) if failure is None else str(failure))


def _write(output: Console, finding: Finding) -> None:
    mark, plain, style = _MARKS[finding.verdict]
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    line = Text.assemble(("  ", ""), (mark if unicode else plain, style), (" ", ""))
    line.append(visible(finding.text))
    output.print(line, soft_wrap=True)


@_commands.command(
    "doctor",
    rich_help_panel="Accounts",
    epilog="[bold]Examples[/]\n\nasyncops doctor\n\nasyncops doctor zoo --profile work",
)
def doctor_command(
    ctx: typer.Context,
    service: Annotated[
        ServiceName | None,
        typer.Argument(metavar="SERVICE", help="Only zoo, or only chainloop."),
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every profile.")] = False,
) -> None:
    """Check that the services can be used: the way there, the clock, the token, the pages."""
    settings = settings_of(ctx)
    raise typer.Exit(execute(examine(settings, service, everything=everything), settings))


share(_commands)
app.add_typer(_commands)
