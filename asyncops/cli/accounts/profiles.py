"""Accounts in the configuration file: which services each has, and where its tokens are kept."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen
from platformdirs import user_config_path

from asyncops.cli.resources import SERVICES, organization_variable
from asyncops.cli.shell import Failure

_VARIABLE = "ASYNCOPS_CONFIG"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS: Mapping[type, str] = {dict: "a table", str: "text", bool: "true or false"}
_SECRETS = frozenset({"token", "api_token", "api_key", "password", "secret"})


@frozen(kw_only=True)
class Entry:
    """The settings of one service in a profile.

    Attributes:
        base_url: The service's address; `None` means the public one.
        token_env: The environment variable that holds the token; `None` means the usual one.
        keyring: Whether the token is in the system's keyring instead.
        allow_insecure: Whether the token may travel over plain http to other machines.
        organization: The organization of Chainloop to work in; `None` means the token's own.
        proxy: The proxy to go by; without a user and a password, which the file does not hold.
    """

    base_url: str | None = None
    token_env: str | None = None
    keyring: bool = False
    allow_insecure: bool = False
    organization: str | None = None
    proxy: str | None = None


@frozen(kw_only=True)
class Profiles:
    """The content of the configuration file.

    Attributes:
        path: The file; it need not exist.
        default: The profile to use where none is named and the environment holds no token.
        services: Each profile's services, by name.
    """

    path: Path
    default: str | None = None
    services: Mapping[str, Mapping[str, Entry]] = field(factory=dict)

    def named(self, name: str) -> Mapping[str, Entry]:
        """The services of one profile.

        Raises:
            Failure: There is no such profile; the known ones are named.
        """
        if name in self.services:
            return self.services[name]
        if not self.services:
            makes_one = f"asyncops login zoo --profile {name} makes one"
            hint = makes_one if check_name(name) else f"they are written in {self.path}"
            raise Failure(f"there is no profile {name!r}: no profiles are configured", hint)
        known = ", ".join(sorted(self.services))
        raise Failure(f"there is no profile {name!r} in {self.path}", f"known are: {known}")


def check_name(name: str) -> bool:
    """Whether a text is a name of a profile: letters, digits, ``-`` and ``_``, at most 64."""
    return _NAME.fullmatch(name) is not None


def config_path() -> Path:
    """The configuration file's path: by ``ASYNCOPS_CONFIG``, or else by the platform.

    Raises:
        Failure: The path names the home folder of an unknown user.
    """
    if chosen := os.environ.get(_VARIABLE):
        try:
            return Path(chosen).expanduser()
        except RuntimeError:
            raise Failure(f"{_VARIABLE} is {chosen}, and there is no such home folder") from None
    return user_config_path("asyncops", appauthor=False) / "config.toml"


def read_profiles(path: Path | None = None) -> Profiles:
    """Read the configuration file; one that does not exist has no profiles.

    Raises:
        Failure: It cannot be read, is no TOML, or has an unknown key; with the line.
    """
    path = path or config_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Profiles(path=path)
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror or error}") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Failure(f"{path} is not TOML: {error}") from None
    return _Reader(path, text).profiles(document)


@frozen
class _Reader:
    """Makes profiles of a document, and names the line of each mistake."""

    path: Path
    text: str = field(repr=False)

    def profiles(self, document: Mapping[str, Any]) -> Profiles:
        self._check((), document, {"default": str, "profiles": dict})
        tables = document.get("profiles", {})
        services = {name: self._services(name, tables) for name in tables}
        default = document.get("default")
        if default is not None and default not in services:
            known = ", ".join(sorted(services)) or "none"
            raise self._wrong((), "default", f"there is no profile {default!r}; known are: {known}")
        return Profiles(path=self.path, default=default, services=services)

    def _services(self, name: str, tables: Mapping[str, Any]) -> Mapping[str, Entry]:
        if not check_name(name):
            problem = "a profile's name has letters, digits, - and _ only"
            raise self._wrong(("profiles",), name, problem)
        self._check(("profiles",), {name: tables[name]}, {name: dict})
        where, table = ("profiles", name), tables[name]
        self._check(where, table, dict.fromkeys(SERVICES, dict))
        known = [each for each in SERVICES if each in table]
        return {each: self._entry((*where, each), table[each]) for each in known}

    def _entry(self, where: tuple[str, ...], table: Mapping[str, Any]) -> Entry:
        for key in table.keys() & _SECRETS:
            login = f"asyncops login {where[-1]} --profile {where[-2]}"
            problem = "tokens are not kept in this file; take it out and store it with "
            raise self._wrong(where, key, f"{problem}{login}, or name a variable with token_env")
        kinds = {each.name: bool if each.type is bool else str for each in attrs.fields(Entry)}
        # Only a service whose organization is named is imported for it.
        if "organization" not in table or organization_variable(SERVICES[where[-1]]) is None:
            del kinds["organization"]
        self._check(where, table, kinds)
        entry = Entry(**table)
        if entry.token_env is not None and not _VARIABLE_NAME.fullmatch(entry.token_env):
            # The value is not shown: it may be the token itself.
            raise self._wrong(where, "token_env", "this is no name of an environment variable")
        if entry.keyring and entry.token_env is not None:
            raise self._wrong(where, "keyring", "the token is in one place only: not in token_env")
        if "@" in (entry.proxy or ""):
            problem = "a login is not kept in this file: give it to --proxy"
            raise self._wrong(where, "proxy", problem)
        return entry

    def _check(
        self, where: tuple[str, ...], table: Mapping[str, Any], kinds: Mapping[str, type]
    ) -> None:
        """Refuse keys that are not known, and values that are not of the type of their key."""
        for key in table:
            if key not in kinds:
                names = ", ".join(sorted(kinds))
                raise self._wrong(where, key, f"this is not known; known are: {names}")
        for key, value in table.items():
            if not isinstance(value, kinds[key]) or value == "":
                raise self._wrong(where, key, f"this must be {_WORDS[kinds[key]]}")

    def _wrong(self, where: tuple[str, ...], key: str, problem: str) -> Failure:
        line = _line_of(self.text, where, key)
        place = "" if line is None else f", line {line}"
        return Failure(f"{self.path}{place}: {'.'.join((*where, key))}: {problem}")


_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\-\"' ]+?)\s*=")


def _line_of(text: str, where: tuple[str, ...], key: str) -> int | None:
    """The first line, from 1, that has a key; `None` where the key is spelled unusually."""
    wanted = (*where, key)
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            table = _path(header[1])
            found = table
        elif assigned := _KEY.match(line):
            found = (*table, *_path(assigned[1]))
        else:
            continue
        if found[: len(wanted)] == wanted:
            return number
    return None


def _path(written: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in written.split("."))
