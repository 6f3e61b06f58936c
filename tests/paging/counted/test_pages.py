"""Following page numbers over services that count from 0, from 1, and from 1 without saying so."""

import warnings
from collections.abc import Callable
from math import ceil

import pytest
from attrs import define, evolve, field
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import APIError, BadRequest, ConnectionFailed, ListingMoved, UnexpectedPage
from asyncops.http.messages import Reply, Request
from asyncops.http.page_body import PageBody
from asyncops.models import Page
from asyncops.paging.counted.numbering import PageBase
from asyncops.paging.counted.pages import NumberedStrategy
from asyncops.services.chainloop.models import AsyncOperation
from tests.laws.listings import CHAINLOOP

LISTING = Request(path="/v1/operations", params=(("status", "x"),))
COUNTING = st.sampled_from(["from 0", "from 1, clamping", "from 1, refusing"])
LEFT_OUT = st.sets(st.sampled_from(["total_count", "total_pages", "page_size"]))


@define
class Service:
    """A listing by page number."""

    ids: list[str]
    counting: str = "from 0"
    max_size: int = 100
    left_out: set[str] = field(factory=set)
    asked: list[int] = field(factory=list)

    def answer(self, request: Request) -> Reply[PageBody[AsyncOperation]]:
        params = dict(request.params)
        assert params["status"] == "x"
        number = int(params["pagination.page"])
        size = min(int(params["pagination.page_size"]), self.max_size)
        self.asked.append(number)
        base = 0 if self.counting == "from 0" else 1
        if number < base:
            if self.counting == "from 1, refusing":
                raise BadRequest("page: must be at least 1", status=400)
            number = base
        start = (number - base) * size
        said = {
            "number": number,
            "page_size": size,
            "total_count": len(self.ids),
            "total_pages": ceil(len(self.ids) / size),
        }
        rows = tuple(AsyncOperation(id=each) for each in self.ids[start : start + size])
        page = PageBody(rows)
        for name, value in said.items():
            setattr(page, name, 0 if name in self.left_out else value)
        page.work_out_pages()
        return Reply(value=page)

    @property
    def base(self) -> int:
        return 0 if self.counting == "from 0" else 1

    @property
    def counts(self) -> bool:
        """Whether an answer says, or lets work out, how many pages there are."""
        return not self.left_out >= {
            "total_count",
            "total_pages",
        }


def rows(size: int) -> list[str]:
    return [f"row {number}" for number in range(size)]


def paging_for(
    size: int, base: PageBase | None = None, start: int | None = None
) -> NumberedStrategy[AsyncOperation]:
    return NumberedStrategy(
        LISTING, size, base or PageBase(), lambda row: row.id, start, style=CHAINLOOP
    )


def walk(
    service: Service,
    paging: NumberedStrategy[AsyncOperation],
    between: Callable[[], None] = lambda: None,
) -> list[Page[AsyncOperation]]:
    """Read to the end; ``between`` is called before every request but the first.

    Where the service leaves out the total, nothing tells of removals, and the walk says so.
    """
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ListingMoved)
        pages = _walk(service, paging, between)
    assert not told or "total_count" in service.left_out
    return pages


def _walk(
    service: Service, paging: NumberedStrategy[AsyncOperation], between: Callable[[], None]
) -> list[Page[AsyncOperation]]:
    pages: list[Page[AsyncOperation]] = []
    for _ in range(500):
        while (page := paging.take()) is not None:
            pages.append(page)
        request = paging.next_request()
        if request is None:
            return pages
        if service.asked:
            between()
        try:
            reply = service.answer(request)
        except APIError as error:
            if not paging.recover(error):
                raise
        else:
            paging.feed(reply)
    raise AssertionError("the walk does not end")


def ids(pages: list[Page[AsyncOperation]]) -> list[str]:
    return [row.id for page in pages for row in page.items]


SERVICES = st.builds(
    Service,
    ids=st.integers(0, 40).map(rows),
    counting=COUNTING,
    max_size=st.integers(1, 9),
    left_out=LEFT_OUT,
)


class TestWholeListings:
    @given(SERVICES, st.integers(1, 12))
    def test_every_item_comes_once_in_order_at_one_request_a_page(
        self, service: Service, size: int
    ) -> None:
        pages = walk(service, paging_for(size))
        assert ids(pages) == service.ids
        refused = service.counting == "from 1, refusing"
        assert len(service.asked) == len(pages) + refused
        used = min(size, service.max_size)
        needed = max(1, ceil(len(service.ids) / used))
        more_to_find_the_end = not service.counts and bool(service.ids)
        assert len(pages) == needed + more_to_find_the_end

    @given(SERVICES, st.integers(1, 12))
    def test_pages_are_numbered_as_the_service_counts(self, service: Service, size: int) -> None:
        pages = walk(service, paging_for(size))
        numbers = [page.cursor for page in pages]
        assert numbers == list(range(service.base, service.base + len(pages)))
        assert [page.next_cursor for page in pages] == [*numbers[1:], None]

    def test_both_parameters_go_with_every_request(self) -> None:
        paging = paging_for(7)
        assert paging.next_request() == LISTING.with_params(
            [("pagination.page", "0"), ("pagination.page_size", "7")]
        )

    def test_a_page_carries_what_the_service_counts(self) -> None:
        page, _ = walk(Service(rows(5)), paging_for(3))
        assert (page.total_count, page.total_pages) == (5, 2)


class TestStartingInTheMiddle:
    @given(SERVICES, st.integers(1, 12), st.integers(0, 45))
    def test_exactly_the_rest_is_read(self, service: Service, size: int, start: int) -> None:
        pages = walk(service, paging_for(size, start=start))
        used = min(size, service.max_size)
        skipped = max(0, start - service.base) * used
        assert ids(pages) == service.ids[skipped:]
        assert len(service.asked) - len(pages) in {0, 1}

    @given(SERVICES, st.integers(1, 12), st.integers(1, 45))
    def test_no_request_is_added_once_the_base_is_known(
        self, service: Service, size: int, start: int
    ) -> None:
        refusing, base = evolve(service, counting="from 1, refusing"), PageBase()
        walk(refusing, paging_for(size, base))
        refusing.asked.clear()
        pages = walk(refusing, paging_for(size, base, start))
        assert len(refusing.asked) == len(pages)

    @pytest.mark.parametrize(
        ("counting", "start", "expected"),
        [
            ("from 0", 1, [1, 0]),
            ("from 1, clamping", 1, [1, 0, 2]),
            ("from 1, refusing", 1, [1, 0, 2]),
            ("from 0", 0, [0, 1]),
            ("from 1, clamping", 2, [2]),
        ],
    )
    def test_page_0_is_asked_for_only_where_the_end_hangs_on_the_base(
        self, counting: str, start: int, expected: list[int]
    ) -> None:
        service = Service(rows(6), counting)
        walk(service, paging_for(3, start=start))
        assert service.asked == expected

    def test_a_last_page_that_is_not_full_needs_no_page_0_but_one_look_behind_it(self) -> None:
        """Pages may have fewer rows than the service tells."""
        service = Service(rows(5))
        pages = walk(service, paging_for(3, start=1))
        assert ids(pages) == ["row 3", "row 4"]
        assert pages[0].next_cursor is None
        assert service.asked == [1, 2]

    @given(SERVICES, st.integers(1, 12), st.integers(0, 20))
    def test_going_on_from_any_page_gives_exactly_the_rest(
        self, service: Service, size: int, cut: int
    ) -> None:
        whole = walk(service, paging_for(size))
        given_out, rest = whole[: cut + 1], whole[cut + 1 :]
        cursor = given_out[-1].next_cursor
        if cursor is None:
            assert rest == []
            return
        assert isinstance(cursor, int)
        assert ids(walk(service, paging_for(size, start=cursor))) == ids(rest)


class TestSharedBase:
    def test_a_refused_page_0_is_learned_once_for_all_walks(self) -> None:
        service, base = Service(rows(7), "from 1, refusing"), PageBase()
        assert ids(walk(service, paging_for(3, base))) == service.ids
        assert (service.asked, base.first) == ([0, 1, 2, 3], 1)
        service.asked.clear()
        assert ids(walk(service, paging_for(3, base))) == service.ids
        assert service.asked == [1, 2, 3]

    @pytest.mark.parametrize("counting", ["from 0", "from 1, clamping"])
    def test_page_0_stays_the_beginning_where_it_is_answered(self, counting: str) -> None:
        service, base = Service(rows(7), counting), PageBase()
        for _ in range(2):
            service.asked.clear()
            assert ids(walk(service, paging_for(3, base))) == service.ids
            assert len(service.asked) == 3

    @given(SERVICES, st.integers(1, 12))
    def test_two_walks_side_by_side_each_read_the_whole(self, service: Service, size: int) -> None:
        base = PageBase()
        one, other = paging_for(size, base), paging_for(size, base)
        found: list[Page[AsyncOperation]] = []

        def step() -> None:
            while (page := other.take()) is not None:
                found.append(page)
            request = other.next_request()
            if request is not None:
                self.exchange(service, other, request)

        assert ids(walk(service, one, step)) == service.ids
        assert ids(found + walk(service, other)) == service.ids

    def exchange(
        self, service: Service, paging: NumberedStrategy[AsyncOperation], request: Request
    ) -> None:
        try:
            paging.feed(service.answer(request))
        except BadRequest as error:
            if not paging.recover(error):
                raise

    @pytest.mark.parametrize("counting", ["from 0", "from 1, clamping"])
    def test_a_400_about_something_else_teaches_nothing(self, counting: str) -> None:
        base = PageBase()
        paging = paging_for(3, base)
        refusal = BadRequest("status: unknown value", status=400)
        assert paging.next_request() is not None
        assert paging.recover(refusal)
        assert paging.next_request() is not None
        assert not paging.recover(refusal)
        service = Service(rows(7), counting)
        assert ids(walk(service, paging_for(3, base))) == service.ids

    @pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 410, 422, 429, 500, 503])
    def test_only_a_400_may_be_about_where_pages_start(self, status: int) -> None:
        paging = paging_for(3)
        paging.next_request()
        assert not paging.recover(APIError.of(status)("x", status=status))

    def test_a_lost_answer_is_about_nothing(self) -> None:
        paging = paging_for(3)
        paging.next_request()
        assert not paging.recover(ConnectionFailed("lost"))

    def test_a_400_on_another_page_is_an_error(self) -> None:
        for paging in (paging_for(3, start=4), paging_for(3, PageBase(1))):
            paging.next_request()
            assert not paging.recover(BadRequest("x", status=400))


class TestAnswersThatDoNotFit:
    @given(st.integers(0, 50), st.integers(-5, 60))
    def test_the_answer_for_another_page_is_an_error(self, asked: int, said: int) -> None:
        paging = paging_for(3, start=asked)
        paging.next_request()
        body = PageBody((AsyncOperation(id="a"),), number=said, page_size=3, total_pages=99)
        if said == asked or (asked, said) == (0, 1):
            paging.feed(Reply(value=body))
            assert paging.take() is not None
        else:
            with pytest.raises(UnexpectedPage, match=f"asked for page {asked}.* page {said}$"):
                paging.feed(Reply(value=body))
            assert paging.take() is None

    def test_a_service_that_gives_page_1_for_ever_is_an_error(self) -> None:
        service = Service(rows(9), "from 1, clamping")
        paging = paging_for(3)
        first = paging.next_request()
        assert first is not None
        same = service.answer(first)
        paging.feed(same)
        assert paging.take() is not None
        with pytest.raises(UnexpectedPage):
            paging.feed(same)

    @pytest.mark.parametrize("later", [1, 2, 4, 100])
    def test_a_page_size_that_changes_on_the_way_is_an_error(self, later: int) -> None:
        service = Service(rows(50), max_size=3)

        def change() -> None:
            service.max_size = later

        with pytest.raises(UnexpectedPage, match=f"from 3 to {later}"):
            walk(service, paging_for(200), change)


class TestRowsThatMove:
    @given(SERVICES, st.integers(1, 12), st.lists(st.integers(0, 9)))
    def test_rows_inserted_in_front_repeat_nothing_and_hide_nothing(
        self, service: Service, size: int, bursts: list[int]
    ) -> None:
        before = list(service.ids)
        used = min(size, service.max_size)
        moves = iter([min(burst, used) for burst in bursts])
        found = ids(walk(service, paging_for(size), lambda: insert(service, next(moves, 0))))
        assert len(set(found)) == len(found)
        assert [each for each in found if each in set(before)] == before

    @pytest.mark.parametrize("pages", [1, 2, 3, 4, 5, 6])
    def test_a_burst_of_whole_pages_repeats_nothing(self, pages: int) -> None:
        service = Service(rows(60))
        before = list(service.ids)

        def burst() -> None:
            if len(service.asked) == 8:
                insert(service, 3 * pages)

        found = ids(walk(service, paging_for(3), burst))
        assert len(set(found)) == len(found)
        assert [each for each in found if each in set(before)] == before

    def test_a_long_listing_is_read_whole_with_a_bounded_memory_of_it(self) -> None:
        service = Service(rows(10_500), max_size=250)
        paging = paging_for(250)
        assert ids(walk(service, paging)) == service.ids
        assert len(paging.drift._known) <= 10_000

    def test_rows_without_an_identity_are_never_taken_for_the_same(self) -> None:
        service = Service([""] * 7)
        assert ids(walk(service, paging_for(3))) == [""] * 7


def insert(service: Service, size: int) -> None:
    service.ids[:0] = [f"new {len(service.ids)}.{number}" for number in range(size)]
