"""Clients and groups, whose attributes are resources."""

from typing import Any

import pytest

from asyncops.kit import (
    Client,
    Collection,
    DescriptionError,
    ListOptions,
    Resource,
    Service,
    WatchOptions,
)
from asyncops.kit.home import Attribute, Deferred, Group, attributes_of, deferred
from asyncops.kit.resources import resources_of
from tests.kit.parts import Job, client, listing, resource


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


def test_what_is_deferred_is_loaded_once_when_it_is_used_first() -> None:
    loads = []

    def load() -> Any:
        loads.append(resource())
        return loads[-1]

    made: Any = client(jobs=deferred(load), outer=deferred(Outer))
    one, other = made("a-token-of-tests"), made("a-token-of-tests")
    assert loads == []
    assert one.jobs is one.jobs
    assert one.jobs is not other.jobs
    assert one.jobs._bound.where.name == "farm.jobs"
    assert one.outer.inner.jobs._bound.where.client is one
    assert [made.jobs] == loads
    assert [each.name for each in resources_of(made)] == [
        *("jobs", "outer.frames", "outer.inner.jobs"),
    ]


def test_the_attributes_of_a_class_do_not_load_what_is_deferred() -> None:
    # The lambda would fail.
    made = client(jobs=deferred(lambda: resource(of=type(None))))
    assert [type(value) for _, value in attributes_of(made)] == [Deferred]


def test_a_wrong_description_that_is_deferred_is_told_when_it_is_loaded() -> None:
    """With its name, wherever it is used first, and each time."""
    made: Any = client(jobs=deferred(lambda: resource(get="/jobs")))
    one = made("a-token-of-tests")
    problem = r"FarmClient\.jobs: get: the path has no \{id\}"
    for _ in range(2):
        with pytest.raises(DescriptionError, match=problem):
            one.jobs  # noqa: B018 - the attribute is what is tested
    with pytest.raises(DescriptionError, match=problem):
        made.jobs  # noqa: B018 - the attribute is what is tested
    with pytest.raises(DescriptionError, match=problem):
        resources_of(made)


def test_what_is_deferred_is_checked_for_each_class() -> None:
    """As the service of a subclass may write another JSON."""
    other = Service(name="barn", title="Barn", url="https://barn.example", token="BARN_TOKEN")
    made: Any = client(jobs=deferred(resource))
    assert made.jobs is made.jobs
    barn: Any = type("BarnClient", (made,), {"service": other})
    assert barn("a-token-of-tests").jobs._bound.where.name == "barn.jobs"
    wrong: Any = type("WrongClient", (made,), {"jobs": deferred(lambda: resource(get="/jobs"))})
    with pytest.raises(DescriptionError, match=r"WrongClient\.jobs: get"):
        wrong.jobs  # noqa: B018 - the attribute is what is tested


def test_the_names_of_what_is_deferred_are_checked_with_the_class() -> None:
    for name, problem in {"close": "has a close of its own", "Jobs": "lower-case"}.items():
        with pytest.raises(DescriptionError, match=problem):
            client(**{name: deferred(resource)})
    with pytest.raises(DescriptionError, match="service: it must be a Service"):
        type("NoneClient", (Client,), {"jobs": deferred(resource)})
