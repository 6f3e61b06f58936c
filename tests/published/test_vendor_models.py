"""Each model of GitHub, GitLab, OpenAI and Replicate is its schema in the published description.

Run with ``pytest -m specs``, as ``test_specs.py`` says. Where a service departs from its own
description, as ``TRAPS.md`` there says, the model follows the service, and the difference stands
below with the reason.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from asyncops import (
    AnthropicClient,
    CircleCIClient,
    GitHubClient,
    GitLabClient,
    OpenAIClient,
    Page,
    ReplicateClient,
    State,
)
from asyncops.services import circleci, github, gitlab, openai, replicate
from tests.published.differences import Schema, differences
from tests.published.schemas import description
from tests.services.answering import answering

pytestmark = pytest.mark.specs

GITHUB, GITLAB = "github-actions.openapi.json", "gitlab-pipelines.openapi.json"
OPENAI, REPLICATE = "openai.openapi.json", "replicate.openapi.json"
CIRCLECI = "circleci-v2.openapi.json"
MODELS: dict[type[Any], tuple[str, str]] = {
    circleci.Pipeline: (CIRCLECI, "/pipeline/{pipeline-id}"),
    circleci.Workflow: (CIRCLECI, "/workflow/{id}"),
    circleci.Job: (CIRCLECI, "/workflow/{id}/job"),
    github.Run: (GITHUB, "workflow-run"),
    github.Job: (GITHUB, "job"),
    gitlab.Pipeline: (GITLAB, "APIEntitiesCiPipelineBasic"),
    gitlab.PipelineDetails: (GITLAB, "APIEntitiesCiPipelineWithMetadata"),
    openai.Batch: (OPENAI, "Batch"),
    openai.FineTuningJob: (OPENAI, "FineTuningJob"),
    replicate.Prediction: (REPLICATE, "schemas_prediction_response"),
    replicate.Training: (REPLICATE, "schemas_training_response"),
}
# Addresses of the API, ids of GraphQL, and what the place says already.
LEFT_OUT: dict[type[Any], set[str]] = {
    github.Run: {
        *("url", "workflow_url", "check_suite_url", "jobs_url", "logs_url", "artifacts_url"),
        *("rerun_url", "cancel_url", "previous_attempt_url", "node_id", "check_suite_node_id"),
        *("repository", "head_repository", "head_repository_id"),
        *("pull_requests", "referenced_workflows"),
        # Of the commit.
        *("tree_id", "author", "committer"),
        # Of the users.
        *("name", "email", "avatar_url", "gravatar_id", "html_url", "followers_url"),
        *("following_url", "gists_url", "starred_url", "subscriptions_url", "repos_url"),
        *("organizations_url", "events_url", "received_events_url", "site_admin"),
        *("starred_at", "user_view_type"),
    },
    github.Job: {"node_id", "url", "run_url", "check_run_url"},
    openai.Batch: {"object"},
    openai.FineTuningJob: {"object"},
}
# Fields with more statuses than the description has, or with texts for its enums; see below.
FREE: dict[type[Any], set[str]] = {
    circleci.Pipeline: {"trigger_parameters"},
    circleci.Workflow: {"tag"},
    circleci.Job: {"requires"},
    github.Run: {"status", "conclusion"},
    github.Job: {"status", "conclusion", "steps"},
    openai.FineTuningJob: {"status"},
    replicate.Prediction: {"source", "version"},
    replicate.Training: {"source"},
}
DEPARTURES: dict[type[Any], set[str]] = {
    # CircleCI's own client lets it be absent.
    circleci.Workflow: {"$.stopped_at is always there"},
    # A job that waits has not started.
    circleci.Job: {"$.started_at is always there", "$.started_at may not be null"},
    # Items of the vendor's own samples leave out what is called required.
    openai.FineTuningJob: {
        *(f"$.{name} is always there" for name in ("error", "hyperparameters", "seed")),
        *("$.hyperparameters may not be null", "$.seed may not be null"),
        *(f"$.{name} is always there" for name in ("fine_tuned_model", "finished_at")),
        *(f"$.{name} is always there" for name in ("trained_tokens", "validation_file")),
        "$.result_files is always there",
    },
    # A recorded answer in the status "starting" lacks both.
    replicate.Prediction: {"$.output is always there", "$.data_removed is always there"},
    # The description calls nothing of a training required, not even its id.
    replicate.Training: {
        f"$.{name} is not always there"
        for name in ("id", "status", "model", "version", "created_at")
    },
}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.__module__}.{model.__name__}")
def test_a_model_is_its_schema(model: type[Any]) -> None:
    found = set(differences(model, Schema.named(*MODELS[model]), free=FREE.get(model, ())))
    missing = {each for each in found if each.endswith(" is missing")}
    names = {each.removesuffix(" is missing").rpartition(".")[2] for each in missing}
    assert names == LEFT_OUT.get(model, set())
    assert found - missing == DEPARTURES.get(model, set())


def words_of(schema: Schema, *names: str) -> set[str]:
    """The words of an enum below a schema."""
    for name in names:
        schema = schema.of(schema.tree["properties"][name])
    return schema.words


def test_statuses_of_github_are_those_of_its_filter_and_of_its_jobs() -> None:
    """A run's own are free texts; check suites know further conclusions than the filter takes."""
    tree = json.loads(description(GITHUB).read_text())
    taken = set(tree["components"]["parameters"]["workflow-run-status"]["schema"]["enum"])
    known = {each.value for each in github.RunStatus}
    assert known - taken == {"startup_failure"}
    job = Schema.named(GITHUB, "job")
    assert taken | known == known
    assert words_of(job, "status") | words_of(job, "conclusion") <= known
    step = job.of(job.tree["properties"]["steps"]["items"])
    assert words_of(step, "status") <= known


def test_statuses_of_fine_tuning_are_those_that_are_published_and_the_one_of_a_sample() -> None:
    published = words_of(Schema.named(OPENAI, "FineTuningJob"), "status")
    assert {each.value for each in openai.FineTuningStatus} - published == {"paused"}


Ask = Callable[[Any], Awaitable[Any]]
SAMPLES: list[tuple[str, type[Any], Ask, list[State]]] = [
    (
        "anthropic-batches.list.json",
        AnthropicClient,
        lambda client: client.batches.list(),
        [State.RUNNING, State.RUNNING, State.CANCELLED],
    ),
    (
        "anthropic-batches.list.empty.json",
        AnthropicClient,
        lambda client: client.batches.list(),
        [],
    ),
    (
        "circleci-v2.workflows.list.json",
        CircleCIClient,
        lambda client: client.workflows("p").list(),
        [State.BLOCKED, State.FAILED],
    ),
    (
        "circleci-v2.workflow.get.json",
        CircleCIClient,
        lambda client: client.workflows("p").get("6034460f-c7c4-4c43-9457-de07e2020002"),
        [State.RUNNING],
    ),
    (
        "github-actions.runs.list.json",
        GitHubClient,
        lambda client: client.runs("a", "b").list(),
        [State.RUNNING, State.FAILED, State.BLOCKED],
    ),
    (
        "github-actions.run.get.json",
        GitHubClient,
        lambda client: client.runs("a", "b").get(30433642102),
        [State.FAILED],
    ),
    (
        "github-actions.jobs.list.json",
        GitHubClient,
        lambda client: client.jobs("a", "b", 30433642103).list(),
        [State.SUCCEEDED, State.PENDING],
    ),
    (
        "gitlab-pipelines.list.json",
        GitLabClient,
        lambda client: client.pipelines("acme/demo").list(),
        [State.BLOCKED, State.RUNNING, State.SUCCEEDED],
    ),
    (
        "gitlab-pipelines.get.json",
        GitLabClient,
        lambda client: client.pipelines("acme/demo").get(1002),
        [State.RUNNING],
    ),
    (
        "openai.batches.list.json",
        OpenAIClient,
        lambda client: client.batches.list(),
        [State.PENDING, State.RUNNING, State.SUCCEEDED],
    ),
    (
        "openai.fine_tuning_jobs.list.json",
        OpenAIClient,
        lambda client: client.fine_tuning_jobs.list(),
        [State.BLOCKED, State.PENDING, State.SUCCEEDED],
    ),
    (
        "replicate.predictions.list.json",
        ReplicateClient,
        lambda client: client.predictions.list(),
        [State.PENDING, State.SUCCEEDED, State.CANCELLED],
    ),
]


@pytest.mark.parametrize(
    ("name", "kind", "ask", "states"), SAMPLES, ids=[each[0] for each in SAMPLES]
)
async def test_a_sample_is_read(name: str, kind: type[Any], ask: Ask, states: list[State]) -> None:
    body = json.loads(description(f"samples/{name}").read_text())
    async with answering(lambda _: body) as server, kind("token", base_url=server.url) as client:
        found = await ask(client)
    items = list(found) if isinstance(found, Page) else [found]
    assert [item.state for item in items] == states
