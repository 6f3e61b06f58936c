"""One resource of a described service, from the other side of the wire."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from asyncops.kit.listing import Listing
from asyncops.kit.resources import ResourcePath
from asyncops.models import State
from asyncops.testing.described.acting import Acting
from asyncops.testing.described.habits import Data
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.pages import PageRequest, TokenCodec, page_params
from asyncops.testing.described.params import Params, params_of
from asyncops.testing.described.places import place_value
from asyncops.testing.described.routes import Route
from asyncops.testing.described.selecting import Selecting
from asyncops.testing.described.table import Table
from asyncops.testing.server.service import Answered, Asked, RefusedError

Handler = Callable[[Asked, Mapping[str, str], int], Answered]
Act = Callable[[Asked, Table, str, int], Answered]
"""Answers a request about a table, or about the item with an id in it."""


class Served:
    """A resource that is served.

    Args:
        resource: The resource.
        data: What its data are computed from.
        prepare: What the service makes of the parameters of a listing.
        maker: What writes the items.
        make_table: The class of what holds the rows at a place.

    Attributes:
        resource: The resource.
        maker: Writes its items.
        course: What becomes of an operation that is started, as :meth:`Table.add` takes it.
        routes: What it answers, each route with its handler.
    """

    def __init__(
        self,
        resource: ResourcePath,
        data: Data,
        *,
        prepare: Callable[[Params], Params],
        maker: Maker,
        make_table: type[Table],
    ) -> None:
        self.resource = resource
        self.maker = maker
        self._data = data
        self._prepare = prepare
        self._make_table = make_table
        self._tables: dict[tuple[str, ...], Table] = {}
        self.course: dict[str, Any] = {"fails": False}
        self.routes: list[tuple[Route, Handler]] = [
            (route, partial(self._answer, act)) for route, act in self._routes()
        ]

    def table(self, place: tuple[str, ...]) -> Table:
        """Return the rows at a place."""
        if place not in self._tables:
            size = self._data.sizes[self.resource.name]
            where = self.maker.salt(place)
            self._tables[place] = self._make_table(self.maker, where, size, self._data)
        return self._tables[place]

    def _at(self, params: Mapping[str, str], now: int) -> Table:
        """The rows at the place that a path names.

        The path of one item may leave out a part of the place: any place that fits may hold it.
        """
        names = [name for name, _ in self.resource.place]
        place = tuple(params.get(name, "") for name in names)
        if "id" in params and not params.keys() >= set(names):
            for known, table in self._tables.items():
                fits = all(
                    params.get(name, part) == part for name, part in zip(names, known, strict=True)
                )
                if fits and table.number(self.maker.id_place, params["id"], now) is not None:
                    return table
        return self.table(place)

    def _answer(self, act: Act, asked: Asked, path: Mapping[str, str], now: int) -> Answered:
        return act(asked, self._at(path, now), path.get("id", ""), now)

    def _routes(self) -> Iterator[tuple[Route, Act]]:
        description = self.resource.description
        listing = description.listing
        # An action may have the path of an item, and is asked for first.
        for action in (description.start, description.cancel):
            if action is not None:
                acting = Acting(action, self.maker, self.course)
                act = acting.start if action is description.start else acting.cancel
                yield Route(action.method, action.path, action.headers, action.defaults), act
        for asked, give in ((description.get, self._get), (description.results, self._results)):
            if asked is not None:
                yield Route(asked.method, asked.path, asked.headers, asked.body or {}), give
        if listing is not None:
            yield Route(listing.method, listing.path, listing.headers), self._list(listing)

    def _list(self, listing: Listing) -> Act:
        selecting, habits = Selecting(self.resource.description, listing), self._data.habits
        known = selecting.known | page_params(listing.paging)
        tokens = TokenCodec(self._data.seed, hostile=habits.hostile_tokens)

        def answer(asked: Asked, table: Table, _: str, now: int) -> Answered:
            params = self._prepare(params_of(asked, known, listing.headers, habits.malformed))
            return PageRequest(
                listing=listing,
                habits=habits,
                tokens=tokens,
                asked=asked,
                params=params,
                table=table,
                wanted=selecting.wanted(params, now),
                now=now,
            ).answer()

        return answer

    def _results(self, _: Asked, table: Table, id_: str, now: int) -> Answered:
        row = table.asked(id_, now)
        if row.course.now(now)[1].state is not State.SUCCEEDED:
            raise RefusedError(404, f"{id_} has no results.")
        return Answered(self.resource.description.places.results)

    def _get(self, _: Asked, table: Table, id_: str, now: int) -> Answered:
        if not self.maker.may_be_id(id_):
            raise RefusedError(self._data.habits.malformed, "id must be a UUID.")
        got = self.maker.got(table.asked(id_, now), now)
        return Answered(place_value(None, self.resource.description.found, got))
