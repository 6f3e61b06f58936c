"""A described service, from the other side of the wire."""

from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, ClassVar

from asyncops.http.auth import Auth, Basic
from asyncops.http.places import Place
from asyncops.http.service import ErrorField
from asyncops.http.signer import OutgoingRequest, sign
from asyncops.kit.client import Client
from asyncops.kit.resources import resources_of
from asyncops.models import JSON
from asyncops.testing.described.habits import Data, Habits
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.params import Params
from asyncops.testing.described.places import in_protobuf, tell
from asyncops.testing.described.routes import require
from asyncops.testing.described.served import Served
from asyncops.testing.described.table import Table
from asyncops.testing.server.hashing import request_ids
from asyncops.testing.server.lifecycle import SECOND, write_time
from asyncops.testing.server.service import Allowance, Answered, Asked, RefusedError


class DescribedService:
    """A service that is made from a client's description.

    Args:
        client: The class of the client.
        data: What its data are computed from.

    Attributes:
        makers: What writes the items, by the name of the resource, where it is not the usual.
        tables: What holds the rows, likewise.
        habits: How its listings are.
        served: Its resources, by name.
    """

    makers: ClassVar[Mapping[str, type[Maker]]] = {}
    tables: ClassVar[Mapping[str, type[Table]]] = {}

    def __init__(self, client: type[Client], data: Data) -> None:
        self._service = client.service
        self.habits: Habits = data.habits
        self.served: dict[str, Served] = {
            each.name: Served(
                each,
                data,
                prepare=self.prepared,
                maker=self.makers.get(each.name, Maker)(each, client.service.json, data.seed),
                make_table=self.tables.get(each.name, Table),
            )
            for each in resources_of(client)
        }
        # Of two paths that fit, such as /jobs/all and /jobs/{id}, the one with fewer parameters.
        routes = [route for each in self.served.values() for route in each.routes]
        self._routes = sorted(routes, key=lambda route: route[0].parameters)
        self.request_id_header: str = client.service.request_id[0]
        self.next_request_id: Callable[[], str] = request_ids(data.seed, client.service.name)

    @property
    def secret_headers(self) -> frozenset[str]:
        """The headers that hold credentials, in lower case."""
        auth = self._service.auth
        return frozenset({"authorization", auth.header.lower() if isinstance(auth, Auth) else ""})

    async def permits(self, request: Asked, token: str) -> bool:
        """Whether a request carries the credential that is let in."""
        auth = self._service.auth
        if isinstance(auth, Auth | Basic):
            return self._service.token is None or all(
                request.headers.get(name) == value for name, value in auth.headers(token).items()
            )
        if auth is None:
            return True
        outgoing = OutgoingRequest(
            method=request.method, url=request.url, headers=request.headers, body=request.body
        )
        # A signature may hold the time, so that another one of the same request differs.
        return all(name in request.headers for name in await sign(auth, outgoing, token))

    def respond(self, request: Asked, now: int) -> Answered:
        """Answer a request.

        Raises:
            RefusedError: It is not answered.
        """
        require(request, self._service.headers)
        query = dict(request.query)
        refusal = lacking = None
        for route, handler in self._routes:
            params = route.match(request.method, request.raw_path, query)
            if params is None:
                continue
            try:
                require(request, route.headers)
            except RefusedError as lacks:
                # Headers may tell what is asked for on one path.
                lacking = lacks
                continue
            try:
                answered = handler(request, {**params, **route.in_body(request)}, now)
            except RefusedError as refused:
                # Several resources may be got by the same path.
                if refused.status != 404:
                    raise
                refusal = refused
            else:
                return answered._replace(value=self.written(answered.value))
        unknown = RefusedError(404, f"There is no {request.method} {request.path}.")
        raise refusal or lacking or unknown

    def prepared(self, params: Params) -> Params:
        """Return the parameters of a listing as they are understood; others than declared may be.

        Raises:
            RefusedError: They contradict each other.
        """
        return params

    def written(self, value: JSON) -> Any:
        """Return the JSON of an answer in the service's dialect."""
        return in_protobuf(value) if self._service.json == "protobuf" else value

    def status(self, refusal: RefusedError) -> int:
        """Return the HTTP status of an error: 400 where its code says more."""
        return refusal.status if self._code(refusal.status) is None else 400

    def _code(self, status: int) -> str | None:
        """Return the code of errors that mean a status; ``None`` if the status itself says so."""
        codes = self._service.codes.items()
        return next((code for code, meant in codes if meant == status), None)

    def error(self, refusal: RefusedError, request_id: str) -> Any:
        """Return the body of an error, with what it tells at the places that are declared."""
        code = refusal.reason or self._code(refusal.status) or f"error_{refusal.status}"
        told = {"message": refusal.message, "code": code, "request_id": request_id}
        tree: Any = {}
        places: dict[ErrorField, Place] = {"message": "message"}
        if self._service.codes:
            places["code"] = "code"
        for name, place in {**places, **self._service.errors}.items():
            # The headers of an error are those of every answer.
            tree = tell(tree, {}, place, told[name])
        return tree

    def limit_headers(self, allowance: Allowance, now: int) -> Mapping[str, str]:
        """Return the headers that tell how many requests are left, and when there are more."""
        limit = self._service.rate_limit
        if limit is None:
            return {}
        at = now + round(allowance.reset * SECOND)
        reset = {
            "seconds": f"{allowance.reset:g}",
            "duration": f"{allowance.reset:g}s",
            "epoch": str(-(-at // SECOND)),
            "rfc3339": str(write_time(at, "rfc3339")),
        }
        return {
            # A client counts the times of an answer from its date.
            "Date": formatdate(now / SECOND, usegmt=True),
            limit.remaining: str(allowance.remaining),
            limit.reset: reset[limit.times],
        }
