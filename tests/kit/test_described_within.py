"""Resources below a place."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from attrs import frozen

from asyncops.kit.described import Within
from asyncops.kit.path import path_params
from tests.kit.described.github import GitHubClient, Repository
from tests.kit.parts import client, listing, resource


@frozen
class Farm:
    name: str
    row: int = 3


@frozen
class Shelf:
    shelf: UUID | int | str


def test_a_place_is_called_with_its_fields() -> None:
    github = GitHubClient("a-token-of-tests")
    runs = github.runs("python", "c/python")
    assert runs._bound.where.place == {"owner": "python", "repo": "c%2Fpython"}
    assert github.runs(owner="a", repo="b")._bound.where.title == "github.runs:a/b"
    assert github.runs is github.runs
    for wrong in (("a",), ("a", "b", "c")):
        with pytest.raises(
            TypeError, match=r"^github\.runs\(\): .*; its arguments are owner, repo$"
        ):
            github.runs(*wrong)


def test_a_verb_without_a_place_says_how_it_is_called() -> None:
    github: Any = GitHubClient("a-token-of-tests")
    wanted = r"github\.runs is at a place: write github\.runs\(owner, repo\)\.list$"
    with pytest.raises(AttributeError, match=wanted):
        github.runs.list()
    assert not hasattr(github.runs, "watch")
    assert repr(github.runs) == "<github.runs at owner, repo>"


def test_fields_may_have_defaults_and_be_numbers() -> None:
    path = "/{name}/{row}/jobs"
    jobs = Within(Farm, resource(listing=listing(path=path), get=f"{path}/{{id}}"))
    made: Any = client(jobs=jobs)("a-token-of-tests")
    assert made.jobs("north")._bound.where.place == {"name": "north", "row": "3"}


def test_what_lies_below_an_item_is_asked_for_by_its_id() -> None:
    path = "/shelves/{shelf}/jobs"
    jobs = Within(Shelf, resource(listing=listing(path=path), get=f"{path}/{{id}}"))
    made: Any = client(jobs=jobs)("a-token-of-tests")
    for shelf in (UUID(int=5), 5, "the fifth"):
        assert made.jobs(shelf)._bound.where.place == {"shelf": quote(str(shelf))}


@pytest.mark.parametrize("owner", ["", ".", "..", "a\nb"])
def test_what_is_no_part_of_a_path_is_refused(owner: str) -> None:
    with pytest.raises(ValueError, match="owner must"):
        path_params(Repository(owner, "cpython"), ["owner", "repo"])


def test_what_was_learned_is_shared_by_all_places() -> None:
    """Such as whether pages are counted from 0 or from 1."""
    github = GitHubClient("a-token-of-tests")
    one, other = github.runs("a", "b")._bound, github.runs("c", "d")._bound
    assert one.where.learned is other.where.learned is github.where.learned
