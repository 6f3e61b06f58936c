"""Ids, and how they stand in a path."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from attrs import Factory, frozen

from asyncops.kit.ids import id_check, identity_of


@pytest.mark.parametrize(
    ("kind", "value", "segment"),
    [
        (int, 12, "12"),
        (int, "12", "12"),
        (UUID, UUID(int=1), str(UUID(int=1))),
        (UUID, str(UUID(int=1)).upper(), str(UUID(int=1))),
        (str, "a/b c", "a%2Fb%20c"),
        (str, "urn:x:1", "urn:x:1"),
        (Annotated[int, msgspec.Meta(ge=1)], 12, "12"),
    ],
)
def test_an_id_has_one_spelling(kind: Any, value: object, segment: str) -> None:
    assert id_check(kind)("id", value) == segment


@frozen(kw_only=True)
class Named:
    name: str = ""
    number: int | None = None
    uuid: UUID = Factory(lambda: UUID(int=1))

    @property
    def both(self) -> str:
        return f"{self.name}-{self.number}"


def test_what_tells_one_item_from_another_is_a_text() -> None:
    """As checkpoints hold it."""
    item = Named(name="a", number=0)
    texts = [identity_of(Named, name)(item) for name in ("name", "number", "uuid", "both")]
    assert texts == ["a", "0", str(UUID(int=1)), "a-0"]
    assert identity_of(Named, "number")(Named()) == ""


def test_slashes_stay_where_they_are_declared() -> None:
    check = id_check(str, slashes=True)
    assert check("id", "projects/a b/operations/c") == "projects/a%20b/operations/c"
    for wrong in ("a/../b", "/a", "a/", "."):
        with pytest.raises(ValueError, match="id must be an id, got"):
            check("id", wrong)


@pytest.mark.parametrize(
    ("kind", "value", "error", "message"),
    [
        (int, -1, ValueError, "id must be a whole number such as 42, got -1"),
        (int, "x", ValueError, "id must be a whole number such as 42, got 'x'"),
        (int, True, TypeError, "id must be a whole number or its string, got bool"),
        (UUID, "x", ValueError, "id must be a UUID such as"),
        (str, "", ValueError, "id must not be empty"),
        (str, "..", ValueError, "id must be an id, got"),
        (str, 3, TypeError, "id must be a string, got int"),
    ],
)
def test_what_cannot_be_an_id_is_refused(
    kind: Any, value: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        id_check(kind)("id", value)
