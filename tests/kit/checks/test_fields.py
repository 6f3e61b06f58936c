"""The fields of the classes that answers are read into: what is refused, at any depth."""

from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar

import msgspec
import pytest
from attrs import field, frozen

from asyncops.kit import Action, DescriptionError, key
from asyncops.kit.checks.fields import check_fields
from asyncops.kit.checks.subject import Subject
from tests.kit.parts import Job, client, resource


@frozen(kw_only=True)
class OneKey(Job):
    place: str = key("scene", default="")


@frozen
class Scene:
    name: str


class LongScene(Scene):
    length: int = 0


class PlainScene:
    name: str


@frozen
class Shot:
    scenes: tuple[PlainScene, ...] = ()


@frozen
class Film:
    shots: dict[str, Shot] | None = None
    sequel: "Film | None" = None


T = TypeVar("T")


@frozen
class Box(Generic[T]):
    value: T


def job_with(**types: Any) -> type[Any]:
    """The class of an item that has these fields besides its own."""
    fields = {name: field(default=None) for name in types}
    body = {"__annotations__": types, **fields}
    return frozen(kw_only=True)(type("More", (Job,), body))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"item": OneKey}, "item: scene and place of OneKey have the key 'scene': .*by key"),
    (
        {"item": job_with(scenes=list[LongScene])},
        "item: LongScene, in More.scenes, has no decorator, so that length would not be read:",
    ),
    ({"item": job_with(plan=PlainScene | None)}, "item: PlainScene, in More.plan, has no decor"),
    ({"item": job_with(film=Film)}, "item: PlainScene, in Shot.scenes, has no decorator"),
    (
        {"item": job_with(boxes=tuple[Box[int], ...])},
        r"item: Box\[int\], in More.boxes, is a class with parameters: .*class of its own",
    ),
    ({"result": job_with(film=Film)}, "result: PlainScene, in Shot.scenes, has no decorator"),
    (
        {"cancel": Action("/jobs/{id}/stop", result=job_with(film=Film))},
        "cancel: result: PlainScene, in Shot.scenes, has no decorator",
    ),
]


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=[row[-1] for row in WRONG])
def test_what_could_not_be_read_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError, match=message):
        client(jobs=resource(**changes))


class Size(TypedDict):
    width: int


class Point(NamedTuple):
    x: int


@dataclass
class Camera:
    name: str


class Lens(msgspec.Struct):
    name: str


@pytest.mark.parametrize("kind", [Scene, Size, Point, Camera, Lens, dict[str, Scene], int, Any])
def test_what_can_be_read_is_taken(kind: Any) -> None:
    item = job_with(part=kind)
    client(jobs=resource(item=item))
    check_fields(Subject("FarmClient.jobs", resource().description), "result", item)


@frozen
class Early:
    later: "Later | None" = None  # type: ignore[name-defined]  # noqa: F821 - as below a client


def test_a_class_may_hold_one_that_is_defined_below_the_client() -> None:
    client(jobs=resource(item=job_with(early=Early)))
