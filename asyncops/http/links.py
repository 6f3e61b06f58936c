"""The ``Link`` header (RFC 8288)."""

import re
from collections.abc import Iterator, Mapping

_TARGET = re.compile(r"[^<]*<([^>]*)>")
# An empty parameter is allowed; a value is a token or stands in quotes.
_PARAM = re.compile(
    r"""
    \s* ; \s*
    (?:
      (?P<name> [^\s=;,"]+ ) \s*
      (?: = \s* (?: "(?P<quoted> (?: [^"\\] | \\. )* )" | (?P<plain> [^\s;,"]* ) ) )?
    )?
    """,
    re.VERBOSE,
)


def link_target(header: str, rel: str) -> str | None:
    """Return the target of the first link with this relation, as it is written.

    ::

        link_target('<https://a.example/?page=2>; rel="next"', "next")

    A link has the relations that its first ``rel`` lists, in any case of letters. A link with an
    ``anchor`` is one of another document, and is passed over.

    Args:
        header: The header's value; those of several headers, apart by commas.
        rel: The relation.
    """
    for target, params in _links(header):
        if rel.lower() in params.get("rel", "").lower().split() and "anchor" not in params:
            return target
    return None


def _links(header: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give each link with its parameters, the first of each name."""
    end = 0
    while found := _TARGET.match(header, end):
        params: dict[str, str] = {}
        end = found.end()
        while param := _PARAM.match(header, end):
            end = param.end()
            name, quoted, plain = param.group("name", "quoted", "plain")
            value = plain or "" if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            params.setdefault((name or "").lower(), value)
        yield found[1], params
