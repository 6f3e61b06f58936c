"""The resources of a client, and the way to each of them."""

from attrs import frozen

from asyncops.kit import After, Client, Collection, Group, Listing, ListOptions, Token, Within
from asyncops.kit.resources import ResourcePath, resources_of
from tests.kit.parts import client
from tests.testing.contracts.farms import HeadersClient, NestedClient, Part


def names(kind: type[Client]) -> list[str]:
    return [each.name for each in resources_of(kind)]


def path_to(kind: type[Client], name: str) -> ResourcePath:
    return next(each for each in resources_of(kind) if each.name == name)


def test_groups_and_what_lies_below_an_item_are_found() -> None:
    assert names(NestedClient) == ["org.scenes", "org.scenes.parts", "renders", "scans"]


def test_a_place_is_the_arguments_of_the_way_in_order() -> None:
    path = path_to(HeadersClient, "jobs")
    assert path.place == (("team", str), ("project", int))
    verbs = path.verbs(HeadersClient(base_url="http://127.0.0.1:9"), ["red", 7])
    assert verbs._bound.where.title == "headers.jobs:red/7"


def test_what_lies_below_an_item_takes_its_id() -> None:
    path = path_to(NestedClient, "org.scenes.parts")
    assert path.place == (("scene_id", int),)
    verbs = path.verbs(NestedClient("token", base_url="http://127.0.0.1:9"), [12])
    assert verbs._bound.where.title == "nested.org.scenes.parts:12"


class Below(Group):
    parts = Collection(
        Part,
        Listing("/teams/{team}/scenes/{scene_id}/parts", "parts", paging=After(last="last")),
        options=ListOptions,
    )


@frozen
class Team:
    team: str


def test_below_an_item_at_a_place_both_are_given() -> None:
    """The place and the id are two calls: ``client.scenes("red")(12).parts``."""
    scenes = Collection(
        Part,
        Listing("/teams/{team}/scenes", "scenes", paging=Token(), order=None),
        options=ListOptions,
        get="/teams/{team}/scenes/{id}",
        within=Below("scene_id"),
    )
    made = client(scenes=Within(Team, scenes))
    path = path_to(made, "scenes.parts")
    assert path.place == (("team", str), ("scene_id", int))
    verbs = path.verbs(made("token"), ["red", 12])
    assert verbs._bound.where.title == "farm.scenes.parts:red/12"
