"""The claims of each description hold at a service that does as it says, and wrong ones do not."""

from typing import Any

import pytest

from asyncops import (
    AirflowClient,
    AnthropicClient,
    CircleCIClient,
    GitHubClient,
    GitLabClient,
    OgcClient,
    OpenAIClient,
    PrefectClient,
    ReplicateClient,
    StepFunctionsClient,
    WesClient,
)
from asyncops.kit import (
    After,
    ByStatus,
    Client,
    Get,
    Link,
    NextURL,
    Offset,
    Order,
    Pages,
    Token,
    Window,
)
from asyncops.kit.resources import ResourcePath, resources_of
from tests.kit.doctor.farms import described_wrongly, found_of, lies
from tests.services.every import clients

RESOURCES = [(client, each) for client in clients() for each in resources_of(client)]


@pytest.mark.parametrize(
    ("client", "resource"),
    RESOURCES,
    ids=[f"{each.service.name}.{r.name}" for each, r in RESOURCES],
)
async def test_the_claims_of_a_description_hold(
    client: type[Client], resource: ResourcePath
) -> None:
    found = await found_of(client, resource)
    assert lies(found) == {}
    listed = resource.description.listing is not None
    assert any(each.verdict == "good" for each in found.values()) is listed


Wrong = tuple[type[Client], str, dict[str, Any], str, str]
# The resource, what is said of it, the claim that is not kept, and what the doctor says.
WRONG: list[Wrong] = [
    (
        WesClient,
        "runs",
        {"paging": Token("page_token", size="page_size")},
        "paging",
        "no next page behind 3 of at least",
    ),
    (WesClient, "runs", {"get": "/workflows/{id}"}, "get", "check get="),
    (
        OgcClient,
        "jobs",
        {"paging": NextURL("links[rel=prev].href", size="limit")},
        "paging",
        "no next page behind 3 of at least",
    ),
    (OgcClient, "jobs", {"order": Order()}, "order", "write order=None"),
    (
        PrefectClient,
        "flow_runs",
        {"paging": Offset(param="skip", most=200, ends="empty page")},
        "listing",
        "There is no parameter 'skip'",
    ),
    (
        PrefectClient,
        "flow_runs",
        {"by_status": ByStatus("flow_runs.state.any_", many="list")},
        "status",
        "check the parameter of by_status=",
    ),
    (PrefectClient, "flow_runs", {"get": "/flows/{id}"}, "get", "check get="),
    (
        AirflowClient,
        "dag_runs",
        {"order": Order(param="order_by", newest="id", oldest="-id")},
        "order",
        "newest= and oldest= of order_by are the wrong way round",
    ),
    (AirflowClient, "dag_runs", {"identity": "dag_id"}, "paging", "holds 1 items again"),
    (AirflowClient, "task_instances", {"order": Order()}, "order", "write order=None"),
    (
        GitHubClient,
        "runs",
        {"order": Order(newest_first=False)},
        "order",
        "write newest_first=True",
    ),
    (
        GitHubClient,
        "runs",
        {"window": Window("created", form="{}...{}")},
        "created_after",
        "check the parameters of window=, form=",
    ),
    (
        GitHubClient,
        "jobs",
        {"paging": Pages(total="count", next=Link("next"), most=100)},
        "total",
        "nothing at count",
    ),
    (
        GitLabClient,
        "pipelines",
        {"order": Order(param="sort", newest="asc", oldest="desc")},
        "order",
        "newest= and oldest= of sort are the wrong way round",
    ),
    (
        GitLabClient,
        "pipelines",
        {"window": Window("created_before", "created_after")},
        "created_before",
        "items were created later",
    ),
    (
        GitLabClient,
        "jobs",
        {"by_status": ByStatus("scope", many="repeat")},
        "statuses",
        "check the parameter and many= of by_status=",
    ),
    (OpenAIClient, "batches", {"paging": After(more="more", most=100)}, "end", "more does not"),
    (
        OpenAIClient,
        "batches",
        {"paging": After(param="after_id", most=100)},
        "paging",
        "There is no parameter 'after_id'",
    ),
    (
        OpenAIClient,
        "fine_tuning_jobs",
        {"order": Order(newest_first=False)},
        "order",
        "write newest_first=True",
    ),
    (
        ReplicateClient,
        "predictions",
        {"window": Window("created_before", "created_after")},
        "created_after",
        "items were created earlier",
    ),
    (
        CircleCIClient,
        "workflows",
        {"paging": Token("next_page_token", "page_token")},
        "paging",
        "There is no parameter 'page_token'",
    ),
    (AnthropicClient, "batches", {"get": "/v1/batches/{id}"}, "get", "check get="),
    (ReplicateClient, "trainings", {"get": "/predictions/{id}"}, "get", "check get="),
    (StepFunctionsClient, "executions", {"order": Order()}, "order", "write order=None"),
    (
        StepFunctionsClient,
        "executions",
        {"get": Get("/", body={"executionName": "{id}"})},
        "get",
        "check get=",
    ),
]


@pytest.mark.parametrize(
    ("client", "name", "changes", "claim", "said"),
    WRONG,
    ids=[f"{client.service.name}.{name} {claim}" for client, name, _, claim, _ in WRONG],
)
async def test_a_wrong_claim_is_told(
    client: type[Client], name: str, changes: dict[str, Any], claim: str, said: str
) -> None:
    (resource,) = (each for each in resources_of(client) if each.name == name)
    wrong = described_wrongly(client, name, changes)
    found = await found_of(client, resource, held=wrong)
    assert said in lies(found)[claim], lies(found)
