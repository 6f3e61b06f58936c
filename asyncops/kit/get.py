"""The request for one item by its id."""

from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

from asyncops.models import JSON


@frozen
class Get:
    """The request for one item, where more than a path is needed.

    ::

        Resource(..., get=Get("/", body={"runId": "{id}"}, headers={"X-Operation": "GetRun"}))

    Attributes:
        path: Path below the base URL; ``{name}`` is a field of the place, ``{id}`` is the item.
        body: What a JSON body holds, by its places. A text that is one parameter, such as
            ``"{id}"``, stands for its value. The request is a POST then; it only reads, so it is
            sent again as a GET is. ``None`` for a GET.
        headers: Headers of the request.
    """

    path: str
    body: Mapping[str, JSON] | None = field(default=None, kw_only=True, hash=False)
    headers: Mapping[str, str] = field(factory=dict, kw_only=True, hash=False)

    @property
    def method(self) -> Literal["GET", "POST"]:
        """The HTTP method."""
        return "GET" if self.body is None else "POST"
