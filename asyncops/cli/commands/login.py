"""``login``, ``logout`` and ``profiles``: accounts, and their tokens in the system's keyring."""

import getpass
import json
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress

from attrs import asdict, frozen

from asyncops.cli.accounts import keyring
from asyncops.cli.accounts.profiles import Entry, Profiles, check_name, read_profiles
from asyncops.cli.connect import shown_address, variable
from asyncops.cli.groups import add, app
from asyncops.cli.options.fields import Settings, option, service_argument
from asyncops.cli.output.atomic_file import atomic, file_errors
from asyncops.cli.resources import SERVICES, organization_variable, usable
from asyncops.cli.runtime.run import right_use
from asyncops.cli.runtime.signals import prompting
from asyncops.cli.shell import Failure, put_out, put_rows
from asyncops.http.addresses import check_base_url
from asyncops.http.credential import checked_token
from asyncops.http.service import Service
from asyncops.utils.checks import header_text

_PANEL = "Accounts"
_FIRST = "default"


@frozen(kw_only=True)
class _Which:
    """The service of an account.

    Attributes:
        service: The service, of those that `asyncops services` lists.
    """

    service: str = service_argument()


@frozen(kw_only=True)
class _Said:
    """What the configuration file is to say of the account.

    Attributes:
        base_url: Where the service is, if not at its public address.
        organization: The organization to work in, for a token that has several.
    """

    base_url: str | None = option(None, metavar="URL")
    organization: str | None = option(None, metavar="NAME")


async def log_in(settings: Settings, which: _Which, said: _Said) -> None:
    """Store a token in the system's keyring, for a profile.

    The token is asked for without showing it, or read from standard input. A profile that is not
    configured yet is added to the configuration file, which never holds a token.
    """
    service, chosen = which.service, SERVICES[which.service].service
    profiles = read_profiles()
    name = _name_of(settings, profiles)
    entry = profiles.services.get(name, {}).get(service)
    given = {key: value for key, value in asdict(said).items() if value is not None}
    if entry is not None:
        _check_entry(entry, name, chosen, profiles, given)
    if "organization" in given and organization_variable(SERVICES[service]) is None:
        raise Failure(f"{chosen.title} has no organizations to choose from")
    with right_use():
        if said.organization is not None:
            header_text("organization", said.organization)
        if said.base_url is not None:
            check_base_url(said.base_url, allow_insecure=True)
    # Asking for a token that then cannot be kept would be rude.
    keyring.load(name, service)
    keyring.store(name, service, _ask(chosen, name))
    if entry is None:
        _add(profiles, name, service, given)
    sys.stdout.write(
        f"stored the token for {chosen.title} of profile {name} in the keyring\n"
        f"asyncops doctor --profile {name} checks it\n"
    )


async def log_out(settings: Settings, which: _Which) -> None:
    """Delete a profile's token from the system's keyring."""
    name = _name_of(settings, read_profiles())
    title = SERVICES[which.service].service.title
    if not keyring.forget(name, which.service):
        raise Failure(f"the keyring holds no token of profile {name} for {title}")
    sys.stdout.write(f"deleted the token for {title} of profile {name} from the keyring\n")


async def list_profiles() -> None:
    """List the configured accounts, and where their tokens are kept."""
    profiles = read_profiles()
    found = [
        ("(environment)", each.service, Entry(base_url=variable(each.service.url_variable)))
        for each in usable()
        if variable(each.service.token)
    ]
    for name, entries in sorted(profiles.services.items()):
        shown = f"{name} (default)" if name == profiles.default else name
        found += [(shown, each.service, entries[each.service.name]) for each in usable(entries)]
    rows = [("PROFILE", "SERVICE", "ADDRESS", "TOKEN")]
    for name, service, entry in found:
        address = shown_address(entry.base_url or service.public_url or "")
        rows.append((name, service.name, address, _place(entry, service)))
    put_rows(rows)
    put_out(f"\nconfigured in {profiles.path}\n")


def _name_of(settings: Settings, profiles: Profiles) -> str:
    name = settings.profile or profiles.default or _FIRST
    if not check_name(name):
        raise Failure(f"a profile's name has letters, digits, - and _ only, not {name!r}")
    return name


def _check_entry(
    entry: Entry, name: str, service: Service, profiles: Profiles, given: Mapping[str, str]
) -> None:
    if not entry.keyring:
        token_env = entry.token_env or service.token
        table = f"[profiles.{name}.{service.name}]"
        hint = f"write keyring = true into {table} of {profiles.path} instead"
        whose = f"profile {name} takes its token for {service.title}"
        raise Failure(f"{whose} from the variable {token_env}", hint)
    if given:
        hint = f"change its {' and '.join(given)} in {profiles.path}"
        raise Failure(f"profile {name} is configured for {service.title} already", hint)


def _ask(service: Service, profile: str) -> str:
    question, written = f"Token for {service.title}, profile {profile}: ", ""
    # A program that is started with its input closed has none.
    if sys.stdin is not None:
        with suppress(EOFError), prompting():
            written = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline()
    if not written.strip():
        raise Failure("no token was given", "nothing was stored")
    try:
        return checked_token(written, service.auth)
    except ValueError as error:
        raise Failure(str(error), "nothing was stored") from None


def _add(profiles: Profiles, name: str, service: str, given: Mapping[str, str]) -> None:
    path = profiles.path
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    head = "" if profiles.services or profiles.default else f'default = "{name}"\n\n'
    said = [f"{key} = {json.dumps(value)}" for key, value in given.items()]
    lines = [f"[profiles.{name}.{service}]", *said, "keyring = true"]
    gap = "\n" if before.endswith("\n") else "\n\n"
    after = head + (before + gap if before else "") + "\n".join(lines) + "\n"
    try:
        tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        raise Failure(
            f"the token is stored, but {path} is written so that nothing can be added to it",
            f"add {', '.join(lines)} by hand",
        ) from None
    with file_errors(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as file:
        file.write(after.encode())


def _place(entry: Entry, service: Service) -> str:
    if entry.keyring:
        return "keyring"
    name = entry.token_env or service.token or ""
    return name if variable(name) else f"{name} (not set)"


_EXAMPLES = (
    "asyncops login zoo --profile work",
    "pass show chainloop | asyncops login chainloop --profile work",
)
add(app, "login", log_in, examples=_EXAMPLES, panel=_PANEL)
add(app, "logout", log_out, panel=_PANEL)
add(app, "profiles", list_profiles, panel=_PANEL)
