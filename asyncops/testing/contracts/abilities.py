"""What a resource can do."""

from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import attrs
from attrs import frozen

from asyncops.http.auth import Auth, Basic
from asyncops.kit.chosen import chosen_of
from asyncops.kit.client import Client
from asyncops.kit.description import Description
from asyncops.kit.listing import Listing, orderings
from asyncops.kit.operations import ListedOperations, Lookups
from asyncops.kit.query import list_plan
from asyncops.kit.resources import ResourcePath
from asyncops.kit.windowed import goes_by_time
from asyncops.paging.styles import NextURL, Pages, Token
from asyncops.testing.described.examples import example
from asyncops.testing.described.fake import fake_token


@frozen(eq=False)
class Abilities:
    """One resource of a client, and what it can do.

    Attributes:
        client: The class of the client.
        resource: The resource.
    """

    client: type[Client]
    resource: ResourcePath

    @property
    def description(self) -> Description:
        """What it is."""
        return self.resource.description

    @property
    def listing(self) -> Listing:
        """How it is listed."""
        return self.description.listed

    def is_listed(self) -> bool:
        """Whether it has ``list``."""
        return self.description.listing is not None

    def is_got(self) -> bool:
        """Whether it has ``get``."""
        return self.description.get is not None

    def is_sized(self) -> bool:
        """Whether a page may be asked for in another size."""
        return self.is_listed() and self.listing.paging.size is not None

    def lives(self) -> bool:
        """Whether its items are operations."""
        return self.description.lives

    def waits(self) -> bool:
        """Whether it has the usual ``wait``; a signature written by hand has tests of its own."""
        return self.lives() and self.is_got() and self._has("wait", Lookups.wait)

    def is_watched(self) -> bool:
        """Whether it has the usual ``watch``."""
        return self.lives() and self.is_listed() and self._has("watch", ListedOperations.watch)

    def reopens(self) -> bool:
        """Whether an ended operation may go on."""
        return self.is_watched() and self.description.reopens

    def has_tokens(self) -> bool:
        """Whether its pages follow each other by tokens or URLs."""
        return self.is_listed() and isinstance(self.listing.paging, Token | NextURL)

    def has_cursors(self) -> bool:
        """Whether its pages follow each other by tokens, URLs or ids."""
        return self.is_listed() and not self.listing.is_counted

    def repeats_no_token(self) -> bool:
        """Whether a token that comes again is an error."""
        paging = self.listing.paging
        return not (isinstance(paging, Token) and paging.ends_by == "same token")

    def is_cut(self) -> bool:
        """Whether its listing can be cut into shards."""
        if not (self.lives() and self.is_listed()) or self.listing.method == "POST":
            return False
        # Counted pages are cut at even distances from new to old, which takes the number of all.
        counted = getattr(self.listing.paging, "total", None) is not None and not self.rises()
        by_order = self.is_ordered() and (self.listing.is_sorted or counted)
        in_path = list_plan(self.description).in_path
        return not in_path and (by_order or self._goes_by_time())

    def _goes_by_time(self) -> bool:
        """Whether its listing is read by creation time where need be."""
        ordering = orderings(self.listing.order)[None]
        return goes_by_time(self.listing, ordering, chosen_of(None, self.description))

    def pages_read_twice(self) -> int:
        """How many pages a walk asks for again, to see whether rows were removed meanwhile."""
        paging = self.listing.paging
        return 2 if isinstance(paging, Pages) and paging.total is not None and self.rises() else 0

    def is_ordered(self) -> bool:
        """Whether the order of its listing is declared."""
        return self._newest_first is not None

    def rises(self) -> bool:
        """Whether its listing gives the oldest items first."""
        return self._newest_first is False

    @property
    def _newest_first(self) -> bool | None:
        order = self.listing.order if self.is_listed() else None
        return None if order is None else order.newest_first

    def is_merged(self) -> bool:
        """Whether its statuses are listed one by one, so that rows of one instant have no order."""
        by_status = self.listing.by_status
        return by_status is not None and by_status.required and by_status.many == "no"

    def has_window(self) -> bool:
        """Whether it is filtered by creation."""
        return self.is_listed() and self.listing.window is not None

    def has_statuses(self) -> bool:
        """Whether it is filtered by status."""
        return self.lives() and self.is_listed() and self.listing.by_status is not None

    def is_started(self) -> bool:
        """Whether it has ``start``."""
        return self.description.start is not None

    def is_followed(self) -> bool:
        """Whether it is called to start an operation and to wait for it."""
        return self.is_started() and not self.is_listed() and not self.resource.by_hand

    def is_answered_whole(self) -> bool:
        """Whether the answer to its start is what ``get`` gives, which may have ended."""
        description, action = self.description, self.description.start
        whole = description.result or description.item
        return action is not None and action.result is whole and self.is_followed()

    def sends_a_file(self) -> bool:
        """Whether it is started with a content."""
        action = self.description.start
        return action is not None and action.body == "bytes"

    def is_cancelled(self) -> bool:
        """Whether it has ``cancel``."""
        return self.description.cancel is not None

    def has_results(self) -> bool:
        """Whether it has ``results``."""
        return self.description.results is not None

    def has_token(self) -> bool:
        """Whether its requests carry a token."""
        service = self.client.service
        return service.token is not None and isinstance(service.auth, Auth | Basic)

    def has_named_ids(self) -> bool:
        """Whether what tells one item from another is a field, and no property of others."""
        names = {each.name for each in attrs.fields(self.description.item)}
        return self.description.identity in names

    def _has(self, name: str, usual: object) -> bool:
        token = None if self.client.service.token is None else fake_token(self.client.service)
        # Nothing is sent to the address.
        client = self.client(token, base_url="http://127.0.0.1:9")
        return getattr(type(self.verbs(client)), name, None) is usual

    @property
    def place(self) -> tuple[Any, ...]:
        """Its place."""
        return tuple(made(name, kind) for name, kind in self.resource.place)

    @property
    def texts(self) -> tuple[str, ...]:
        """Its place, as the fake knows it."""
        return tuple(map(str, self.place))

    def verbs(self, client: Client) -> Any:
        """Return the verbs of the resource at its place."""
        return self.resource.verbs(client, self.place)


_PLAIN = {UUID: UUID(int=1), datetime: datetime(2026, 1, 1, tzinfo=UTC)}


def made(name: str, kind: Any) -> Any:
    """Return a value for an argument."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    known = [each for each in get_args(kind) if each is not type(None)]
    least = example(kind, name)
    if least is not None:
        return least
    return made(name, known[0]) if known else {"key": "value"}
