"""Which resource a request is for: paths with parameters, read backwards."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from asyncops.http.places import value_at
from asyncops.kit.path import PARAMETER
from asyncops.kit.places_in_body import parameter
from asyncops.models import JSON
from asyncops.testing.described.params import bad_request, body_of
from asyncops.testing.server.service import Asked


class Route:
    """A path with parameters, such as ``/repos/{owner}/{repo}/runs/{id}``.

    Args:
        method: The HTTP method.
        path: The path; it may hold a query with parameters.
        headers: The headers that a request must have.
        body: What its body holds, by its places; a text may stand for a parameter.

    Attributes:
        headers: The headers that a request must have.
    """

    def __init__(
        self, method: str, path: str, headers: Mapping[str, str] = {}, body: Mapping[str, JSON] = {}
    ) -> None:
        self.method = method
        self.headers = headers
        names = ((place, parameter(value)) for place, value in body.items())
        self._places = {place: name for place, name in names if name is not None}
        plain, _, query = path.partition("?")
        self._path = re.compile(_pattern(plain))
        self._query = dict(parse_qsl(query, keep_blank_values=True))

    def match(self, method: str, path: str, query: Mapping[str, str]) -> dict[str, str] | None:
        """Return the parameters of a path, decoded; ``None`` if it is another path."""
        found = self._path.fullmatch(path)
        if method != self.method or found is None:
            return None
        params = {name: unquote(value) for name, value in found.groupdict().items()}
        for name, value in self._query.items():
            inner = re.fullmatch(_pattern(value, r".+"), query.get(name, ""))
            if inner is None:
                return None
            params |= inner.groupdict()
        return params

    def in_body(self, asked: Asked) -> dict[str, str]:
        """Return the parameters that the body of a request holds.

        Raises:
            RefusedError: One is missing.
        """
        found: dict[str, str] = {}
        body = body_of(asked, self.headers) if self._places else None
        for place, name in self._places.items():
            value = value_at(place, body, {})
            if value is None:
                raise bad_request(f"{place} must be given.")
            found[name] = str(value)
        return found

    @property
    def parameters(self) -> int:
        """How many parameters its path has."""
        return self._path.groups


def _pattern(text: str, segment: str = r"[^/]+") -> str:
    """Return the regular expression of a text with parameters."""
    parts = PARAMETER.split(text)
    pattern = re.escape(parts[0])
    for plus, name, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        pattern += f"(?P<{name}>{'.+' if plus else segment})" + re.escape(literal)
    return pattern


def require(asked: Asked, headers: Mapping[str, str]) -> None:
    """Refuse a request that lacks a header.

    Raises:
        RefusedError: It does.
    """
    for name, value in headers.items():
        if asked.headers.get(name) != value:
            raise bad_request(f"The header {name} must be {value!r}.")
