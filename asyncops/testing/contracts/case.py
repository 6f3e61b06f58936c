"""One resource under test: its fake, its client, and what it can do."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, get_type_hints

import attrs
from attrs import frozen

from asyncops.kit.annotations import types_in
from asyncops.kit.checks.options import fields_of
from asyncops.kit.client import Client
from asyncops.listing.pager import Pager
from asyncops.models import JSON, Id, State, wire_key
from asyncops.polling.policy import PollPolicy
from asyncops.testing.contracts.abilities import Abilities, made
from asyncops.testing.described.examples import key_names
from asyncops.testing.described.fake import Fake
from asyncops.testing.described.looks import fits
from asyncops.testing.described.rows import Row
from asyncops.testing.described.served import Served
from asyncops.testing.server.local import now_ns

ROWS = 25
MANY = 80
PAGE = 4
# A change that does not come ends a test.
_POLL = PollPolicy(timeout=3600)

Need = Callable[["Case"], bool]
Check = Callable[["Live"], Coroutine[Any, Any, None]]


def needs(*of: Need, **options: Any) -> Callable[[Check], Check]:
    """Say what a resource must be able to do for a test to make sense, and how it is served."""

    def mark(check: Check) -> Check:
        vars(check).update(needs=of, options=options)
        return check

    return mark


@frozen(eq=False)
class Case(Abilities):
    """One resource of a client, and what it is asked with."""

    @asynccontextmanager
    async def serving(self, rows: int = ROWS, **options: Any) -> "AsyncIterator[Live]":
        """A fake of the service, and a client of it."""
        fake = Fake(self.client, {self.resource.name: rows}, page_size=PAGE, **options)
        async with fake, fake.client() as client:
            yield Live(self, fake, client)


@frozen(eq=False)
class Live:
    """A resource that is served.

    Attributes:
        case: The resource.
        fake: The fake.
        client: A client of the fake.
    """

    case: Case
    fake: Fake[Any]
    client: Client

    @property
    def served(self) -> Served:
        """The resource, from the service's side."""
        return self.fake.described.served[self.case.resource.name]

    @property
    def verbs(self) -> Any:
        """The resource, from the client's side."""
        return self.case.verbs(self.client)

    def required(self, options: Any) -> dict[str, Any]:
        """Return values for the fields of an options class that have no default."""
        fields = fields_of(options).values()
        needed = [each.name for each in fields if each.init and each.default is attrs.NOTHING]
        hints = get_type_hints(options) if needed else {}
        tree = self.served.maker.looks.all[0].tree
        keys = key_names(self.case.description.item)
        # A time is a datetime as an argument alone.
        shown = {
            name: tree.get(keys.get(name, name))
            for name in needed
            if datetime not in types_in(hints[name])
        }
        return {name: shown.get(name) or made(name, hints[name]) for name in needed}

    def pager(self, **options: Any) -> Pager[Any]:
        """List the items, with the filters that must be given."""
        if "limit" not in options and self.case.is_sized():
            options["limit"] = PAGE
        given = self.required(self.case.description.options)
        listed: Pager[Any] = self.verbs.list(**given, **options)
        return listed

    def watch(self, **options: Any) -> Any:
        """Watch the items, with the filters that must be given, for an hour of the clock."""
        given = self.required(self.case.description.watch)
        return self.verbs.watch(**given, **options, poll=_POLL)

    def least(self, verb: str) -> tuple[tuple[bytes, ...], dict[str, Any]]:
        """The least that ``start`` or ``cancel`` takes: a content, if it sends any, and options."""
        action = getattr(self.case.description, verb)
        return (b"content",) if action.body == "bytes" else (), self.required(action.options)

    def rows(self) -> list[Any]:
        """What the service holds, in the order of its listing where there is one."""
        items = self.fake.items(self.case.resource.name, *self.case.texts)
        return items[::-1] if self.case.rises() else items

    def key(self, item: Any) -> Any:
        """What tells one item from another."""
        return getattr(item, self.case.description.identity)

    def keys(self, items: Any) -> list[Any]:
        """The same of several."""
        return [self.key(item) for item in items]

    def id(self, item: Any) -> Id:
        """What ``get`` is asked with."""
        id_: Id = getattr(item, self.case.description.id)
        return id_

    def add(self, **options: Any) -> Any:
        """Add an item."""
        return self.fake.add(self.case.resource.name, *self.case.texts, **options)

    def wire(self, item: Any) -> dict[str, JSON]:
        """Return an item as the service shows it."""
        return self.served.maker.item(self._row(item), self._now)

    def words(self, item: Any) -> frozenset[str]:
        """Return the statuses that an item holds."""
        return self.served.maker.words(self._row(item), self._now)

    def _row(self, item: Any) -> Row:
        return self.served.table(self.case.texts).find(self.id(item), self._now)

    @property
    def _now(self) -> int:
        return now_ns(self.fake.clock)

    def move(self, item: Any, state: State) -> None:
        """Have an item come to a state."""
        name, place = self.case.resource.name, self.case.texts
        self.fake.move(name, self.id(item), *place, status=state.value)

    def break_row(self, item: Any) -> None:
        """Have an item not fit its class.

        Raises:
            AssertionError: It fits whatever it holds.
        """
        description, maker = self.case.description, self.served.maker
        tree = dict(maker.looks.all[0].tree)
        kept = {description.id, description.identity, "status"}
        id_key = description.places.id.partition(".")[0]
        for each in attrs.fields(description.item):
            broken = {**tree, wire_key(each): [{}]}
            is_kept = each.name in kept or wire_key(each) == id_key
            if not is_kept and fits(broken, description.item, "plain") is None:
                self.fake.change(
                    self.case.resource.name, self.id(item), *self.case.texts, **{each.name: [{}]}
                )
                return
        raise AssertionError("an item fits its class whatever it holds")
