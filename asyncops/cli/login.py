"""``login``, ``logout`` and ``profiles``: accounts, and their tokens in the system's keyring."""

import getpass
import json
import os
import sys
import tomllib
from collections.abc import Mapping
from typing import Annotated

import typer

from asyncops.addresses import check_base_url
from asyncops.auth import check_token
from asyncops.checks import header_text
from asyncops.cli import keys
from asyncops.cli.accounts import shown_address
from asyncops.cli.failures import Failure, execute, right_use
from asyncops.cli.files import atomic
from asyncops.cli.interrupting import prompting
from asyncops.cli.profiles import Entry, Profiles, check_name, read_profiles
from asyncops.cli.services import SERVICES, Service, ServiceName
from asyncops.cli.sharing import share
from asyncops.cli.texts import padded, width_of
from asyncops.cli.tree import Settings, app, settings_of

__all__ = ["list_profiles", "log_in", "log_out"]

_PANEL = "Accounts"
_FIRST = "default"
_commands = typer.Typer()

_WhichService = Annotated[
    ServiceName, typer.Argument(metavar="SERVICE", help="The service: zoo or chainloop.")
]


async def log_in(
    settings: Settings,
    service: ServiceName,
    base_url: str | None,
    organization: str | None = None,
) -> int:
    """Store a token in the keyring, and note in the configuration file that it is there.

    Args:
        settings: Whose ``profile`` it is for; the default profile unless named.
        service: What the token is for.
        base_url: Where the service is; None for its public address.
        organization: The organization to work in, of Chainloop; None for the token's own.

    Raises:
        Failure: There is no keyring, no token was given, or the profile keeps its token elsewhere.
    """
    profiles = read_profiles()
    name = _name_of(settings, profiles)
    chosen = SERVICES[service]
    entry = profiles.services.get(name, {}).get(service)
    said = {"base_url": base_url, "organization": organization}
    _check_entry(entry, name, chosen, profiles, said)
    if organization is not None:
        if chosen.organization_variable is None:
            raise Failure(f"{chosen.title} has no organizations to choose from")
        with right_use():
            header_text("organization", organization)
    if base_url is not None:
        with right_use():
            check_base_url(base_url, allow_insecure=True)
    # Asking for a token that then cannot be kept would be rude.
    keys.load(name, service)
    keys.store(name, service, _ask(f"Token for {chosen.title}, profile {name}: "))
    if entry is None:
        _add(profiles, name, service, said)
    sys.stdout.write(
        f"stored the token for {chosen.title} of profile {name} in the keyring\n"
        f"asyncops doctor --profile {name} checks it\n"
    )
    return 0


async def log_out(settings: Settings, service: ServiceName) -> int:
    """Delete a token from the keyring; the configuration file stays as it is.

    Args:
        settings: Whose ``profile`` it is of; the default profile unless named.
        service: What the token is for.

    Raises:
        Failure: There is no keyring, or no such token in it.
    """
    name = _name_of(settings, read_profiles())
    title = SERVICES[service].title
    if not keys.forget(name, service):
        raise Failure(f"the keyring holds no token of profile {name} for {title}")
    sys.stdout.write(f"deleted the token for {title} of profile {name} from the keyring\n")
    return 0


async def list_profiles() -> int:
    """Write the profiles, and where their tokens are; never a token."""
    profiles = read_profiles()
    rows = [("PROFILE", "SERVICE", "ADDRESS", "TOKEN")]
    for service in SERVICES.values():
        if os.environ.get(service.token_variable, "").strip():
            address = os.environ.get(service.url_variable, "").strip() or service.default_url
            shown = shown_address(address)
            rows.append(("(environment)", service.name, shown, service.token_variable))
    for name, entries in sorted(profiles.services.items()):
        shown = f"{name} (default)" if name == profiles.default else name
        rows += [
            (
                shown,
                service,
                shown_address(entry.base_url or SERVICES[service].default_url),
                _place(entry, SERVICES[service]),
            )
            for service, entry in entries.items()
        ]
    widths = [max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [padded(text, width) for text, width in zip(row, widths, strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    sys.stdout.write(f"\nconfigured in {profiles.path}\n")
    return 0


def _name_of(settings: Settings, profiles: Profiles) -> str:
    name = settings.profile or profiles.default or _FIRST
    if not check_name(name):
        raise Failure(f"a profile's name has letters, digits, - and _ only, not {name!r}")
    return name


def _check_entry(
    entry: Entry | None,
    name: str,
    service: Service,
    profiles: Profiles,
    said: Mapping[str, str | None],
) -> None:
    if entry is None:
        return
    if not entry.keyring:
        variable = entry.token_env or service.token_variable
        table = f"[profiles.{name}.{service.name}]"
        raise Failure(
            f"profile {name} takes its token for {service.title} from the variable {variable}",
            f"write keyring = true into {table} of {profiles.path} instead",
        )
    given = [key for key, value in said.items() if value is not None]
    if given:
        raise Failure(
            f"profile {name} is configured for {service.title} already",
            f"change its {' and '.join(given)} in {profiles.path}",
        )


def _ask(question: str) -> str:
    try:
        with prompting():
            written = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline()
    except EOFError:
        written = ""
    token = written.strip()
    if not token:
        raise Failure("no token was given", "nothing was stored")
    try:
        return check_token(token)
    except ValueError as error:
        raise Failure(str(error), "nothing was stored") from None


def _add(
    profiles: Profiles, name: str, service: ServiceName, said: Mapping[str, str | None]
) -> None:
    path = profiles.path
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    head = "" if profiles.services or profiles.default else f'default = "{name}"\n\n'
    lines = [
        f"[profiles.{name}.{service}]",
        *(f"{key} = {json.dumps(value)}" for key, value in said.items() if value is not None),
        "keyring = true",
    ]
    gap = "\n" if before.endswith("\n") else "\n\n"
    after = head + (before + gap if before else "") + "\n".join(lines) + "\n"
    try:
        tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        raise Failure(
            f"the token is stored, but {path} is written so that nothing can be added to it",
            f"add {', '.join(lines)} by hand",
        ) from None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"cannot make {path.parent}: {error.strerror or error}") from None
    with atomic(path) as file:
        file.write(after.encode())


def _place(entry: Entry, service: Service) -> str:
    if entry.keyring:
        return "keyring"
    variable = entry.token_env or service.token_variable
    return variable if os.environ.get(variable, "").strip() else f"{variable} (not set)"


@_commands.command(
    "login",
    rich_help_panel=_PANEL,
    epilog="[bold]Examples[/]\n\n"
    "asyncops login zoo --profile work\n\n"
    "pass show chainloop | asyncops login chainloop --profile work",
)
def login_command(
    ctx: typer.Context,
    service: _WhichService,
    *,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where the service is, if not at its public address."),
    ] = None,
    organization: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The organization of Chainloop to work in, for a token that has several.",
        ),
    ] = None,
) -> None:
    """Store a token in the system's keyring, for a profile.

    The token is asked for without showing it, or read from standard input. A profile that is not
    configured yet is added to the configuration file, which never holds a token.
    """
    settings = settings_of(ctx)
    raise typer.Exit(execute(log_in(settings, service, base_url, organization), settings))


@_commands.command("logout", rich_help_panel=_PANEL)
def logout_command(ctx: typer.Context, service: _WhichService) -> None:
    """Delete a profile's token from the system's keyring."""
    settings = settings_of(ctx)
    raise typer.Exit(execute(log_out(settings, service), settings))


@app.command("profiles", rich_help_panel=_PANEL)
def profiles_command(ctx: typer.Context) -> None:
    """List the configured accounts, and where their tokens are kept."""
    settings = settings_of(ctx)
    raise typer.Exit(execute(list_profiles(), settings))


share(_commands)
app.add_typer(_commands)
