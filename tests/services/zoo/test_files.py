"""What is asked about a file: sent once, and followed to its typed result."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, assert_type
from uuid import UUID

import pytest

from asyncops import MayHaveStarted, OperationFailed, State, ZooClient
from asyncops.kit.started import Started
from asyncops.services.zoo import (
    FileCenterOfMass,
    FileConversion,
    FileDensity,
    FileMass,
    FileSurfaceArea,
    FileVolume,
    Point3D,
)
from asyncops.services.zoo.files import Files
from asyncops.testing import FakeZoo
from asyncops.unstructure import json_bytes

CONTENT = b"ISO-10303-21;\n"


@pytest.fixture
async def zoo() -> AsyncIterator[tuple[FakeZoo, ZooClient]]:
    async with FakeZoo() as fake, fake.client() as client:
        yield fake, client


async def test_each_is_asked_as_it_is_published(zoo: tuple[FakeZoo, ZooClient]) -> None:
    """The file is the body; all else is in the path or the query."""
    fake, client = zoo
    files = client.files
    await files.convert(CONTENT, src_format="step", output_format="obj")
    await files.mass(CONTENT, src_format="step", material_density=7.85, output_unit="kg")
    await files.volume(CONTENT, src_format="stl", output_unit="ml")
    await files.density(CONTENT, src_format="step", material_mass=2, material_mass_unit="lb")
    await files.surface_area(CONTENT, src_format="step")
    await files.center_of_mass(CONTENT, src_format="step")
    requests = fake.requests
    assert [(each.path, dict(each.query)) for each in requests] == [
        ("/file/conversion/step/obj", {}),
        ("/file/mass", {"src_format": "step", "material_density": "7.85", "output_unit": "kg"}),
        ("/file/volume", {"src_format": "stl", "output_unit": "ml"}),
        ("/file/density", {"src_format": "step", "material_mass": "2", "material_mass_unit": "lb"}),
        ("/file/surface-area", {"src_format": "step"}),
        ("/file/center-of-mass", {"src_format": "step"}),
    ]
    assert {each.method for each in requests} == {"POST"}
    assert {each.headers["content-type"] for each in requests} == {"application/octet-stream"}


async def test_each_result_has_its_type(zoo: tuple[FakeZoo, ZooClient]) -> None:
    """The answer has none, and equals what the operation is by its id."""
    fake, client = zoo
    files = client.files
    conversion = await files.convert(CONTENT, src_format="step", output_format="obj")
    assert_type(conversion, Started[FileConversion])
    mass = await files.mass(CONTENT, src_format="step", material_density=7.85)
    assert_type(await mass.wait(raise_on_failure=False), FileMass)
    volume = await files.volume(CONTENT, src_format="step")
    assert_type(await volume.wait(raise_on_failure=False), FileVolume)
    density = await files.density(CONTENT, src_format="step", material_mass=2)
    assert_type(await density.wait(raise_on_failure=False), FileDensity)
    area = await files.surface_area(CONTENT, src_format="step")
    assert_type(await area.wait(raise_on_failure=False), FileSurfaceArea)
    center = await files.center_of_mass(CONTENT, src_format="step")
    assert_type(await center.wait(raise_on_failure=False), FileCenterOfMass)
    for started in (conversion, mass, volume, density, area, center):
        begun: Any = started.operation
        assert begun.type.known
        ended: Any = await started.wait(raise_on_failure=False)
        assert type(begun) is type(ended)
        assert (begun.id, begun.type) == (ended.id, ended.type)
        assert await client.operations.get(started.id) == ended
        assert await client.operations.wait(started.id, raise_on_failure=False) == ended
    assert fake.requests


@pytest.mark.parametrize("way", ["bytes", "path", "file", "stream"])
async def test_a_file_is_taken_in_each_form(
    zoo: tuple[FakeZoo, ZooClient], tmp_path: Path, way: str
) -> None:
    fake, client = zoo
    path = tmp_path / "part.step"
    path.write_bytes(CONTENT)

    async def stream() -> AsyncIterator[bytes]:
        yield CONTENT

    forms: dict[str, Any] = {
        "bytes": CONTENT,
        "path": path,
        "file": io.BytesIO(CONTENT),
        "stream": stream(),
    }
    await client.files.volume(forms[way], src_format="step")
    (request,) = fake.requests
    assert request.body == CONTENT


def answer(**changes: Any) -> bytes:
    """What a small file is answered with: the operation has ended already."""
    sample = vars(Files)["center_of_mass"].description.sample
    item = {**sample.item, **sample.by_state[State.SUCCEEDED], **changes}
    del item["type"]
    return json_bytes(item)


async def test_a_small_file_needs_no_second_request(zoo: tuple[FakeZoo, ZooClient]) -> None:
    """The answer holds the result, or the reason of a failure."""
    fake, client = zoo
    fake.garbage(answer())
    started = await client.files.center_of_mass(CONTENT, src_format="step")
    assert isinstance(started.id, UUID)
    result = await started.wait(timeout=1)
    assert result == started.operation
    assert result.center_of_mass == Point3D(x=0.5, y=-1.25, z=3.0)
    fake.garbage(answer(status="failed", error="The mesh is not closed."))
    with pytest.raises(OperationFailed, match="not closed"):
        await (await client.files.center_of_mass(CONTENT, src_format="step")).wait()
    assert [each.method for each in fake.requests] == ["POST", "POST"]


async def test_a_lost_answer_is_told_and_nothing_is_sent_again(
    zoo: tuple[FakeZoo, ZooClient],
) -> None:
    fake, client = zoo
    fake.drop()
    with pytest.raises(MayHaveStarted):
        await client.files.volume(CONTENT, src_format="step")
    assert fake.count() == 1
    fake.throttle()
    await client.files.volume(CONTENT, src_format="step")
    assert fake.count() == 3


async def test_what_is_not_declared_is_refused(zoo: tuple[FakeZoo, ZooClient]) -> None:
    """Before anything is sent."""
    fake, client = zoo
    with pytest.raises(TypeError, match="material_density"):
        await client.files.mass(CONTENT, src_format="step")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="src_format"):
        await client.files.convert(CONTENT, src_format="..", output_format="obj")
    assert fake.count() == 0
