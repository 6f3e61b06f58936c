"""An operation that has just been started, and the way to its end."""

from typing import Any

import pytest

from asyncops.errors import MayHaveStarted, OperationFailed, WaitTimeout
from asyncops.kit import Action, Lookup, State
from asyncops.kit.started import Started
from asyncops.testing import Fake
from asyncops.unstructure import json_bytes
from tests.kit.parts import Job, client

FARM = client(
    whole=Lookup(Job, get="/whole/{id}", start=Action("/whole", result=Job)),
    named=Lookup(Job, get="/named/{id}", start=Action("/named")),
)


def answer(**changes: Any) -> bytes:
    """What a service may answer to the request that starts a job."""
    job = {"id": "j-1", "status": "done", "created_at": "2026-11-01T00:00:00Z"}
    return json_bytes({**job, **changes})


@pytest.mark.parametrize("name", ["whole", "named"])
async def test_what_is_started_is_followed_by_its_id(name: str) -> None:
    """Whether the answer holds the operation or its id alone; the id serves another process."""
    async with Fake(FARM) as fake, fake.client() as farm:
        verbs = getattr(farm, name)
        started = await verbs()
        assert isinstance(started, Started)
        assert (started.operation is None) is (name == "named")
        assert repr(started) == f"<Started {started.id} of farm.{name}>"
        seen: list[Any] = []
        ended = await started.wait(raise_on_failure=False, on_poll=seen.append)
        assert ended == await verbs.get(started.id)
        assert ended.state.ended
        assert seen
        assert await started.wait(raise_on_failure=False) == ended


async def test_an_answer_that_holds_the_end_is_taken_at_once() -> None:
    """Without a request, also for a failure."""
    async with Fake(FARM) as fake, fake.client() as farm:
        verbs: Any = farm
        fake.garbage(answer(scene="s"))
        job = await (await verbs.whole()).wait(timeout=1)
        assert (job.id, job.scene, job.state) == ("j-1", "s", State.SUCCEEDED)
        fake.garbage(answer(status="broken", error="no light"))
        started = await verbs.whole()
        with pytest.raises(OperationFailed, match="no light"):
            await started.wait()
        assert (await started.wait(raise_on_failure=False)).error == "no light"
        assert fake.count() == 2


async def test_what_has_not_ended_is_asked_for() -> None:
    async with Fake(FARM) as fake, fake.client() as farm:
        verbs: Any = farm
        started = await verbs.whole()
        with pytest.raises(WaitTimeout):
            await started.wait(timeout=1)
        assert fake.count() > 1


async def test_an_answer_without_an_id_cannot_be_followed() -> None:
    """The operation may have started all the same."""
    async with Fake(FARM) as fake, fake.client() as farm:
        verbs: Any = farm
        fake.garbage(b"{}")
        with pytest.raises(MayHaveStarted, match=r"farm\.named: .*names no id"):
            await verbs.named()
        assert fake.count() == 1
