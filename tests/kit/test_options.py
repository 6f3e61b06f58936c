"""The keyword arguments of ``list`` and ``watch``."""

from typing import Any

import attrs
import pytest

from asyncops.kit import DescriptionError, ListOptions, WatchOptions, param, sent_as
from asyncops.kit.options import PARAM, Spelling


def test_the_options_of_every_listing_have_the_promised_names() -> None:
    """As outside programs write them."""
    assert [each.name for each in attrs.fields(ListOptions)] == [
        "limit",
        "cursor",
        "max_items",
        "resume",
        "max_pages",
        "deadline",
        "on_page",
        "on_invalid",
    ]
    assert ListOptions().max_pages == 10_000
    assert [each.name for each in attrs.fields(WatchOptions)] == [
        "poll",
        "resume",
        "from_start",
        "lookback",
        "overlap",
        "on_poll",
    ]
    assert WatchOptions().poll.timeout is None


def test_a_filter_may_have_another_name_on_the_wire() -> None:
    @attrs.frozen(kw_only=True)
    class Options(ListOptions):
        kind: str | None = param("filter[kind]")
        labels: tuple[str, ...] = param("label", default=(), many="repeat")

    fields = attrs.fields_dict(Options)
    assert fields["kind"].metadata[PARAM] == Spelling("filter[kind]", None)
    assert fields["labels"].metadata[PARAM] == Spelling("label", "repeat")
    assert (Options().kind, Options().labels) == (None, ())
    with pytest.raises(TypeError, match="sauce"):
        Options(sauce="x")  # type: ignore[call-arg]


def test_a_filter_with_another_name_on_the_wire_may_have_to_be_given() -> None:
    @attrs.frozen(kw_only=True)
    class Options(ListOptions):
        kind: str = attrs.field(metadata=sent_as("filter[kind]", many="comma"))

    assert attrs.fields_dict(Options)["kind"].metadata[PARAM] == Spelling("filter[kind]", "comma")
    assert Options(kind="render").kind == "render"
    with pytest.raises(TypeError, match=r"missing .*'kind'"):
        Options()  # type: ignore[call-arg]
    with pytest.raises(
        DescriptionError, match=r"sent_as\(\) takes the name of a parameter, got ''"
    ):
        sent_as("")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("",), r"param\(\) takes the name of a parameter, got ''"),
        ((3,), r"param\(\) takes the name of a parameter, got 3"),
        (("kind", None, "twice"), r"param\('kind', many=...\) must be one of 'comma', 'repeat'"),
    ],
)
def test_a_wrong_spelling_is_refused(args: tuple[Any, ...], message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        param(*args)


@pytest.mark.parametrize(
    ("options", "name"),
    [(ListOptions, "on_page"), (ListOptions, "on_invalid"), (WatchOptions, "on_poll")],
)
def test_a_hook_is_a_plain_function(options: Any, name: str) -> None:
    async def nobody_awaits(_: object) -> None:
        """Nobody would run this."""

    with pytest.raises(TypeError, match=f"{name} must be a plain function"):
        options(**{name: nobody_awaits})
    assert getattr(options(**{name: print}), name) is print
