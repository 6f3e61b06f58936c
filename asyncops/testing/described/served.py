"""One resource of a described service, from the other side of the wire."""

from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from asyncops.http.service import Service
from asyncops.kit.listing import Listing
from asyncops.kit.resources import ResourcePath
from asyncops.testing.described.acting import Acting
from asyncops.testing.described.habits import Habits
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.pages import PageWriter
from asyncops.testing.described.params import Params, params_of
from asyncops.testing.described.places import place_value
from asyncops.testing.described.query import Query
from asyncops.testing.described.routes import Route
from asyncops.testing.described.selecting import Selecting
from asyncops.testing.described.table import Table
from asyncops.testing.server.service import Answered, Asked, RefusedError

__all__ = ["Data", "Served", "require"]

Handler = Callable[[Asked, dict[str, str], int], Answered]
Act = Callable[[Asked, Table, str, int], Answered]


@frozen(kw_only=True)
class Data:
    """What the data of a fake are computed from.

    Attributes:
        seed: What all of it is computed from.
        sizes: How many rows each resource has to begin with, at each place.
        start: The first instant of the clock.
        arrivals: New rows of each resource in each second of the clock.
        habits: How all listings are.
    """

    seed: int
    sizes: Mapping[str, int]
    start: int
    arrivals: float
    habits: Habits


class Served:
    """A resource that is served.

    Args:
        resource: The resource.
        service: Its service.
        data: What its data are computed from.
        prepare: What the service makes of the parameters of a listing.
        makers: What writes the items, by the name of the resource, where it is not the usual.
        tables: What holds the rows, likewise.

    Attributes:
        resource: The resource.
        maker: Writes its items.
        routes: What it answers, each route with its handler.
    """

    def __init__(
        self,
        resource: ResourcePath,
        service: Service,
        data: Data,
        *,
        prepare: Callable[[Params], Params],
        makers: Mapping[str, type[Maker]],
        tables: Mapping[str, type[Table]],
    ) -> None:
        self.resource = resource
        self.maker: Maker = makers.get(resource.name, Maker)(resource, service.json, data.seed)
        self._data = data
        self._prepare = prepare
        self._make_table = tables.get(resource.name, Table)
        self._tables: dict[tuple[str, ...], Table] = {}
        self.routes: list[tuple[Route, Handler]] = list(self._routes())

    def table(self, place: tuple[str, ...]) -> Table:
        """Return the rows at a place."""
        if place not in self._tables:
            data = self._data
            self._tables[place] = self._make_table(
                self.maker,
                self.maker.salt(place),
                seed=data.seed,
                size=data.sizes[self.resource.name],
                start=data.start,
                arrivals=data.arrivals,
            )
        return self._tables[place]

    def _at(self, params: Mapping[str, str]) -> Table:
        # A path may leave out a part of the place.
        return self.table(tuple(params.get(name, "") for name, _ in self.resource.place))

    def _routes(self) -> Iterator[tuple[Route, Handler]]:
        description = self.resource.description
        listing = description.listing
        # An action may have the path of an item, and is asked for first.
        for action in (description.start, description.cancel):
            if action is not None:
                acting = Acting(action, self.maker)
                answer = acting.start if action is description.start else acting.cancel
                yield Route(action.method, action.path), self._act(answer, action.headers)
        if description.get is not None:
            yield Route("GET", description.get), self._get
        if listing is not None:
            yield Route(listing.method, listing.path), self._list(listing)

    def _list(self, listing: Listing) -> Handler:
        selecting, habits = Selecting(self.maker, listing), self._data.habits
        pages = PageWriter(
            listing,
            self.maker.identity_place,
            self._data.seed,
            hostile_tokens=habits.hostile_tokens,
        )
        known = selecting.known | pages.known

        def answer(asked: Asked, path: dict[str, str], now: int) -> Answered:
            require(asked, listing.headers)
            params = self._prepare(params_of(asked, known, listing.headers, habits.malformed))
            wanted = selecting.wanted(params, now)
            query = Query(asked=asked, params=params, table=self._at(path), wanted=wanted, now=now)
            return pages.write(query, habits)

        return answer

    def _get(self, _: Asked, path: dict[str, str], now: int) -> Answered:
        if not self.maker.may_be_id(path["id"]):
            raise RefusedError(self._data.habits.malformed, "id must be a UUID.")
        try:
            row = self._at(path).find(path["id"], now)
        except KeyError:
            raise RefusedError(404, f"There is no {path['id']!r}.") from None
        got = self.maker.got(row, now)
        return Answered(place_value(None, self.resource.description.found, got))

    def _act(self, act: Act, headers: Mapping[str, str]) -> Handler:
        def answer(asked: Asked, path: dict[str, str], now: int) -> Answered:
            require(asked, headers)
            return act(asked, self._at(path), path.get("id", ""), now)

        return answer


def require(asked: Asked, headers: Mapping[str, str]) -> None:
    """Refuse a request that lacks a header.

    Raises:
        RefusedError: It does.
    """
    for name, value in headers.items():
        if asked.headers.get(name) != value:
            raise RefusedError(400, f"The header {name} must be {value!r}.")
