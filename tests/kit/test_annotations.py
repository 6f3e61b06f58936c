"""What an attribute of a class is annotated with."""

import sys
from datetime import datetime

import pytest
from attrs import frozen

from asyncops.kit import Timestamp
from asyncops.kit.annotations import annotation_of, hints_of, own_names, types_in


@frozen
class Row:
    number: int
    created_at: Timestamp

    @property
    def id(self) -> int:
        return self.number

    @property
    def started_at(self) -> "datetime | None":
        return None

    def method(self) -> int:
        return 1


def test_fields_and_properties_are_told_with_their_marks() -> None:
    assert annotation_of(Row, "number") is int
    assert annotation_of(Row, "id") is int
    assert annotation_of(Row, "created_at") == Timestamp
    assert annotation_of(Row, "started_at") == datetime | None


def test_what_has_no_annotation_has_none() -> None:
    assert annotation_of(Row, "method") is None
    assert annotation_of(Row, "nothing") is None


def test_the_names_of_a_class_are_its_own() -> None:
    class Longer(Row):
        length: int
        nothing = 1

    assert [*own_names(Row)] == ["number", "created_at"]
    assert [*own_names(Longer)] == ["length"]
    assert [*own_names(type("Plain", (Longer,), {}))] == []
    assert [*own_names(type("Made", (Longer,), {"__annotations__": {"width": int}}))] == ["width"]
    assert [*own_names(int)] == []


LATER = """
class Early:
    later: Later | None = None
"""


def test_names_are_told_before_their_types_are_known() -> None:
    space: dict[str, type] = {}
    # From Python 3.14 on, no quotes are needed.
    first = "" if sys.version_info >= (3, 14) else "from __future__ import annotations"
    exec(first + LATER, space)
    assert [*own_names(space["Early"])] == ["later"]


@pytest.mark.parametrize("hint", ["Later | None", "sys.Later", "'str' | None"])
def test_a_type_that_cannot_be_found_yet_stays_as_it_is_written(hint: str) -> None:
    row = frozen(type("Row", (), {"__annotations__": {"number": int, "later": hint}}))
    assert hints_of(row) == {"number": int, "later": hint}


def test_the_types_of_a_union_are_told_and_any_other_is_one() -> None:
    assert types_in(int | None) == (int, type(None))
    assert types_in(Timestamp | None) == (Timestamp, type(None))
    assert types_in(Timestamp) == (Timestamp,)
    assert types_in(tuple[int, str]) == (tuple[int, str],)
