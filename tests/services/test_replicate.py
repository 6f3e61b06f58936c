"""Replicate's description, held to what every service promises, and what is Replicate's own."""

from typing import Any

import pytest
from aiohttp import web

from asyncops import PollPolicy, ReplicateClient, State
from asyncops.kit import Sample
from asyncops.testing import Fake, contract
from tests.services.answering import answering

TestReplicate = contract(ReplicateClient)

SAMPLE = ReplicateClient.predictions.description.sample or Sample(item={})


async def test_no_token_goes_to_the_host_of_the_next_url() -> None:
    """The URL is of another form than the request: only its query is taken over."""

    def answer(request: web.Request) -> Any:
        assert request.path == "/v1/predictions"
        page = int(request.query.get("cursor", "0"))
        after = f"{other.url}/elsewhere/predictions?cursor={page + 1}&token=x" if page < 2 else None
        return {"next": after, "previous": None, "results": [{**SAMPLE.item, "id": f"p{page}"}]}

    async with (
        answering(lambda _: {}) as other,
        answering(answer) as server,
        ReplicateClient("token", base_url=f"{server.url}/v1") as replicate,
    ):
        found = [each.id async for each in replicate.predictions.list(source="web")]
    assert found == ["p0", "p1", "p2"]
    assert other.seen == []
    assert [request.query["source"] for request in server.seen] == ["web"] * 3
    assert all(request.headers["Authorization"] == "Bearer token" for request in server.seen)


async def test_a_prediction_whose_data_were_removed_is_read_and_no_change() -> None:
    async with Fake(ReplicateClient, rows=0) as fake, fake.client() as replicate:
        first = fake.add("predictions", status="succeeded")
        async with replicate.predictions.watch(poll=PollPolicy(timeout=60)) as watch:
            fake.change(
                "predictions", first.id, output=None, input={}, logs=None, data_removed=True
            )
            with pytest.raises(StopAsyncIteration):
                await anext(watch)
        wiped = await replicate.predictions.wait(first.id)
    assert (wiped.state, wiped.output, wiped.data_removed) == (State.SUCCEEDED, None, True)


async def test_a_training_is_started_below_its_model() -> None:
    async with Fake(ReplicateClient, rows=0) as fake, fake.client() as replicate:
        started = await replicate.trainings.start(
            model_owner="acme",
            model_name="m",
            version_id="5c7d",
            destination="acme/mine",
            input={"steps": 10},
        )
        await replicate.trainings.cancel(started.id)
        assert (await replicate.trainings.get(started.id)).state is State.CANCELLED
    (path, _, _) = [each.path for each in fake.requests]
    assert path == "/models/acme/m/versions/5c7d/trainings"
