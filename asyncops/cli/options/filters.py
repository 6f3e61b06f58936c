"""Options that stand for the fields of a library's options class."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import Enum
from types import GenericAlias, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import attrs
import msgspec
import typer

from asyncops.cli.options.fields import documented, option
from asyncops.cli.text import moment
from asyncops.kit.annotations import hints_of
from asyncops.models import State, Status

_PLAIN = (str, bool, int, float, UUID)


def filter_option(kind: type, name: str, panel: str, *, flag: str, told: bool) -> Any:
    """The field for a field of an options class: an option of the command.

    Args:
        kind: The options class.
        name: The field.
        panel: The panel of the help that shows it.
        flag: The name of the option, without dashes before it.
        told: Whether something else tells it, unless it is given.
    """
    field = attrs.fields_dict(kind)[name]
    members, many = _members(hints_of(kind)[name])
    taken, more = _typed(members)
    words = _words(members)
    # The first sentence of what the library says.
    text = re.split(r"(?<=[.;]) ", documented(kind).get(name, ""))[0].rstrip(";")
    if name == "status":
        several = "; may be given several times" if many else ""
        text = f"Only this status{several}: {', '.join(words)}, or one that is newer than this "
        text += "program (with a ! behind it, where it is taken for a typing error)."
        taken, more = str, {"parser": _status_reader(members), "metavar": "STATUS"}
    elif words:
        text = f"{text.rstrip('.')}: {', '.join(words)}."
    # What leaves something out is asked for by --no-parts, and its contrary by --parts.
    both = f"--{flag}/--{flag[3:] if flag.startswith('no-') else f'no-{flag}'}"
    flags = [both if taken is bool else f"--{flag}", *(["-s"] if name == "status" else [])]
    required = field.default is attrs.NOTHING and not told
    unsaid = field.default in (attrs.NOTHING, None, (), False)
    usual = False if unsaid else str(getattr(field.default, "value", field.default))
    annotation: Any = GenericAlias(list, taken) if many else taken
    return option(
        attrs.NOTHING if required else None,
        *flags,
        help=text or None,
        panel=panel,
        kind=annotation if required else annotation | None,
        show_default=usual,
        autocompletion=(lambda: words) if words else None,
        **more,
    )


def _members(hint: Any) -> tuple[list[Any], bool]:
    """The types that one value may have, and whether several may be given."""
    if get_origin(hint) is Annotated:
        return _members(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        parts = [_members(each) for each in get_args(hint) if each is not type(None)]
        return [one for members, _ in parts for one in members], any(many for _, many in parts)
    outer = get_origin(hint)
    if isinstance(outer, type) and issubclass(outer, Collection) and not issubclass(outer, Mapping):
        return _members(next(iter(get_args(hint)), str))[0], True
    return [hint], False


def _typed(members: list[Any]) -> tuple[Any, dict[str, Any]]:
    """The type of typer's for values of these types, and what else it takes to read one."""
    first = str if str in members else members[0]
    if first in _PLAIN:
        return first, {}
    if first is datetime:
        return datetime, {"parser": moment, "metavar": "WHEN"}
    if isinstance(first, type) and issubclass(first, Enum):
        return str, {"parser": _reader_of(first), "metavar": "WORD"}
    return str, {"parser": _json, "metavar": "JSON"}


def _words(members: list[Any]) -> list[str]:
    enums = [each for each in members if isinstance(each, type) and issubclass(each, Enum)]
    named = [each for each in enums if each is not State] or enums
    return [
        member.word if isinstance(member, Status) else str(member.value)
        for each in named[:1]
        for member in each
        if getattr(member, "state", None) is not State.UNKNOWN
    ]


def _status_reader(members: list[Any]) -> Any:
    statuses = (each for each in members if isinstance(each, type) and issubclass(each, Status))
    kind = next(statuses, str)

    def read(text: Any) -> Any:
        # The library reads a text, and may take it for a typing error; a member it takes as it is.
        forced = isinstance(text, str) and text.endswith("!")
        return kind(text[:-1]) if forced else text

    return read


def _reader_of(kind: type[Enum]) -> Any:
    def read(text: Any) -> Any:
        try:
            return kind(text)
        except ValueError:
            words = ", ".join(str(each.value) for each in kind)
            raise typer.BadParameter(f"{text!r} is none of {words}") from None

    return read


def _json(text: Any) -> Any:
    try:
        return msgspec.json.decode(text) if isinstance(text, str) else text
    except msgspec.DecodeError as error:
        raise typer.BadParameter(f"{text!r} is not JSON: {error}") from None
