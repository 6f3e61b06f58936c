"""The options classes: what is refused when the client's class is made."""

from datetime import datetime
from typing import Any

import pytest
from attrs import define, frozen

from asyncops.kit import (
    ByStatus,
    Collection,
    DescriptionError,
    ListOptions,
    NextURL,
    Order,
    Pages,
    Token,
    WatchOptions,
    Window,
    param,
)
from asyncops.kit.checks.options import fields_of
from tests.kit.parts import AllOptions, client, listing, resource


class Undecorated(ListOptions):
    scene: str | None = None


class UndecoratedWatch(WatchOptions):
    scene: str | None = None


@frozen
class Positional(ListOptions):
    scene: str | None = None


@define(kw_only=True)
class NoListOptions:
    scene: str | None = None


@frozen(kw_only=True)
class ByStatusOnly(ListOptions):
    status: str | None = None


@frozen(kw_only=True)
class AfterOnly(ListOptions):
    created_after: datetime | None = None


@frozen(kw_only=True)
class BeforeOnly(ListOptions):
    created_before: datetime | None = None


@frozen(kw_only=True)
class PageSize(ListOptions):
    page_size: int = 100


@frozen(kw_only=True)
class ByToken(ListOptions):
    page_token: str | None = None


@frozen(kw_only=True)
class ByNumber(ListOptions):
    page: int | None = None


@frozen(kw_only=True)
class RequiredNumber(ListOptions):
    page: int


@frozen(kw_only=True)
class Sized(ListOptions):
    limit: int | None = 50


@frozen(kw_only=True)
class Twice(ListOptions):
    kind: str | None = param("filter")
    group: str | None = param("filter")


@frozen(kw_only=True)
class Ordered(ListOptions):
    order: str | None = None


@frozen(kw_only=True)
class OfPaging(ListOptions):
    page_number: str | None = param("page_token")


@frozen(kw_only=True)
class Array(ListOptions):
    kinds: tuple[str, ...] = param("kinds", default=(), many="list")


@frozen(kw_only=True)
class Repeated(ListOptions):
    kinds: tuple[str, ...] = param("kinds", default=(), many="repeat")


@frozen(kw_only=True)
class BadPlace(ListOptions):
    kind: str | None = param("filter[")


@frozen(kw_only=True)
class Sorted(ListOptions):
    sort_by: str | None = None


@frozen(kw_only=True)
class ByKind(ListOptions):
    kind: str | None = None


@frozen(kw_only=True)
class NeedsScene(ListOptions):
    scene: str
    status: str


@frozen(kw_only=True)
class WatchByScene(WatchOptions):
    scene: str


@frozen(kw_only=True)
class WatchAnyScene(WatchOptions):
    scene: str | None = None


@frozen(kw_only=True)
class NeedsScenes(ListOptions):
    scene: str


@frozen(kw_only=True)
class NeedsTime(ListOptions):
    created_after: datetime
    created_before: datetime | None = None


WINDOW = Window("after", "before")

WRONG: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"options": Undecorated}, {}, r"options: Undecorated has no decorator.*scene.*@frozen"),
    ({"watch": UndecoratedWatch}, {}, "watch: UndecoratedWatch has no decorator"),
    ({"options": Positional}, {}, r"Positional.scene could be given without its name.*kw_only"),
    ({"options": NoListOptions}, {}, "options: it must be ListOptions or a subclass of it"),
    ({"options": lambda: None}, {}, "options: it must be ListOptions or a subclass of it"),
    ({"options": None}, {}, "options: it must be ListOptions or a subclass of it, got None"),
    ({"watch": ListOptions}, {}, "watch: it must be WatchOptions or a subclass of it"),
    ({"options": ByStatusOnly}, {}, r"the field status belongs to ByStatus.*by_status=ByStatus"),
    ({"options": AfterOnly}, {}, r"created_after belongs to Window.*window=Window"),
    ({"options": BeforeOnly}, {}, r"created_before belongs to Window"),
    ({}, {"by_status": ByStatus()}, "by_status: the options class has no field status: add"),
    ({}, {"window": WINDOW}, "window: the options class has no field created_after"),
    ({"options": AfterOnly}, {"window": WINDOW}, "window: .*no field created_before"),
    ({"options": PageSize}, {}, "page_size has no parameter: give Token size="),
    ({"options": ByToken}, {"paging": Pages(total="n")}, "Pages has page numbers: write page,"),
    ({"options": ByNumber}, {}, "Token has page tokens: write page_token, not page"),
    ({"options": RequiredNumber}, {"paging": Pages(total="n")}, "page must have a default"),
    ({"options": Sized}, {"paging": NextURL()}, "limit has no parameter: give NextURL size="),
    ({"options": Twice}, {}, "the parameter 'filter' is sent by 2 parts"),
    (
        {"options": Ordered},
        {},
        r"options: the field order chooses .*Order\(param='order'",
    ),
    (
        {"options": Ordered},
        {"order": Order(param="by")},
        "the field order chooses an order, and the order that is declared has param='by'",
    ),
    ({"options": OfPaging}, {}, "the parameter 'page_token' is sent by 2 parts"),
    ({"options": ByKind}, {"path": "/jobs?kind=1"}, "options: the parameter 'kind' is sent by 2"),
    (
        {},
        {"path": "/jobs?page_token=a"},
        "paging: param: the parameter 'page_token' is that of listing: path too: name another one",
    ),
    (
        {},
        {"paging": Token(param="n", size="n")},
        "paging: size: the parameter 'n' is that of paging: param too",
    ),
    (
        {"options": ByStatusOnly},
        {"order": Order(param="sort"), "by_status": ByStatus("sort")},
        "order: param: the parameter 'sort' is that of by_status: param too",
    ),
    (
        {"options": AllOptions},
        {"order": Order(param="after"), "window": WINDOW, "by_status": ByStatus()},
        "window: after: the parameter 'after' is that of order: param too",
    ),
    ({"options": Array}, {}, "kinds has many='list'.*in a query: write 'comma' or 'repeat'"),
    ({"options": Repeated}, {"method": "POST"}, "kinds has many='repeat'.*in a body: write 'com"),
    (
        {"options": ByStatusOnly},
        {"by_status": ByStatus(many="list")},
        "by_status: it has many='list'",
    ),
    ({"options": BadPlace}, {"method": "POST"}, "options: kind: .*is no place in an answer"),
    (
        {"options": NeedsScenes},
        {},
        r"watch: the options class has no field scene, which list\(\) must be given: add it",
    ),
    (
        {"options": NeedsScenes, "watch": WatchAnyScene},
        {},
        r"watch: scene must be given, as to list\(\): leave out its default",
    ),
    (
        {"options": NeedsTime},
        {"window": WINDOW},
        "watch: the options class has no field created_after",
    ),
]


@pytest.mark.parametrize(("fields", "parts", "message"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_wrong_options_class_is_refused_with_field_and_fix(
    fields: dict[str, Any], parts: dict[str, Any], message: str
) -> None:
    with pytest.raises(DescriptionError, match=f"FarmClient.jobs: .*{message}"):
        client(jobs=resource(listing=listing(**parts), **fields))


def test_options_that_are_right_are_taken() -> None:
    client(
        jobs=resource(
            options=AllOptions, listing=listing(window=WINDOW, by_status=ByStatus(many="comma"))
        ),
        by_token=resource(options=ByToken),
        by_size=resource(options=PageSize, listing=listing(paging=Token(size="size"))),
        by_number=resource(options=ByNumber, listing=listing(paging=Pages(total="n"))),
        sorted=resource(options=Sorted, listing=listing(order=Order(param="sort_by"))),
        ordered=resource(options=Ordered, listing=listing(order=Order(param="order"))),
        unordered=resource(options=Ordered, listing=listing(order=None)),
        posted=resource(options=Array, listing=listing(method="POST")),
        needs=resource(
            options=NeedsScene, watch=WatchByScene, listing=listing(by_status=ByStatus())
        ),
        no_watch=resource(of=Collection, without="watch", options=NeedsScenes),
    )


def test_fields_of_what_is_no_options_class() -> None:
    assert fields_of(None) == {}
    assert list(fields_of(Sorted))[-1] == "sort_by"
