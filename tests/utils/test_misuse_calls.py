"""Calls whose arguments are the fields of a class."""

from typing import Any

import pytest
from attrs import frozen

from asyncops.utils.misuse import check_call


@frozen
class Place:
    owner: str
    repo: str = "demo"


@frozen(kw_only=True)
class Options:
    scene: str
    samples: int = 16


@frozen
class Nothing:
    pass


def test_a_call_that_can_be_made_is_no_mistake() -> None:
    check_call("farm.jobs", Place, ("a",), {})
    check_call("farm.jobs.list", Options, (), {"scene": "x", "samples": "many"})


@pytest.mark.parametrize(
    ("kind", "args", "given", "message"),
    [
        (Place, (), {}, r"farm\.jobs\(\): missing .*'owner'; its arguments are owner, repo$"),
        (
            Place,
            ("a", "b", "c"),
            {},
            r"farm\.jobs\(\): too many .*; its arguments are owner, repo$",
        ),
        (
            Place,
            ("a",),
            {"owner": "b"},
            r"farm\.jobs\(\): .*'owner'; its arguments are owner, repo$",
        ),
        (Options, (), {}, r"farm\.jobs\(\): missing .*'scene'; its arguments are scene, samples$"),
        (Options, ("x",), {}, r"farm\.jobs\(\): .*; its arguments are scene, samples$"),
        (Options, (), {"sene": 1}, r"farm\.jobs\(\) got .* argument 'sene'; did you mean scene\?$"),
        (
            Place,
            (),
            {"order": 1},
            r"farm\.jobs\(\) got .* argument 'order'; known are owner, repo$",
        ),
        (Place, (), {"zzz": 1}, r"farm\.jobs\(\) got .* argument 'zzz'; known are owner, repo$"),
        (Nothing, (), {"scene": 1}, r"farm\.jobs\(\) got .* argument 'scene'; known are none$"),
    ],
)
def test_a_wrong_argument_is_refused_in_the_words_of_the_call(
    kind: Any, args: tuple[str, ...], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        check_call("farm.jobs", kind, args, given)
