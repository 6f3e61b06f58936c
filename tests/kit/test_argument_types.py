"""Arguments are checked by their annotations."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest

from asyncops.kit.argument_types import argument_check, several
from tests.kit.parts import JobStatus


class Day(datetime):
    """A class of somebody else's."""


class Unit(Enum):
    METER = "m"


class Format(StrEnum):
    STEP = "step"


class Level(IntEnum):
    LOW = 1


Formats = Annotated[Format | str, "a mark"]


def test_several_values_are_a_collection_that_is_no_text() -> None:
    assert several(("a", "b")) == ("a", "b")
    assert several({"a"}) == {"a"}
    assert several("ab") is None
    assert several(b"ab") is None
    assert several(3) is None
    assert several({"a": 1}) is None


@pytest.mark.parametrize(
    ("hint", "values"),
    [
        (str | None, ["", "a", Format.STEP, JobStatus.DONE]),
        (bool | None, [True, False]),
        (int, [0, -1, 10**400, Level.LOW]),
        (float, [1, 1.5, float("nan")]),
        (datetime | None, [datetime(2026, 1, 1, tzinfo=UTC), Day(2026, 1, 1, tzinfo=UTC)]),
        (UUID, [UUID(int=1), str(UUID(int=1))]),
        (Unit, [Unit.METER, "m", "new"]),
        (Level, [Level.LOW, 1, 7]),
        (JobStatus | str, [JobStatus.DONE, JobStatus("new"), "new"]),
        (Formats | None, [Format.STEP, "step", "new"]),
        (tuple[str, ...], [(), ("a",), ["a"], {"a"}, frozenset("a"), {"a": 1}.keys()]),
        (Collection[int | UUID], [[1, UUID(int=1)]]),
        (Format | tuple[Format, ...], ["step", [Format.STEP, "new"]]),
        (Sequence[Any], [(), [None, 5, object()]]),
        (list, [[5, "a"]]),
        (Mapping[str, Any] | None, [{}, {"a": object()}]),
        (dict[str, int], [{"a": "b"}]),
    ],
)
def test_what_the_annotation_says_is_taken(hint: Any, values: list[Any]) -> None:
    """And what a service takes for it all the same."""
    check = argument_check(hint)
    assert check is not None
    for value in values:
        check("it", value)


@pytest.mark.parametrize(
    "hint",
    [Any, object, None | Any, Literal["a"], "Later | None", bytes, str | complex, tuple[Any, ...]],
)
def test_what_the_annotation_does_not_say_may_be_anything(hint: Any) -> None:
    check = argument_check(hint)
    values = [["a"], [5]] if hint == tuple[Any, ...] else [5, "a", object()]
    for value in values:
        if check is not None:
            check("it", value)


@pytest.mark.parametrize(
    ("hint", "value", "message"),
    [
        (str, 5, "it must be a string, got int"),
        (str, Unit.METER, "it must be a string, got Unit"),
        (bool | None, "true", "it must be True or False, got str"),
        (bool, 1, "it must be True or False, got int"),
        (int | None, True, "it must be a whole number, got bool"),
        (int, "5", "it must be a whole number, got str"),
        (float, "1.5", "it must be a number, got str"),
        (float, True, "it must be a number, got bool"),
        (datetime, datetime(2026, 1, 1, tzinfo=UTC).date(), "it must be a datetime, got date"),
        (UUID | str | None, 5, "it must be a UUID or a string, got int"),
        (Unit, 5, "it must be a member of Unit, got int"),
        (Formats, b"step", "it must be a member of Format or a string, got bytes"),
        (tuple[str, ...], "ab", "it must be several values, such as a tuple, got str"),
        (tuple[str, ...], (each for each in "ab"), "several values, such as a tuple, got generat"),
        (tuple[str, ...], {"a": 1}, "it must be several values, such as a tuple, got dict"),
        (tuple[str, ...], ["a", 5], "each of it must be a string, got int"),
        (tuple[str, ...] | None, [None], "each of it must be a string, got NoneType"),
        (str | tuple[str, ...], 5, "it must be a string or several values, such as a tuple, got i"),
        (str | tuple[str, ...], [["a"]], "each of it must be a string, got list"),
        (Sequence[Any], 5, "it must be several values, such as a tuple, got int"),
        (Mapping[str, Any], ["a"], "it must be a mapping, got list"),
    ],
)
def test_anything_else_is_refused_by_name(hint: Any, value: Any, message: str) -> None:
    check = argument_check(hint)
    assert check is not None
    with pytest.raises(TypeError, match=re.escape(message)):
        check("it", value)
