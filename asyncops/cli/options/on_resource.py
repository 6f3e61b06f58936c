"""What the options of all commands on a resource have in common: its place, and its filters."""

import re
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any, ClassVar, TypeVar

import attrs
from attrs import frozen

from asyncops.cli.connect import connected
from asyncops.cli.options.fields import READING, Settings, argument, names_in, option
from asyncops.cli.options.filters import filter_option
from asyncops.cli.resources import Resource, dashed
from asyncops.cli.runtime.run import right_use
from asyncops.cli.shell import Failure
from asyncops.kit import Client
from asyncops.utils.statuses import UnlikelyStatus

K = TypeVar("K", bound="OnResource")
# Options that are called otherwise than the arguments of the library for which they stand.
_COMMON = {"resume": "resume", "since": "created_after", "until": "created_before"}


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
        lacking = [name for name in cls.filters if fields[name].default is attrs.NOTHING]
        needed = [f"--{dashed(name)} {name.upper()}" for name in lacking]
        parts = ["asyncops", cls.resource.name, verb, *place, *words, *needed]
        return " ".join(filter(None, parts))

    @property
    def place(self) -> tuple[Any, ...]:
        """Where the resource is, as the arguments of the command say."""
        return tuple(getattr(self, name) for name, _ in self.resource.path.place)

    @property
    def title(self) -> str:
        """The resource for headings, with its place."""
        return f"{self.resource.title} {'/'.join(map(str, self.place))}".rstrip()

    def follow(self, verb: str, id_: object) -> str:
        """The command that asks for an operation that this one has started."""
        words = self.resource.group or self.resource.name
        return " ".join(["asyncops", words, verb, *map(str, self.place), str(id_)])

    @asynccontextmanager
    async def opened(self, settings: Settings) -> AsyncIterator[Any]:
        """The object that gets, waits and starts, with the account to use.

        Raises:
            Failure: There is no such account or place.
        """
        async with connected(settings, self.resource.client) as client:
            with self.right_use():
                verbs = self.verbs(client)
            yield verbs

    def right_use(self, kind: type[Exception] = Failure) -> AbstractContextManager[None]:
        """Turn an error of the library into a failure: its arguments are options."""
        return right_use(self.in_options, kind)

    def verbs(self, client: Client) -> Any:
        """The object that lists, gets and watches."""
        return self.resource.path.verbs(client, self.place)

    def given(self) -> dict[str, Any]:
        """The arguments that were given, by their names in the library."""
        values = {name: getattr(self, option) for option, name in self.filters.items()}
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if value is not None and value != []
        }

    def asked(self, unsaid: Collection[str]) -> list[tuple[str, str]]:
        """The options that were given, as names and values for people, without the place.

        Args:
            unsaid: Options that change how something is read, and not what.
        """
        hidden = {*unsaid, *(name for name, _ in self.resource.path.place)}
        values = {each: getattr(self, each.name) for each in attrs.fields(type(self))}
        return [
            (each.name.replace("_", " "), _worded(value))
            for each, value in values.items()
            if value and value != each.default and each.name not in hidden
        ]

    def in_options(self, error: Exception) -> str:
        """An error of the library, with its arguments as options."""
        text = str(error)
        for option_, name in {**_COMMON, **self.filters}.items():
            # A name of one word may be a word of the sentence as well.
            where = rf"\b{name}\b" if "_" in name else rf"\A{name}\b"
            text = re.sub(where, f"--{dashed(option_)}", text)
        place = {name: name for name, _ in self.resource.path.place}
        # What lies below an item is asked for by the item's id, which is the last of a place.
        for name, shown in [*place.items(), *(("id", each) for each in [*place][-1:])]:
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
        fields[shown] = filter_option(options, name, panel, flag=dashed(shown), told=name in told)
    listing = resource.description.listing
    known = attrs.fields_dict(options) if size is not None else {}
    if size in known and listing is not None and listing.paging.size is not None:
        filters["page_size"] = size
        text = "Items of one page; unless given, the service's choice."
        fields["page_size"] = option(
            known[size].default, help=text, panel=READING, kind=int | None, metavar="N", min=1
        )
    body = {"resource": resource, "filters": filters}
    made: type[K] = attrs.make_class(
        base.__name__, {**fields, **more}, bases=(base,), class_body=body, frozen=True, kw_only=True
    )
    return made


def _worded(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(map(_worded, value))
    at = getattr(value, "at", None)
    return str(getattr(value, "value", value)) if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
