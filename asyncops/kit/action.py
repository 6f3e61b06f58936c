"""Requests that change something: what starts an operation, and what cancels one."""

from collections.abc import Callable, Mapping, Sequence
from typing import (
    Any,
    Concatenate,
    Generic,
    Literal,
    ParamSpec,
    TypedDict,
    TypeVar,
    Unpack,
    overload,
)

from attrs import field, frozen

from asyncops.http.places import Place
from asyncops.http.upload import Content
from asyncops.kit.options import UploadOptions
from asyncops.models import JSON, Id

S = ParamSpec("S")
S1 = ParamSpec("S1")
N_co = TypeVar("N_co", covariant=True)
N1 = TypeVar("N1")

Method = Literal["POST", "PUT", "PATCH", "DELETE"]
Body = Literal["json", "form", "multipart"]


@frozen(kw_only=True)
class Accepted:
    """The answer to an action that gives no operation.

    Attributes:
        id: The id that the answer names; ``None`` if it names none.
        request_id: The id by which the service's support finds the request.
    """

    id: Id | None = None
    request_id: str | None = None


class _Fields(TypedDict, total=False):
    method: Method
    id: Place
    found: str
    headers: Mapping[str, str]
    defaults: Mapping[str, JSON]
    accepted: Mapping[str, Sequence[JSON]]


@frozen(init=False, eq=False, kw_only=True, repr=False)
class Action(Generic[S, N_co]):
    """A request that starts or cancels an operation, with its typed arguments.

    ::

        @frozen(kw_only=True)
        class Training:
            model: str
            epochs: int = 1

        runs = Resource(
            Run, Listing("/v1/runs", "runs", paging=Token()), get="/v1/runs/{id}",
            options=ListOptions, watch=WatchOptions,
            start=Action("/v1/runs", body="json", options=Training, result=Run),
            cancel=Action("/v1/runs/{id}/cancel"),
        )

        run = await client.runs.start(model="m1")
        await client.runs.cancel(run.id)

    Args:
        path: Path below the base URL. ``{name}`` is a field of the place or of the options; in
            ``cancel=``, ``{id}`` is the operation, here or in ``defaults``.
        method: The HTTP method.
        body: How the options are sent: ``"json"``, ``"form"`` or ``"multipart"`` (a form whose
            objects and arrays are JSON) in the body; ``None`` in the query.
            With ``"bytes"``, the body is the content given as the first argument (bytes, the path
            of a file, an open binary file or an async iterable of bytes), and the options are in
            the query.
        options: An attrs class whose fields are the keyword arguments. A field in the path is not
            sent besides it. With a content, it is :class:`~asyncops.kit.UploadOptions` or a
            subclass of it.
        id: The place of the id in the answer, where no ``result`` is declared; may be
            ``Header("Location")``, whose last segment is the id.
        found: The place of the operation in the answer; ``""`` if it is the answer.
        result: The class of the operation that the answer holds. Without it, the call returns an
            :class:`Accepted` with the id.
        headers: Headers of the request.
        defaults: What a JSON body holds where the options say nothing else, by its places, such as
            ``{"state.type": "CANCELLING"}``; ``None`` is sent as null. A text that is one parameter
            of a path, such as ``"{id}"``, stands for its value.
        accepted: Where an answer of status 2xx says whether the service does what was asked for: by
            place in its body, the values that it has then, such as ``{"state.type": ("CANCELLING",
            "CANCELLED")}``. Any other value is a :class:`~asyncops.Conflict`. An answer with a
            ``result`` needs no such place.
    """

    path: str
    method: Method = "POST"
    body: Body | Literal["bytes"] | None = None
    options: Callable[..., Any] | None = None
    id: Place = "id"
    found: str = ""
    result: type[Any] | None = None
    headers: dict[str, str] = field(factory=dict, converter=dict)
    defaults: dict[str, JSON] = field(factory=dict, converter=dict)
    accepted: dict[str, Sequence[JSON]] = field(factory=dict, converter=dict)

    @overload
    def __init__(
        self: "Action[[], Accepted]",
        path: str,
        *,
        body: Literal["json"] | None = None,
        **fields: Unpack[_Fields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Action[[], N1]",
        path: str,
        *,
        body: Literal["json"] | None = None,
        result: type[N1],
        **fields: Unpack[_Fields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Action[S1, Accepted]",
        path: str,
        *,
        body: Body | None = None,
        options: Callable[S1, object],
        **fields: Unpack[_Fields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Action[S1, N1]",
        path: str,
        *,
        body: Body | None = None,
        options: Callable[S1, object],
        result: type[N1],
        **fields: Unpack[_Fields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Action[Concatenate[Content, S1], Accepted]",
        path: str,
        *,
        body: Literal["bytes"],
        options: Callable[S1, UploadOptions],
        **fields: Unpack[_Fields],
    ) -> None: ...

    @overload
    def __init__(
        self: "Action[Concatenate[Content, S1], N1]",
        path: str,
        *,
        body: Literal["bytes"],
        options: Callable[S1, UploadOptions],
        result: type[N1],
        **fields: Unpack[_Fields],
    ) -> None: ...

    def __init__(self, path: str, **fields: Any) -> None:
        self.__attrs_init__(path=path, **fields)

    def __repr__(self) -> str:
        return f"Action({self.path!r}, method={self.method!r})"
