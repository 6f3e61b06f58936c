"""The tree of commands: names, and settings before and behind a command."""

from typing import Any

import pytest

from asyncops.cli.groups import LazyGroup
from asyncops.cli.options.fields import Settings


def group(*names: str) -> LazyGroup:
    """A group whose commands are the words that were typed for them."""
    return LazyGroup(fill=lambda: dict.fromkeys(names, str))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ml-prompts", True),
        ("prompts", True),
        ("jobs", True),
        ("old-jobs", True),
        ("rompts", False),
        ("ml", False),
        ("runs", False),
        ("", False),
    ],
)
def test_a_name_is_found_whole_or_by_an_end_that_no_other_has(typed: str, found: bool) -> None:
    many = group("ml-prompts", "jobs", "old-jobs", "ci-runs", "cd-runs")
    assert (many.get_command(None, typed) is not None) == found


def test_a_command_is_made_when_it_is_asked_for_and_knows_the_word() -> None:
    made: list[str] = []

    def fill() -> Any:
        made.append("filled")
        return {"ml-prompts": made.append}

    lazy = LazyGroup(fill=fill)
    assert made == []
    assert lazy.list_commands(None) == ["ml-prompts"]
    lazy.get_command(None, "prompts")
    assert made == ["filled", "prompts"]


def test_settings_behind_a_command_go_before_those_in_front_of_it() -> None:
    before = Settings(profile="a", verbose=1, proxy="http://p", max_body=1)
    assert Settings().over(before) == before
    behind = Settings(profile="b", verbose=1)
    assert behind.over(before) == Settings(profile="b", verbose=2, proxy="http://p", max_body=1)
