"""What is being checked, and the words of its errors."""

from typing import Any

import pytest
from attrs import define, frozen, mutable

from asyncops.kit import DescriptionError
from asyncops.kit.checks.subject import Subject, check_frozen
from tests.kit.parts import Job, resource

SUBJECT = Subject("FarmClient.jobs", resource().description)


@frozen
class Slotted:
    x: int


@frozen(slots=False)
class Dict:
    x: int


@frozen
class Nothing:
    pass


@define
class Defined:
    x: int


@mutable(slots=False)
class Mutable:
    x: int


class Inherited(Slotted):
    y: int = 0


@pytest.mark.parametrize("kind", [Slotted, Dict, Nothing, Job])
def test_a_frozen_class_is_taken(kind: Any) -> None:
    check_frozen(SUBJECT, "item", kind)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Defined, "FarmClient.jobs: item: Defined can be changed: decorate it with @frozen, not"),
        (Mutable, "item: Mutable can be changed"),
        (Inherited, "item: Inherited must be a frozen attrs class: decorate it with @frozen"),
        (int, "item: int must be a frozen attrs class"),
        (None, "item: None must be a frozen attrs class"),
    ],
)
def test_another_class_is_refused(kind: Any, message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        check_frozen(SUBJECT, "item", kind)


def test_the_parameters_of_a_path_are_returned() -> None:
    assert SUBJECT.check_path("get", "/a/{b}/{+c}", ["b", "c", "d"]) == {"b", "c"}
    with pytest.raises(DescriptionError, match=r"FarmClient.jobs: get: \{b\} .*known are c, d"):
        SUBJECT.check_path("get", "/a/{b}", ["d", "c"])


def test_a_place_is_a_path_in_the_body() -> None:
    SUBJECT.check_place("found", "a.b")
    with pytest.raises(DescriptionError, match=r"FarmClient.jobs: found: .*is no place"):
        SUBJECT.check_place("found", "a..b")
