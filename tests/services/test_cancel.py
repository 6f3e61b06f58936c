"""A cancellation that a service refuses with status 200 is no success."""

from typing import Any

import pytest

from asyncops import (
    AnthropicClient,
    CircleCIClient,
    Conflict,
    GitHubClient,
    GitLabClient,
    NotFound,
    OgcClient,
    OpenAIClient,
    PrefectClient,
    ReplicateClient,
    StepFunctionsClient,
    WesClient,
)
from asyncops.kit import Client
from asyncops.kit.action import Accepted
from asyncops.kit.resources import ResourcePath, resources_of
from asyncops.testing.contracts.abilities import Abilities
from tests.services.answering import Answer, answering
from tests.services.every import clients

RUN = "6f0d2c1e-9a84-4e57-b3d1-7c5a2e9f4b60"
CANCELS: list[tuple[type[Client], str, tuple[object, ...], str]] = [
    (AnthropicClient, "batches", (), "POST /v1/messages/batches/7/cancel"),
    (CircleCIClient, "workflows", (RUN,), f"POST /workflow/{RUN}/cancel"),
    (GitHubClient, "runs", ("a", "b"), "POST /repos/a/b/actions/runs/7/cancel"),
    (GitHubClient, "workflow_runs", ("a", "b", "w"), "POST /repos/a/b/actions/runs/7/cancel"),
    (GitLabClient, "jobs", ("a/b", 3), "POST /api/v4/projects/a%2Fb/jobs/7/cancel"),
    (GitLabClient, "pipelines", ("a/b",), "POST /api/v4/projects/a%2Fb/pipelines/7/cancel"),
    (OgcClient, "jobs", (), "DELETE /jobs/7"),
    (OpenAIClient, "batches", (), "POST /batches/7/cancel"),
    (OpenAIClient, "fine_tuning_jobs", (), "POST /fine_tuning/jobs/7/cancel"),
    (PrefectClient, "flow_runs", (), f"POST /flow_runs/{RUN}/set_state"),
    (ReplicateClient, "predictions", (), "POST /predictions/7/cancel"),
    (ReplicateClient, "trainings", (), "POST /trainings/7/cancel"),
    (StepFunctionsClient, "executions", (), "POST /"),
    (WesClient, "runs", (), "POST /runs/7/cancel"),
]
ANSWERED_WHOLE = [
    pytest.param(client, resource, id=f"{client.service.name}.{resource.name}")
    for client in (AnthropicClient, GitLabClient, OgcClient, OpenAIClient, ReplicateClient)
    for resource in resources_of(client)
    if resource.description.cancel is not None
]


@pytest.mark.parametrize(("client", "resource"), ANSWERED_WHOLE)
async def test_an_operation_that_has_ended_is_not_told_as_cancelled(
    client: type[Client], resource: ResourcePath
) -> None:
    """GitLab and Replicate answer with the operation as it is."""
    sample = resource.description.sample
    assert sample is not None
    async with (
        answering(lambda _: sample.item) as server,
        client("token", base_url=server.url) as made,
    ):
        verbs = resource.verbs(made, Abilities(client, resource).place)
        with pytest.raises(Conflict, match="200: it succeeded"):
            await verbs.cancel(1 if client is GitLabClient else RUN)


def test_each_service_that_cancels_is_here() -> None:
    cancelling = {
        (client, each.name)
        for client in clients()
        for each in resources_of(client)
        if each.description.cancel is not None
    }
    assert cancelling == {(client, name) for client, name, *_ in CANCELS}


@pytest.mark.parametrize(
    ("client", "name", "place", "sent"),
    CANCELS,
    ids=[f"{client.service.name}.{name}" for client, name, *_ in CANCELS],
)
async def test_a_cancellation_is_asked_for_as_the_service_wants_it(
    client: type[Client], name: str, place: tuple[object, ...], sent: str
) -> None:
    resource = next(each for each in resources_of(client) if each.name == name)
    async with (
        answering(lambda _: Answer({}, status=404)) as server,
        client("AKIDEXAMPLE12:a-secret-of-tests", base_url=server.url) as made,
    ):
        with pytest.raises(NotFound):
            await resource.verbs(made, place).cancel(RUN if RUN in sent else "7")
    assert [f"{each.method} {each.raw_path}" for each in server.seen] == [sent]


def prefect_says(status: str, state: str, details: dict[str, Any]) -> dict[str, Any]:
    """What Prefect answers to a state that it is asked to set."""
    told = {"id": RUN, "type": state, "name": state, "state_details": {"flow_run_id": RUN}}
    return {"state": told, "status": status, "details": details}


@pytest.mark.parametrize(
    ("status", "state", "details", "message"),
    [
        ("ABORT", "COMPLETED", {"reason": "Run is already over."}, "200: Run is already over."),
        ("REJECT", "RUNNING", {"reason": None}, "200: state.type is 'RUNNING', not 'CANCELLING'"),
        ("WAIT", "SCHEDULED", {"delay_seconds": 5, "reason": "Later."}, "200: Later."),
    ],
)
async def test_a_state_that_prefect_does_not_set_is_a_conflict(
    status: str, state: str, details: dict[str, Any], message: str
) -> None:
    answer = prefect_says(status, state, details)
    async with (
        answering(lambda _: answer) as server,
        PrefectClient(base_url=server.url) as prefect,
    ):
        with pytest.raises(Conflict, match=message):
            await prefect.flow_runs.cancel(RUN)
    assert len(server.seen) == 1


@pytest.mark.parametrize(("status", "state"), [("ACCEPT", "CANCELLING"), ("REJECT", "CANCELLED")])
async def test_a_run_that_nothing_runs_is_cancelled_at_once(status: str, state: str) -> None:
    """Prefect calls it a rejection that the run is cancelled rather than cancelling."""
    answer = prefect_says(status, state, {"reason": "Nothing runs it."})
    async with (
        answering(lambda _: answer) as server,
        PrefectClient(base_url=server.url) as prefect,
    ):
        assert await prefect.flow_runs.cancel(RUN) == Accepted(id=RUN)
