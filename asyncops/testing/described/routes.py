"""Which resource a request is for: paths with parameters, read backwards."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from asyncops.kit.path import PARAMETER


class Route:
    """A path with parameters, such as ``/repos/{owner}/{repo}/runs/{id}``.

    Args:
        method: The HTTP method.
        path: The path; it may hold a query with parameters.
    """

    def __init__(self, method: str, path: str) -> None:
        self.method = method
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
