"""What is easily written wrongly is told what to write; what is printed says where it stands.

Each ``type: ignore`` is needed, so that type checkers refuse the same lines.
"""

import asyncio

import pytest

from asyncops import Checkpoint, Page, ServerError, ZooClient
from asyncops.utils.misuse import refusal
from tests.laws.listings import NumberedListing, TokenListing
from tests.listing.test_pager import numbered_pager, token_pager


async def test_a_listing_is_not_entered() -> None:
    """It is iterated, or its concurrent walk is entered."""
    pager = token_pager(TokenListing(9, 3))
    with pytest.raises(TypeError, match=r"`async for item in pager:`, or `async with pager.conc"):
        async with pager:  # type: ignore[attr-defined]
            pass


async def test_a_concurrent_walk_is_entered_first() -> None:
    """Else nothing would end its requests."""
    listing = TokenListing(9, 3)
    with pytest.raises(TypeError, match=r"`async with pager.concurrent\(\) as items:`, and `async"):
        async for _ in token_pager(listing).concurrent():  # type: ignore[attr-defined]
            pass
    assert listing.requests == 0


def test_a_listing_is_no_list() -> None:
    """It is read over the network."""
    pager = token_pager(TokenListing(9, 3))
    with pytest.raises(TypeError, match=r"write `async for item in pager:`"):
        for _ in pager:  # type: ignore[attr-defined]
            pass
    with pytest.raises(TypeError, match=r"`items = await pager.collect\(max_items=10\)`"):
        pager[0]  # type: ignore[index]
    assert pager


async def test_a_page_is_sized_and_iterable_and_true_even_if_empty() -> None:
    """``while page`` must not end at an empty page that another one follows."""
    page = await token_pager(TokenListing(9, 3))
    assert len(page) == 3
    assert list(page) == ["0", "1", "2"]
    assert "1" in page
    empty: Page[str] = Page(items=(), next_cursor="token")
    assert len(empty) == 0
    assert list(empty) == []
    assert empty


SECRET = "tokensecret1"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (Page(items=(1, 2)), "<Page of 2 int items, the first page, the last one>"),
        (
            Page(items=("secret",), cursor=SECRET, next_cursor=SECRET),
            "<Page of 1 str items, from a page token, another one follows>",
        ),
        (
            Page(items=(), cursor=3, next_cursor=4, total_pages=12),
            "<Page of 0 items, page 3 of 12, another one follows>",
        ),
    ],
)
def test_a_page_says_its_size_and_place(page: Page[object], text: str) -> None:
    """Neither its items nor its tokens."""
    assert repr(page) == text


async def test_a_listing_says_which_it_is_and_where_it_begins() -> None:
    """Without a token, and without what was asked for."""
    async with ZooClient("token", base_url="http://127.0.0.1:1") as zoo:
        assert repr(zoo.ml_prompts.list()) == "<Pager of /ml-prompts from the start>"
        prompts = zoo.ml_prompts.list(page_token=SECRET, max_items=5)
        assert repr(prompts) == "<Pager of /ml-prompts from a page token, 5 items>"
        watch = zoo.operations.watch()
        assert repr(watch) == "<Watch of /async/operations: not begun, 0 open, 0 polls>"
        walk = prompts.concurrent()
        assert repr(walk) == "<Concurrent <Walk of /ml-prompts: not begun, 0 items given>>"
    place = Checkpoint(query="tokens", cursor=SECRET)
    listing = token_pager(TokenListing(9, 3), resume=place)
    assert repr(listing) == "<Pager of tokens from a checkpoint>"
    numbered = numbered_pager(NumberedListing(9, 3), Checkpoint(query="numbers", cursor=2))
    assert repr(numbered) == "<Pager of numbers from a checkpoint>"


async def test_a_walk_says_how_far_it_has_come() -> None:
    """Before, on the way, while a page is awaited, closed, failed, and at its end."""
    listing = TokenListing(5, 3)
    walk = aiter(token_pager(listing))
    assert repr(walk) == "<Walk of tokens: not begun, 0 items given>"
    await anext(walk)
    assert repr(walk) == "<Walk of tokens: under way, 1 items given>"
    await walk.aclose()
    assert repr(walk) == "<Walk of tokens: broken off, 1 items given>"
    walk = aiter(token_pager(listing))
    assert len([item async for item in walk]) == 5
    assert repr(walk) == "<Walk of tokens: ended, 5 items given>"
    listing.stall_from = 0
    waiting = aiter(token_pager(listing))
    task = asyncio.ensure_future(anext(waiting))
    await asyncio.sleep(0)
    assert repr(waiting) == "<Walk of tokens: under way, 0 items given>"
    task.cancel()
    await asyncio.wait([task])
    assert repr(waiting) == "<Walk of tokens: broken off, 0 items given>"


async def test_pages_say_how_far_they_have_come() -> None:
    """As walks do."""
    listing = TokenListing(5, 3, fail_at=2)
    pages = token_pager(listing).pages()
    await anext(pages)
    assert repr(pages) == "<Pages of tokens: under way, 1 pages given>"
    with pytest.raises(ServerError):
        await anext(pages)
    assert repr(pages) == "<Pages of tokens: broken off, 1 pages given>"


def test_a_method_that_is_refused_says_what_to_write_whatever_it_is_given() -> None:
    class Listing:
        __len__ = refusal("write this")

    with pytest.raises(TypeError, match=r"^write this$"):
        len(Listing())
    with pytest.raises(TypeError, match=r"^write this$"):
        refusal("write this")(1, 2, 3)
