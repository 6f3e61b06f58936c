"""Values at places of a body."""

from typing import Any

from asyncops.kit.places_in_body import encoded, put


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
