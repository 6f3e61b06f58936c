"""The query of a URL that a page names for the next one.

A URL is never followed: only its query is taken over, so that neither the host nor the path of a
request can change. A service behind a gateway may name hosts that do not exist outside, too.
"""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from attrs import evolve

from asyncops.errors import UnexpectedPage
from asyncops.http.messages import Request

# The parameters that hold how many rows are in front of a page.
_OFFSETS = frozenset({"offset", "skip", "start", "startindex"})

# Names without dashes and underscores. "token" is not among them: that may be the page's.
_CREDENTIALS = frozenset(
    {
        "accesskey",
        "accesstoken",
        "apikey",
        "apitoken",
        "auth",
        "authorization",
        "authtoken",
        "bearertoken",
        "clientsecret",
        "jwt",
        "oauthtoken",
        "password",
        "privatetoken",
        "secret",
        "sig",
        "signature",
    }
)


def query_of(url: str) -> str:
    """Return the query of a URL without its credentials, which is the cursor of its page.

    Raises:
        UnexpectedPage: The text is no URL, or its query holds bytes that are not UTF-8.
    """
    try:
        query = urlsplit(url).query
    except ValueError:
        # The URL may hold a credential, so that no error shows it.
        query = None
    if query is None:
        raise UnexpectedPage("what should be the URL of the next page is none")
    try:
        pairs = _pairs(query)
    except UnicodeDecodeError:
        pairs = None
    if pairs is None:
        raise UnexpectedPage("the query of the next page's URL holds bytes that are not UTF-8")
    return urlencode([pair for pair in pairs if not _is_credential(pair[0])], quote_via=quote)


def with_query(request: Request, query: str) -> Request:
    """Return a request with a query: it wins over the request's own parameters, which else stay."""
    pairs = _pairs(query)
    named = {name for name, _ in pairs}
    own = [pair for pair in request.params if pair[0] not in named]
    return evolve(request, params=(*own, *pairs))


def counts_rows(query: str) -> bool:
    """Return whether the next page is where so many rows are in front of it, so that rows move."""
    return any(name.lower() in _OFFSETS and value.isdecimal() for name, value in _pairs(query))


def query_key(request: Request) -> str:
    """Return a text that is equal for requests with the same query, in whatever order."""
    return urlencode(sorted(request.params))


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, errors="strict")


def _is_credential(name: str) -> bool:
    plain = name.lower().replace("-", "").replace("_", "")
    return plain in _CREDENTIALS or plain.startswith("xamz")
