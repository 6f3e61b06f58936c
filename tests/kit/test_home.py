"""Clients and groups, whose attributes are resources."""

from typing import Any

import pytest

from asyncops.kit import Collection, ListOptions, Resource, WatchOptions
from asyncops.kit.home import Attribute, Group, attributes_of
from tests.kit.parts import Job, client, listing


class Inner(Group):
    jobs = Resource(Job, listing(), options=ListOptions, watch=WatchOptions, get="/jobs/{id}")


class Outer(Group):
    inner = Inner()
    frames = Collection(Job, listing(), options=ListOptions)


def test_groups_may_be_nested() -> None:
    made: Any = client(outer=Outer())("a-token-of-tests")
    assert made.where.name == "farm"
    assert made.outer.frames._bound.where.name == "farm.outer.frames"
    assert made.outer.inner.jobs._bound.where.name == "farm.outer.inner.jobs"
    assert made.outer.inner.jobs._bound.where.client is made


def test_a_group_is_bound_once_a_client() -> None:
    made = client(outer=Outer())
    one: Any = made("a-token-of-tests")
    other: Any = made("a-token-of-tests")
    assert one.outer is one.outer
    assert one.outer is not other.outer
    assert one.outer.inner.jobs is one.outer.inner.jobs


def test_a_group_alone_belongs_to_no_client() -> None:
    with pytest.raises(TypeError, match="a group is used as an attribute of a client"):
        Outer().where  # noqa: B018 - the property is what is tested
    assert isinstance(Outer.inner, Inner)


def test_an_attribute_that_is_nothing_on_a_client_cannot_be_made() -> None:
    incomplete: Any = Attribute
    with pytest.raises(TypeError, match=r"method '?at\b"):
        incomplete()


def test_a_place_is_part_of_the_name() -> None:
    made: Any = client(outer=Outer())("a-token-of-tests")
    where = made.outer.where.at({"owner": "a%2Fb", "repo": "c"})
    assert where.name == "farm.outer"
    assert where.title == "farm.outer:a%2Fb/c"
    assert where.below("jobs").place == {"owner": "a%2Fb", "repo": "c"}


class Fewer(Outer):
    inner: Any = None


def test_the_attributes_are_those_of_the_bases_too_unless_replaced() -> None:
    described = vars(Outer)
    assert list(attributes_of(Outer)) == [(name, described[name]) for name in ("frames", "inner")]
    assert [name for name, _ in attributes_of(Fewer)] == ["frames"]
