"""The arguments by which a caller names the page to begin with."""

from asyncops.errors import UnexpectedPage
from asyncops.models import Cursor
from asyncops.paging.cursors.next_url import query_of
from asyncops.sharding.range_cursor import RangeCursor
from asyncops.utils.checks import count, plain_text


def token_argument(name: str, value: Cursor | None) -> str | None:
    """Return a page token that can be sent, or ``None`` for the beginning.

    Args:
        name: The argument, such as ``page_token``.
        value: Its value; type checkers know only that it is the cursor of some page.

    Raises:
        TypeError: It is a page number, or no cursor at all.
        ValueError: No token can be such a text, or it is a place in a shard of numbered pages.
    """
    if value is None:
        return None
    if isinstance(value, int):
        raise TypeError(
            f"{name} must be a page token (a string), got a whole number: page numbers belong "
            "to listings of numbered pages; give a next_cursor of this listing"
        )
    if RangeCursor.fits(value):
        raise ValueError(
            f"{name} belongs to a shard of numbered pages; give a next_cursor of this listing"
        )
    return plain_text(name, value)


def url_argument(name: str, value: Cursor | None) -> str | None:
    """Return the query that asks for a page, or ``None`` for the beginning.

    Args:
        name: The argument, such as ``cursor``.
        value: A ``next_cursor``, which is a query; or the URL of a page, as the service names it.

    Raises:
        TypeError: It is a page number, or no cursor at all.
        ValueError: It is no cursor, or a URL without a query.
    """
    token = token_argument(name, value)
    if token is None or not (token[:1] in ("/", "?") or "://" in token.partition("?")[0]):
        return token
    try:
        query = query_of(token)
    except UnexpectedPage:
        query = ""
    if not query:
        raise ValueError(
            f"{name} must be a next_cursor of this listing or the URL of a page; "
            "this URL has no query that names one"
        )
    return query


def number_argument(name: str, value: Cursor | None) -> int | None:
    """Return a page number, or ``None`` for the beginning.

    Args:
        name: The argument, such as ``page``.
        value: Its value; type checkers know only that it is the cursor of some page.

    Raises:
        TypeError: It is a page token, or no cursor at all.
        ValueError: It is below 0.
    """
    if isinstance(value, str):
        raise TypeError(
            f"{name} must be a page number, got a string: page tokens belong to listings of page "
            "tokens; give a next_cursor of this listing"
        )
    return None if value is None else count(name, value, least=0)
