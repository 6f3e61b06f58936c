"""What the options of all commands on a resource have in common: its place, and its filters."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import attrs
import msgspec
import typer
from attrs import frozen

from asyncops.cli.exit import Failure
from asyncops.cli.groups import Settings
from asyncops.cli.options.fields import READING, argument, documented, names_in, option
from asyncops.cli.resources import Resource, dashed
from asyncops.cli.text.times import moment
from asyncops.client import BaseClient
from asyncops.models import State, Status
from asyncops.utils.statuses import UnlikelyStatus

__all__ = ["OnResource", "on_resource", "require_ids", "wrong_ids"]

K = TypeVar("K", bound="OnResource")
# Options that are called otherwise than the arguments of the library for which they stand.
_COMMON = {"resume": "resume", "since": "created_after", "until": "created_before"}

_PLAIN = (int, float, UUID)


def filter_option(
    kind: type, name: str, panel: str, *, named: str | None = None, told: bool = False
) -> Any:
    """The field for a field of an options class: an option of the command.

    Args:
        kind: The options class.
        name: The field.
        panel: The panel of the help that shows it.
        named: The name of the option, where it is not the field's.
        told: Whether something else tells it, unless it is given.
    """
    field = attrs.fields_dict(kind)[name]
    members, many = _members(_hint(kind, name, field))
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
    flag = named or name.replace("_", "-")
    # What leaves something out is asked for by --no-parts, and its contrary by --parts.
    both = f"--{flag}/--{flag[3:] if flag.startswith('no-') else f'no-{flag}'}"
    flags = [both if taken is bool else f"--{flag}", *(["-s"] if name == "status" else [])]
    required = field.default is attrs.NOTHING and not told
    usual = (
        False if field.default in (attrs.NOTHING, None, (), False) else str(_shown(field.default))
    )
    annotation: Any = list[taken] if many else taken  # type: ignore[valid-type]
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


def _hint(kind: type, name: str, field: "attrs.Attribute[Any]") -> Any:
    try:
        return get_type_hints(kind)[name]
    except NameError:
        # A name that is imported for type checkers alone.
        return field.type


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
    if str in members:
        return str, {}
    first = members[0]
    if first is bool or first in _PLAIN:
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
    kind = next(
        (each for each in members if isinstance(each, type) and issubclass(each, Status)), str
    )

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


def _shown(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def wrong_ids(verbs: Any, ids: Iterable[str]) -> dict[str, str]:
    """What is wrong with each id that cannot be one of a resource; nothing is sent."""
    check = verbs._bound.single.check  # noqa: SLF001 - what the verbs are made of
    wrong = {}
    for each in ids:
        try:
            check("ID", each)
        except (ValueError, TypeError) as error:
            wrong[each] = str(error)
    return wrong


def require_ids(verbs: Any, ids: Iterable[str]) -> None:
    """Check ids before anything is sent.

    Raises:
        Failure: Some cannot be ids of the resource; each is named.
    """
    if wrong := wrong_ids(verbs, ids):
        raise Failure("; ".join(wrong.values()))


@frozen(kw_only=True)
class OnResource:
    """The options of a command on a resource; a subclass for one resource has its place as well.

    Attributes:
        resource: The resource.
        filters: The arguments that options stand for, by the option.
    """

    resource: ClassVar[Resource]
    filters: ClassVar[Mapping[str, str]]

    @classmethod
    def example(cls, verb: str, *words: str) -> str:
        """How a command begins, with all that it needs: its place, ``words`` and some options."""
        place = [name.upper() for name, _ in cls.resource.path.place]
        fields = attrs.fields_dict(cls)
        needed = [
            f"--{dashed(name)} {name.upper()}"
            for name in cls.filters
            if fields[name].default is attrs.NOTHING
        ]
        parts = ["asyncops", cls.resource.name, verb, *place, *words, *needed]
        return " ".join(filter(None, parts))

    @property
    def place(self) -> tuple[Any, ...]:
        """Where the resource is, as the arguments of the command say."""
        return tuple(getattr(self, name) for name, _ in self.resource.path.place)

    @property
    def title(self) -> str:
        """The resource for headings, with its place."""
        return " ".join(
            [self.resource.title, *(["/".join(map(str, self.place))] * bool(self.place))]
        )

    def follow(self, verb: str, id_: object) -> str:
        """The command that asks for an operation that this one has started."""
        place = map(str, self.place)
        return " ".join(["asyncops", self.resource.followed, verb, *place, str(id_)])

    def verbs(self, client: BaseClient) -> Any:
        """The object that lists, gets and watches.

        Raises:
            TypeError: The client is another service's.
        """
        kind = self.resource.client
        if not isinstance(client, kind):
            kinds = f"{kind.__name__}, got a {type(client).__name__}"
            raise TypeError(f"{self.resource.name} needs a {kinds}")
        return self.resource.path.verbs(client, self.place)

    def given(self) -> dict[str, Any]:
        """The arguments that were given, by their names in the library."""
        values = {name: getattr(self, option) for option, name in self.filters.items()}
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if value is not None and value != []
        }

    def in_options(self, error: Exception) -> str:
        """An error of the library, with its arguments as options."""
        text = str(error)
        for option_, name in {**_COMMON, **self.filters}.items():
            # A name of one word may be a word of the sentence as well.
            where = rf"\b{name}\b" if "_" in name else rf"\A{name}\b"
            text = re.sub(where, f"--{dashed(option_)}", text)
        place = [name for name, _ in self.resource.path.place]
        # What lies below an item is asked for by the item's id, which is the last of a place.
        for name, shown in [
            *zip(place, place, strict=True),
            *(("id", each) for each in place[-1:]),
        ]:
            text = re.sub(rf"\A{name}\b", shown.upper(), text)
        if isinstance(error, UnlikelyStatus):
            text = f"{text}; {error.text}! asks for it all the same"
        return text


def on_resource(
    base: type[K],
    resource: Resource,
    options: Any = None,
    names: Iterable[str] = (),
    *,
    panel: str = "Filters",
    beside: Iterable[type] = (),
    size: str | None = None,
    told: Collection[str] = (),
    **more: Any,
) -> type[K]:
    """The class of a command's options for one resource.

    Args:
        base: The options that the command has for every resource.
        resource: The resource.
        options: The options class of the library.
        names: Its fields that are options of the command.
        panel: The panel of the help that shows them.
        beside: The classes of the other options of the command.
        size: Its field for the items of a page, if it has such a field.
        told: The fields that something else tells, so that none of them has to be given.
        more: Further fields.
    """
    fields = {
        name: argument(name.upper(), kind=kind if kind is int else str)
        for name, kind in resource.path.place
    }
    taken = set().union(*map(names_in, (base, Settings, *beside)))
    filters = {}
    for name in names:
        # An option of the command has the name before a filter of the service.
        shown = f"by_{name}" if name in {*taken, *fields, *more} else name
        filters[shown] = name
        fields[shown] = filter_option(options, name, panel, named=dashed(shown), told=name in told)
    listing = resource.description.listing
    known = attrs.fields_dict(options) if size is not None else {}
    if size in known and listing is not None and listing.paging.size is not None:
        filters["page_size"] = size
        fields["page_size"] = option(
            known[size].default,
            help="Items of one page; unless given, the service's choice.",
            panel=READING,
            kind=int | None,
            metavar="N",
            min=1,
        )
    body = {"resource": resource, "filters": filters}
    made: type[K] = attrs.make_class(
        base.__name__, {**fields, **more}, bases=(base,), class_body=body, frozen=True, kw_only=True
    )
    return made
