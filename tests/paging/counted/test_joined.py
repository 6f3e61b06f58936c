"""Where a walk goes whose new rows do not come first."""

import warnings
from collections.abc import Sequence

import pytest

from asyncops import Checkpoint, ListingMoved
from asyncops.paging.counted.joined import LastRow, Overlap, Unordered
from asyncops.paging.counted.known_rows import KnownRows


def take(
    rows: KnownRows, number: int, keys: Sequence[object], *, count: int = 20, unit: int = 1
) -> int:
    """Show a page of five, and remember its rows if it is taken."""
    step = rows.step(number, count, 5, list(map(str, keys)), unit=unit)
    if step == 0:
        rows.fresh(list(map(str, keys)))
    return step


def warns(rows: KnownRows) -> bool:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ListingMoved)
        rows.finish()
        rows.finish()
    assert len(caught) <= 1
    return bool(caught)


class TestOverlap:
    def test_a_page_that_begins_with_the_last_row_is_taken(self) -> None:
        rows = Overlap()
        assert take(rows, 0, range(5), unit=4) == 0
        assert take(rows, 4, range(4, 9), unit=4) == 0
        assert not warns(rows)

    def test_a_page_that_does_not_sends_the_walk_back_by_more_and_more(self) -> None:
        rows = Overlap()
        take(rows, 0, range(5), unit=4)
        assert [take(rows, 40, range(50, 55), unit=4) for _ in range(3)] == [-1, -2, -4]
        assert take(rows, 36, [3, *range(50, 54)], unit=4) == 0
        assert not warns(rows)

    def test_a_page_shares_all_rows_from_the_last_one_that_is_recognised(self) -> None:
        assert Overlap().overlap(["0", "1", "invalid:2", ""]) == 3
        assert Overlap().overlap(["0", "1"]) == 1
        assert Overlap().overlap(["0", "invalid:1"]) == 0

    def test_so_does_one_without_rows(self) -> None:
        rows = Overlap()
        take(rows, 0, range(5), unit=4)
        assert take(rows, 4, [], unit=4) == -1

    def test_a_row_that_came_in_front_of_the_last_row_hides_nothing(self) -> None:
        rows = Overlap()
        take(rows, 0, range(5), unit=4)
        assert take(rows, 4, ["new", 4, 5, 6, 7], unit=4) == 0

    def test_a_row_that_jumped_to_the_end_joins_nothing(self) -> None:
        """It was read, but neither first on the page nor last of those before."""
        rows = Overlap()
        take(rows, 0, range(5), unit=4)
        assert take(rows, 4, [5, 6, 7, 8, 0], unit=4) == -1

    @pytest.mark.parametrize("keys", [["a"], ["a", ""]])
    def test_pages_that_have_no_row_in_common_are_told_of(self, keys: list[str]) -> None:
        rows = Overlap()
        assert rows.overlap(keys) == 0
        take(rows, 0, keys)
        assert not warns(rows)
        assert take(rows, len(keys), ["b"]) == 0
        assert warns(rows)

    def test_a_walk_that_always_has_to_go_back_says_that_it_gives_up(self) -> None:
        rows = Overlap()
        take(rows, 0, range(5), unit=4)
        steps = [take(rows, 4, range(50, 55), unit=4) for _ in range(9)]
        assert steps[-2:] == [-128, 0]
        with pytest.warns(ListingMoved, match="rows may be missing"):
            rows.finish()

    def test_it_says_so_once(self) -> None:
        """Its rows are all removed again and again."""
        rows = Overlap()
        with warnings.catch_warnings():
            warnings.simplefilter("error", ListingMoved)
            for page in range(3):
                while take(rows, 4 * page, range(50 * page, 50 * page + 5), unit=4):
                    pass
        assert warns(rows)

    @pytest.mark.parametrize(("seen", "step"), [(("4",), 0), (("3",), -1), ((), 0), (("",), 0)])
    def test_a_walk_that_goes_on_joins_the_one_before(
        self, seen: tuple[str, ...], step: int
    ) -> None:
        rows = Overlap.since(Checkpoint(query="q", cursor=4, seen=seen))
        assert take(rows, 4, range(4, 9), unit=4) == step
        assert warns(rows) == (seen == ("",))


class TestNumbers:
    @pytest.mark.parametrize("kind", [LastRow, Unordered])
    @pytest.mark.parametrize(("count", "back"), [(20, 0), (19, -1), (14, -2)])
    def test_a_smaller_count_sends_the_walk_back(
        self, kind: type[KnownRows], count: int, back: int
    ) -> None:
        rows = kind()
        take(rows, 0, range(5))
        assert take(rows, 1, range(5, 10), count=count) == back

    def test_the_first_page_is_taken_in_any_case(self) -> None:
        rows = LastRow()
        assert rows.step(1, 20, 5, ["a"], first=1) == 0
        rows.fresh(["a"])
        assert rows.step(1, 19, 5, ["b"], first=1) == 0

    @pytest.mark.parametrize(("pages", "told"), [(1, False), (2, True)])
    def test_in_no_order_several_pages_are_told_of(self, pages: int, told: bool) -> None:
        rows = Unordered()
        for number in range(pages):
            take(rows, number, range(5 * number, 5 * number + 5))
        assert warns(rows) == told


@pytest.mark.parametrize("kind", [LastRow, Overlap, Unordered])
def test_what_one_walk_cannot_tell_the_one_that_goes_on_does(kind: type[KnownRows]) -> None:
    start = Checkpoint(query="q", cursor=4, seen=("4",), unsure=True)
    rows = kind.since(Checkpoint.from_json(start.to_json()))
    assert rows.unsure
    assert warns(rows)
    assert not rows.unsure


class TestLastRow:
    def walked(self, last: Sequence[object] = ("18", "19")) -> LastRow:
        rows = LastRow()
        take(rows, 0, range(5))
        rows.note_last_page(3, 20, 5, last, 1)
        assert take(rows, 0, range(5)) == 0
        return rows

    def test_the_last_page_is_asked_for_once(self) -> None:
        assert LastRow().wants_last_page
        assert not self.walked().wants_last_page

    def test_in_its_place_it_says_that_none_was_removed(self) -> None:
        rows = self.walked()
        assert take(rows, 3, ["18", "19", "new"]) == 0
        assert rows.last_row == ""
        assert not warns(rows)

    def test_further_in_front_it_tells_of_removals(self) -> None:
        rows = self.walked()
        take(rows, 3, ["19", "new"])
        assert warns(rows)

    def test_removals_of_which_the_count_has_told_are_repaired(self) -> None:
        rows = self.walked(list(map(str, range(15, 20))))
        assert take(rows, 1, range(6, 11), count=19) == -1
        for number in range(4):
            page = range(1 + 5 * number, min(6 + 5 * number, 20))
            assert take(rows, number, page, count=19) == 0
        assert not warns(rows)

    def test_a_fall_of_the_count_excuses_no_row_that_was_not_read(self) -> None:
        """Row 5 was missed as another came, and the count falls since that one goes again."""
        rows = self.walked(list(map(str, range(15, 20))))
        for number in range(1, 4):
            page = range(1 + 5 * number, min(6 + 5 * number, 20))
            assert take(rows, number, page, count=20 - number // 3) in {0, -1}
        assert take(rows, 2, range(11, 16), count=19) == 0
        assert take(rows, 3, range(16, 20), count=19) == 0
        assert warns(rows)

    def test_in_its_place_it_does_not_prove_a_page_that_joined_nothing(self) -> None:
        """The walk has gone back for the row that was removed as often as it may."""
        rows = self.walked()
        while take(rows, 1, range(50, 55), count=19):
            pass
        assert take(rows, 3, ["18", "19"], count=19) == 0
        assert warns(rows)

    def test_where_it_is_gone_nothing_can_be_told(self) -> None:
        rows = self.walked()
        take(rows, 3, ["18"])
        assert rows.last_row == "19"
        assert warns(rows)

    @pytest.mark.parametrize("last", [(), ("18", "")])
    def test_without_a_row_to_recognise_nothing_can_be_told(self, last: Sequence[object]) -> None:
        rows = self.walked(last)
        take(rows, 3, ["18", ""])
        assert warns(rows)
