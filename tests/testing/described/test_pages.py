"""The pages of a fake, read by hand in each of the five styles."""

from typing import Any

import pytest

from asyncops.kit import After, Client, Header, Link, Listing, NextURL, Offset, Pages, Token
from tests.kit.parts import client, listing, resource
from tests.testing.described.reader import Reader, reading

STYLES: dict[str, Any] = {
    "token": Token(),
    "token with an empty first one": Token("meta.next.token", "page[after]", first=""),
    "token in a header": Token(Header("X-Next"), "cursor", size="limit"),
    "token with a flag": Token(more="more"),
    "token in a selected link": Token("links[rel=next].token"),
    "next URL": NextURL(),
    "next URL in Link": NextURL(Link()),
    "next URL in a selected link": NextURL("links[rel=next].href", size="limit", most=7),
    "after": After(),
    "after a told id": After(param="after_id", last="meta.last_id"),
    "after, until an empty page": After(more=None, ends="empty page"),
    "pages with a total": Pages(total="total"),
    "pages from 0 with all counts": Pages(
        first=0,
        total="meta.total",
        pages="meta.pages",
        number="meta.page",
        used_size="meta.size",
        more="meta.more",
    ),
    "pages whose base is learned": Pages(first=None, number="page", pages="pages"),
    "pages in headers": Pages(
        total=Header("X-Total"), next=Header("X-Next-Page"), number=Header("X-Page"), most=4
    ),
    "pages with Link": Pages(next=Link()),
    "pages until an empty one": Pages(ends="empty page"),
    "offset with a total": Offset(total="total"),
    "offset with all counts": Offset(
        total="total", number="offset", used_size="limit", more="more", next="next", most=6
    ),
    "offset until an empty page": Offset(size=None, ends="empty page"),
}
# A URL has a query, and a name with brackets is no place.
IN_A_BODY = {
    name: style
    for name, style in STYLES.items()
    if not isinstance(style, NextURL) and "[" not in style.param
}


def farm(style: Any, **parts: Any) -> tuple[type[Client], Listing]:
    """A client whose jobs are paged in a style, and their listing."""
    of = listing(paging=style, **parts)
    return client(jobs=resource(listing=of)), of


def ids(pages: list[list[Any]]) -> list[str]:
    """The ids on all pages."""
    return [item["id"] for page in pages for item in page]


def held(reader: Reader) -> list[str]:
    """The ids that the fake holds."""
    return [job.id for job in reader.fake.items("jobs")]


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("rows", [0, 1, 10, 25])
async def test_the_pages_of_each_style_are_the_rows(style: Any, rows: int) -> None:
    of, described = farm(style)
    async with reading(of, rows) as reader:
        pages = await reader.walk(described)
        assert ids(pages) == held(reader)
        assert len(held(reader)) == rows
        assert all(len(page) <= 10 for page in pages)


@pytest.mark.parametrize("style", IN_A_BODY.values(), ids=IN_A_BODY)
async def test_a_listing_by_post_takes_its_parameters_in_the_body(style: Any) -> None:
    of, described = farm(style, method="POST")
    async with reading(of) as reader:
        assert ids(await reader.walk(described)) == held(reader)
        assert {request.method for request in reader.fake.requests} == {"POST"}


async def test_a_body_has_the_type_that_the_listing_declares() -> None:
    kind = {"Content-Type": "application/x-amz-json-1.1"}
    of, described = farm(Token(), method="POST", headers=kind)
    async with reading(of) as reader, reader.fake.client() as farming:
        jobs: Any = farming
        assert await jobs.jobs.list().collect() == reader.fake.items("jobs")
        assert (await reader.page(described, {})).status == 400
        assert (await reader.ask("/jobs", "POST", data="{}", headers=kind)).status == 200


async def test_an_answer_may_be_the_array() -> None:
    of, described = farm(NextURL(Link()), items="")
    async with reading(of) as reader:
        assert ids(await reader.walk(described)) == held(reader)


async def test_the_most_of_a_page_caps_what_is_asked_for() -> None:
    of, described = farm(Pages(total="total", used_size="size", most=4))
    async with reading(of) as reader:
        said = await reader.page(described, {"per_page": 50})
        assert (len(said.body["jobs"]), said.body["size"], said.body["total"]) == (4, 4, 25)


async def test_a_size_is_refused_where_there_is_no_parameter_for_it() -> None:
    of, described = farm(Pages(size=None, total="total"))
    async with reading(of) as reader:
        assert (await reader.page(described, {"per_page": 50})).status == 400


async def test_a_page_size_must_be_a_number_above_zero() -> None:
    of, described = farm(Pages(total="total"))
    async with reading(of) as reader:
        for wrong in ("0", "-1", "x", ""):
            assert (await reader.page(described, {"per_page": wrong})).status == 400
            assert (await reader.page(described, {"page": wrong})).status == 400


async def test_no_row_beyond_the_depth_is_listed_and_the_total_tells_of_all() -> None:
    of, described = farm(Pages(total="total", depth=12))
    async with reading(of) as reader:
        second = await reader.page(described, {"page": 2})
        assert (len(second.body["jobs"]), second.body["total"]) == (2, 25)
        third = await reader.page(described, {"page": 3})
        assert (third.status, third.body) == (
            422,
            {"message": "Only the first 12 results are listed."},
        )


async def test_a_token_is_that_of_one_listing() -> None:
    of, described = farm(Token(), by_status=None)
    async with reading(of) as reader:
        token = (await reader.page(described, {})).body["next_page_token"]
        assert (await reader.page(described, {"page_token": token})).status == 200
        assert (await reader.page(described, {"page_token": f"x{token}"})).status == 410


async def test_an_empty_token_is_taken_where_it_is_declared_alone() -> None:
    cases: list[tuple[Any, tuple[int, int]]] = [(None, (200, 400)), ("", (400, 200))]
    for first, answers in cases:
        of, described = farm(Token(first=first))
        async with reading(of) as reader:
            without = await reader.page(described, {})
            empty = await reader.page(described, {"page_token": ""})
            assert (without.status, empty.status) == answers


async def test_a_token_that_repeats_ends_the_listing_where_that_is_declared() -> None:
    of, described = farm(Token(ends_by="same token"))
    async with reading(of) as reader:
        tokens = [(await reader.page(described, {})).body["next_page_token"]]
        for _ in range(2):
            said = await reader.page(described, {"page_token": tokens[-1]})
            tokens.append(said.body["next_page_token"])
        assert len(said.body["jobs"]) == 5
        assert tokens[-1] == tokens[-2] != tokens[0]


async def test_expired_tokens_are_refused_and_new_ones_taken() -> None:
    of, described = farm(Token())
    async with reading(of) as reader:
        old = (await reader.page(described, {})).body["next_page_token"]
        reader.fake.expire_tokens(404)
        assert (await reader.page(described, {"page_token": old})).status == 404
        assert ids(await reader.walk(described)) == held(reader)


async def test_empty_pages_come_before_each_page() -> None:
    of, described = farm(NextURL())
    async with reading(of, empty_pages=2) as reader:
        pages = await reader.walk(described)
        assert [len(page) for page in pages] == [0, 0, 10, 0, 0, 10, 0, 0, 5]
        assert ids(pages) == held(reader)


@pytest.mark.parametrize("style", [Token(), NextURL(), After()])
async def test_pages_may_lead_in_circles(style: Any) -> None:
    of, described = farm(style)
    async with reading(of) as reader:
        reader.fake.lead_in_circles()
        with pytest.raises(AssertionError):
            await reader.walk(described)


@pytest.mark.parametrize("style", [Token(), After()])
async def test_rows_that_are_removed_or_added_move_no_cursor(style: Any) -> None:
    of, described = farm(style)
    async with reading(of) as reader:
        before = held(reader)
        first = await reader.page(described, {})
        cursor = first.body.get("next_page_token", before[9])
        reader.fake.remove("jobs", before[9])
        reader.fake.remove("jobs", before[10])
        reader.fake.add("jobs")
        second = await reader.page(described, {style.param: cursor})
        assert [job["id"] for job in second.body["jobs"]] == before[11:21]


async def test_rows_that_are_removed_move_numbered_pages() -> None:
    of, described = farm(Pages(total="total"))
    async with reading(of) as reader:
        before = held(reader)
        reader.fake.remove("jobs", before[0])
        second = await reader.page(described, {"page": 2})
        assert [job["id"] for job in second.body["jobs"]] == before[11:21]
