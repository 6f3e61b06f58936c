"""What an attribute of a class is annotated with."""

from datetime import datetime

from attrs import frozen

from asyncops.kit import Timestamp
from asyncops.kit.annotations import annotation_of, types_in


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


def test_the_types_of_a_union_are_told_and_any_other_is_one() -> None:
    assert types_in(int | None) == (int, type(None))
    assert types_in(Timestamp | None) == (Timestamp, type(None))
    assert types_in(Timestamp) == (Timestamp,)
    assert types_in(tuple[int, str]) == (tuple[int, str],)
