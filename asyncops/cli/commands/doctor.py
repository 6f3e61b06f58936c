"""``doctor``: whether each account can be used, and if not, why."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence

from attrs import evolve, frozen
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asyncops.cli.accounts.profiles import read_profiles
from asyncops.cli.commands.account_checks import Finding, Verdict, examined, missing_filters
from asyncops.cli.connect import Account, account_for, client_of, shown_address
from asyncops.cli.groups import add, app
from asyncops.cli.options.fields import Settings, argument, option, service_argument
from asyncops.cli.resources import SERVICES, Resource, resource_of
from asyncops.cli.shell import ExitCode, Failure, console
from asyncops.cli.text import visible
from asyncops.kit import Client
from asyncops.kit.resources import resources_of

_MARKS: dict[Verdict, tuple[str, str, str]] = {
    "good": ("✓", "ok", "green"),
    "bad": ("✗", "NO", "red"),
    "odd": ("!", "! ", "yellow"),
    "unknown": ("-", "- ", "dim"),
}


@frozen(kw_only=True)
class Which:
    """Which accounts are checked, and which resources of a service.

    Attributes:
        service: Only this service, with what it claims.
        resource: Only this one, such as operations.
        place: Where it is, if it has a place.
        everything: Every profile.
    """

    service: str | None = service_argument(None)
    resource: str | None = argument("RESOURCE", None)
    place: list[str] | None = argument("PLACE", None)
    everything: bool = option(False, "--all")


async def examine(settings: Settings, which: Which) -> int:
    """Check that the services can be used: the way there, the clock, the token, the pages.

    With SERVICE, check as well whether it does what its description says: the order, the pages and
    the filters of its listings, in a dozen requests for each. RESOURCE is one of its resources.
    """
    output, bad, place = console(), False, which.place or ()
    candidates = list(_candidates(settings, which))
    resources: list[Resource] = []
    if which.service is not None and any(isinstance(each, Account) for _, each, _ in candidates):
        resources = examined_resources(SERVICES[which.service], which.resource, place)
    others = [title for title, _, is_expected in candidates if not is_expected]
    for title, account, is_expected in candidates:
        if isinstance(account, Failure) and len(others) == len(candidates):
            # None is configured; the first reason is the answer.
            raise account
        if not is_expected:
            continue
        output.print(Text(title, style="bold"))
        if isinstance(account, Failure):
            bad = True
            _write(output, Finding("bad", str(account)))
            continue
        found = [_write(output, told) async for told in examined(account, settings)]
        if any(finding.verdict == "bad" for finding in found):
            bad = True
            continue
        refused = {finding.refused for finding in found}
        for resource in [each for each in resources if each.path.name not in refused]:
            output.print(Text(f"{resource.title}, by its description", style="bold"))
            async with client_of(account, settings, attempts=1) as client:
                async for claim in claims(client, resource, place):
                    bad |= _write(output, claim).verdict == "bad"
    if others:
        output.print(Text("Not configured", style="bold"))
        _write(output, Finding("unknown", ", ".join(others)))
    return ExitCode.SERVICE if bad else ExitCode.DONE


_Candidate = tuple[str, Account | Failure, bool]
"""What an account is called, the account, or why there is none, and whether it was configured or
asked for, so that it should be there."""


def _candidates(settings: Settings, which: Which) -> Iterator[_Candidate]:
    profiles = read_profiles()
    if (usual := settings.profile or profiles.default) is not None:
        profiles.named(usual)
    wanted = SERVICES if which.service is None else [which.service]
    pairs = [(settings.profile, each) for each in wanted]
    for name, entries in sorted(profiles.services.items()) if which.everything else ():
        pairs += [(name, each) for each in entries if each in wanted]
    seen: set[tuple[str | None, str]] = set()
    for chosen, each in pairs:
        # One that cannot be imported should be there, whatever the profile.
        title, profile, expected = each, None, True
        account: Account | Failure
        try:
            title = SERVICES[each].service.title
            profile = chosen or usual
            expected = which.service is not None or each in profiles.services.get(profile or "", {})
            account = account_for(evolve(settings, profile=chosen), each, profiles)
            profile, expected = account.profile, True
            whose = "environment" if profile is None else f"profile {profile}"
            title = f"{title}, {whose}, {visible(shown_address(account.base_url))}"
        except Failure as failure:
            account = failure
            title = title if profile is None or chosen is None else f"{title}, profile {chosen}"
        if (expected or chosen is None) and (profile, each) not in seen:
            seen.add((profile, each))
            yield title, account, expected


def _write(output: Console, finding: Finding) -> Finding:
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
    return finding


def examined_resources(
    client: type[Client], name: str | None, place: Sequence[str]
) -> list[Resource]:
    """Return the resources whose claims are tested: one by its name, or all that are listed.

    Raises:
        Failure: There is no such resource, or ``place`` cannot be where it is.
    """
    listed = [each.name for each in resources_of(client) if each.description.listing is not None]
    found = [resource_of(client.service.name, each) for each in ([name] if name else listed)]
    if place:
        found[0].place_of(place)
    return found


async def claims(
    client: Client, resource: Resource, place: Sequence[str]
) -> AsyncIterator[Finding]:
    """Test what a resource claims, with a dozen reads at most.

    Args:
        client: The client.
        resource: The resource.
        place: The values of the parameters of its place.
    """
    from asyncops.kit.doctor import examine as tested  # noqa: PLC0415 - no other command needs it

    names = [name for name, _ in resource.path.place]
    filters = missing_filters(resource.description)
    if filters or (names and not place):
        some = f"the filter{'s' * (len(filters) > 1)} {', '.join(filters)}"
        what = some if filters else f"a place, {' '.join(names).upper()}"
        yield Finding("unknown", f"listing: not tested, since it needs {what}")
        return
    verbs = resource.path.verbs(client, list(resource.place_of(place).values()))
    async for found in tested(verbs):
        # How the clocks differ is told once for an account.
        if found.claim != "clock":
            yield Finding(found.verdict, str(found))


_EXAMPLES = ("asyncops doctor", "asyncops doctor zoo operations --profile work")
add(app, "doctor", examine, examples=_EXAMPLES, panel="Accounts")
