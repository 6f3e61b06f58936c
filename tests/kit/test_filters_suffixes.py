"""Which suffix of a file tells which value of an argument."""

from pathlib import Path
from typing import Annotated

import pytest
from attrs import frozen

from asyncops.kit import FromSuffix, UploadOptions
from asyncops.kit.filters import suffixes_of
from asyncops.models import OpenEnum


class Format(OpenEnum):
    STEP = "step"
    GLTF = "glTF"


@frozen(kw_only=True)
class Conversion(UploadOptions):
    source: Annotated[Format | str, FromSuffix("content", also={"stp": "step"})]
    target: Annotated[Format | None, FromSuffix("result")] = None
    codec: Annotated[str, FromSuffix("result")] = "x"
    quality: int = 1


@pytest.mark.parametrize(
    ("name", "source", "codec"),
    [
        ("a.step", "step", "step"),
        ("a.b.STP", "step", "stp"),
        ("a.gltf", "glTF", "gltf"),
        ("a.obj", None, "obj"),
        ("step", None, None),
        (".step", None, None),
        ("a.", None, None),
    ],
)
def test_a_suffix_tells_a_value(name: str, source: str | None, codec: str | None) -> None:
    """A member of the enum or what is named besides; without either, itself."""
    found = suffixes_of(Conversion)
    assert found.keys() == {"source", "target", "codec"}
    assert [found[each].of for each in found] == ["content", "result", "result"]
    assert found["source"].value_for(Path(name)) == source
    assert found["codec"].value_for(Path(name)) == codec


def test_a_name_that_only_type_checkers_know_hides_no_mark() -> None:
    @frozen(kw_only=True)
    class Partly(UploadOptions):
        source: Annotated[str, FromSuffix("content")]
        other: "Nowhere"  # type: ignore[name-defined]  # noqa: F821

    assert suffixes_of(Partly).keys() == {"source"}


def test_what_is_not_marked_has_none() -> None:
    assert suffixes_of(UploadOptions) == {}
    assert suffixes_of(None) == {}
    assert suffixes_of(Conversion)["target"].values == {"step": "step", "gltf": "glTF"}
