"""The checks of a declaration tell what is wrong by one kind of error."""

from traceback import format_exception
from typing import Any

import pytest
from attrs import field, frozen

from asyncops.kit import Auth, DescriptionError, Header, Link, Offset, Pages, RateLimit, Service
from asyncops.utils.checks import check_count, plain_text
from asyncops.utils.declarations import declared


def _whole(value: Any) -> int:
    return int(value)


@frozen(field_transformer=declared)
class Part:
    most: int = field(default=1, validator=check_count(1))
    least: int = field(default=1, converter=_whole)
    name: str = field(default="a")

    @name.validator
    def _check_name(self, _: object, value: str) -> None:
        try:
            plain_text("name", value)
        except TypeError:
            raise TypeError("name is no text") from ValueError(value)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"most": 0}, "^Part: most must be at least 1"),
        ({"most": "x"}, "^Part: most must be a whole number, got str"),
        ({"least": "x"}, "^Part: invalid literal"),
        ({"name": ""}, "^Part: name must not be empty"),
        ({"name": ["a-secret"]}, "^Part: name is no text"),
    ],
)
def test_the_error_names_the_declaration_and_holds_nothing_else(
    fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(DescriptionError, match=message) as raised:
        Part(**fields)
    assert "secret" not in "".join(format_exception(raised.value))


def test_what_is_right_is_taken_as_it_is_without() -> None:
    assert Part(most=2, least="3") == Part(2, 3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Auth(form="Bearer"),
        lambda: Header(""),
        lambda: Link(""),
        Offset,
        lambda: Pages(total="a..b"),
        lambda: RateLimit("", ""),
        lambda: Service(name="A", title="A", url=None, token=None),
    ],
)
def test_each_declaration_has_it(make: Any) -> None:
    with pytest.raises(DescriptionError):
        make()
