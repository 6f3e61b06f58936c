"""How Zoo can be asked what has become of operations."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from asyncops.client import BaseClient
from asyncops.codec import Decode
from asyncops.models import Operation
from asyncops.paging import TokenPaging
from asyncops.pending import Listing, Source
from asyncops.zoo.listings import (
    DESCENDING,
    ENDS,
    LIFE,
    decode_calls,
    decode_prompts,
    listing_request,
)
from asyncops.zoo.models import MlPrompt
from asyncops.zoo.outputs import AsyncApiCallOutput

__all__ = ["calls_source", "prompts_source"]

B = TypeVar("B")
R = TypeVar("R", bound=Operation)

_PAGE = 100


def calls_source(
    client: BaseClient, get: Callable[[str], Awaitable[AsyncApiCallOutput]]
) -> Source[AsyncApiCallOutput]:
    """Calls: the listings of the unfinished; what is in none of them is asked for by itself.

    That is where results are in any case, and it spares the listings of all that ever ended.
    """
    decode = decode_calls
    return Source(
        clock=client.clock,
        attempts=client.retry.attempts,
        listings=tuple(
            _newest_first(client, "/async/operations", decode, ("status", status.value))
            for status in LIFE
            if status not in ENDS
        ),
        get=get,
        by_creation=True,
    )


def prompts_source(
    client: BaseClient, get: Callable[[str], Awaitable[MlPrompt]]
) -> Source[MlPrompt]:
    """Prompts: one listing of all, whose items are all that there is to a prompt."""
    return Source(
        clock=client.clock,
        attempts=client.retry.attempts,
        listings=(_newest_first(client, "/ml-prompts", decode_prompts),),
        get=get,
        by_creation=True,
        lists_results=True,
    )


def _newest_first(
    client: BaseClient, path: str, decode: Decode[B], *filters: tuple[str, str]
) -> Listing:
    request = listing_request(path, _PAGE).adding([("sort_by", DESCENDING.value), *filters])
    return Listing(lambda request: client.fetch(request, decode), partial(TokenPaging, request))
