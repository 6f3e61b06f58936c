"""Places: paths of the body, headers and links."""

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncops.http.places import (
    Header,
    Link,
    Place,
    Selection,
    check_place,
    header_at,
    path_steps,
    value_at,
)
from asyncops.models import JSON
from asyncops.models.description_error import DescriptionError

BODY: JSON = {
    "data": {"items": [1, 2], "current-page": 3, "none": None},
    "errors": [{"detail": "first"}, {"detail": "second", "codes": [[7]]}],
    "links": [{"rel": "self", "href": "/1"}, 5, {"rel": "next", "href": "/2"}, {"rel": "next"}],
}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("", ()),
        ("next", ("next",)),
        ("data.current-page", ("data", "current-page")),
        ("errors[0].detail", ("errors", 0, "detail")),
        ("[0].message", (0, "message")),
        ("a[1][12]", ("a", 1, 12)),
        ("links[rel=next].href", ("links", Selection("rel", "next"), "href")),
        ("links[href=/a.b=c].rel", ("links", Selection("href", "/a.b=c"), "rel")),
    ],
)
def test_a_path_has_keys_indices_and_selections(
    path: str, steps: tuple[str | int | Selection, ...]
) -> None:
    assert path_steps(path) == steps


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", BODY),
        ("data.items", [1, 2]),
        ("data.current-page", 3),
        ("data.items[1]", 2),
        ("errors[1].codes[0][0]", 7),
        ("links[rel=next].href", "/2"),
        ("data.none", None),
        ("data.none.more", None),
        ("missing.more", None),
        ("errors[2].detail", None),
        ("errors.detail", None),
        ("data[0]", None),
        ("data[rel=next]", None),
        ("links[rel=last].href", None),
    ],
)
def test_the_value_at_a_path(path: str, value: object) -> None:
    assert value_at(path, BODY, {}) == value


@pytest.mark.parametrize(
    "path",
    [
        "a..b",
        ".a",
        "a.",
        ".",
        "a[",
        "a]",
        "a[]",
        "a[b]",
        "a[=b]",
        "a[b=]",
        "a[-1]",
        "a[[0]]",
        "a.[0]",
        "a[0]b",
        " a",
        "a .b",
    ],
)
def test_a_text_that_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is no place in an answer") as caught:
        path_steps(path)
    assert repr(path) in str(caught.value)
    assert "'data.items'" in str(caught.value)


NAMES = st.text(st.characters(exclude_characters=".[]="), min_size=1).filter(
    lambda x: x == x.strip()
)
STEPS = st.lists(
    NAMES | st.integers(min_value=0, max_value=9) | st.builds(Selection, NAMES, NAMES),
    min_size=1,
)


@given(STEPS)
def test_each_path_leads_to_the_value_that_was_put_there(
    steps: list[str | int | Selection],
) -> None:
    path, body = "", "the value"
    for step in steps:
        match step:
            case str():
                path += f".{step}" if path else step
            case int():
                path += f"[{step}]"
            case Selection(key, value):
                path += f"[{key}={value}]"
    wrapped: JSON = body
    for step in reversed(steps):
        match step:
            case str():
                wrapped = {step: wrapped}
            case int():
                wrapped = [*[None] * step, wrapped]
            case Selection(key, value):
                # An object holds the key of the selection besides what comes next.
                inner = wrapped if isinstance(wrapped, dict) else None
                if inner is None or key in inner:
                    return
                wrapped = [{}, None, {**inner, key: value}]
    assert value_at(path, wrapped, {}) == body


def test_a_header_in_any_case_of_letters() -> None:
    headers = CIMultiDict({"X-Total": "12"})
    assert value_at(Header("x-total"), None, headers) == "12"
    assert header_at(Header("X-Pages"), headers) is None


def test_a_link_of_several_headers() -> None:
    headers = CIMultiDict([("Link", "</1>; rel=prev"), ("link", '</2>; rel="next"')])
    assert value_at(Link(), None, headers) == "/2"
    assert value_at(Link("prev"), None, headers) == "/1"
    assert value_at(Link("last"), None, headers) is None
    assert value_at(Link(), None, {"Link": "</3>; rel=next"}) == "/3"
    assert header_at(Link(), {}) is None


@pytest.mark.parametrize("name", ["", "X Total", "X:Total", "Größe", "a\n"])
def test_a_name_that_no_header_can_have_is_refused(name: str) -> None:
    with pytest.raises(
        DescriptionError,
        match=r"^Header: name must be the name of a header, such as 'X-Total'; got",
    ):
        Header(name)


@pytest.mark.parametrize("rel", ["", "next last", " next"])
def test_a_relation_that_no_link_can_have_is_refused(rel: str) -> None:
    with pytest.raises(
        DescriptionError, match=r"^Link: .* is no relation of a link; write one such as"
    ):
        Link(rel)


@frozen
class Declaration:
    total: Place = field(validator=check_place)


def test_a_declaration_checks_its_places() -> None:
    for good in ("", "meta.total", Header("X-Total"), Link("next")):
        assert Declaration(good).total == good
    with pytest.raises(ValueError, match=r"total: 'meta\.' is no place in an answer"):
        Declaration("meta.")
    with pytest.raises(TypeError, match=r"total must be a place, .* got int"):
        Declaration(5)  # type: ignore[arg-type]
