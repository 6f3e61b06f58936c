"""Values at places of a body."""

from typing import Any

import pytest

from asyncops.kit.multipart import multipart
from asyncops.kit.places_in_body import encoded, filled, parameter, put

CIRCLE: dict[str, Any] = {}
CIRCLE["b"] = CIRCLE


def test_objects_are_made_around_a_value() -> None:
    body: dict[str, Any] = {}
    put(body, "limit", 5)
    put(body, "filter.status.any", ["failed"])
    put(body, "filter.kind", "x")
    put(body, "limit", 6)
    assert body == {"limit": 6, "filter": {"status": {"any": ["failed"]}, "kind": "x"}}


def test_a_body_has_each_value_at_its_place() -> None:
    assert encoded([("a.b", 1), ("c", ["x"]), ("a.d", None)]) == b'{"a":{"b":1,"d":null},"c":["x"]}'
    assert encoded([]) == b"{}"


@pytest.mark.parametrize(
    "value",
    [{"b": object()}, ["\ud800"], {None: 1}, CIRCLE],
    ids=["object", "half a character", "None as a key", "circle"],
)
def test_what_json_cannot_hold_is_refused_by_its_place(value: Any) -> None:
    with pytest.raises(ValueError, match=r"a\.conf must be what JSON can hold: ."):
        encoded([("a.id", 1), ("a.conf", value), ("b", {})])
    with pytest.raises(ValueError, match=r"a\.conf must be what JSON can hold: ."):
        multipart([("a.id", "1"), ("a.conf", value)])


def test_only_a_text_that_is_a_parameter_alone_stands_for_one() -> None:
    """A query of GraphQL has braces of its own."""
    query = "query { jobs {id} }"
    values = {"a": "{id}", "b.c": "{farm}", "q": query, "n": 1, "l": ["{id}"]}
    found = dict(filled(values, {"id": "a%2F1", "farm": "x"}))
    assert found == {"a": "a/1", "b.c": "x", "q": query, "n": 1, "l": ["{id}"]}
    assert dict(filled({"a": "{id}", "b": "{farm}"}, {"id": "7", "farm": "7"}, number=True)) == {
        "a": 7,
        "b": "7",
    }
    assert [parameter(each) for each in ("{id}", "{+id}", "{id}!", "id", None)] == [
        *("id", "id"),
        *(None, None, None),
    ]
