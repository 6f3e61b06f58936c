"""The clients of five services read what Prism makes up from the slices of their descriptions.

Run as ``test_prism.py`` says. Prism refuses a request that does not fit the description; its
cursors lead nowhere, so first pages and single items are read.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import frozen

from asyncops import (
    AsyncOpsError,
    CircleCIClient,
    GitHubClient,
    GitLabClient,
    OpenAIClient,
    Page,
    PaginationError,
    ReplicateClient,
    RetryPolicy,
)
from asyncops.kit import Client
from tests.published.prism import mocking, overheard

pytestmark = pytest.mark.prism

ANSWERS = 30
TIME = datetime(2026, 11, 1, 12, tzinfo=UTC)


@frozen
class Question:
    """One request of a client, and the description that it has to fit."""

    file: str
    client: type[Client]
    ask: Callable[[Any], Awaitable[Any]]


GITHUB, GITLAB = "github-actions.openapi.json", "gitlab-pipelines.openapi.json"
OPENAI, REPLICATE = "openai.openapi.json", "replicate.openapi.json"
CIRCLECI, UUID = "circleci-v2.openapi.json", "6034460f-c7c4-4c43-9457-de07e2020002"
# A project's pipelines are not asked for: its slug is three parts of the path, and one for Prism.
QUESTIONS = {
    "circleci.pipelines.get": Question(
        CIRCLECI, CircleCIClient, lambda client: client.pipelines("gh", "a", "b").get(UUID)
    ),
    "circleci.workflows.list": Question(
        CIRCLECI, CircleCIClient, lambda client: client.workflows(UUID).list()
    ),
    "circleci.workflows.get": Question(
        CIRCLECI, CircleCIClient, lambda client: client.workflows(UUID).get(UUID)
    ),
    "circleci.jobs.list": Question(
        CIRCLECI, CircleCIClient, lambda client: client.jobs(UUID).list()
    ),
    "github.runs.list": Question(
        GITHUB,
        GitHubClient,
        lambda client: client.runs("a", "b").list(
            status="failure", branch="main", event="push", actor="octo", exclude_pull_requests=True
        ),
    ),
    "github.runs.get": Question(
        GITHUB, GitHubClient, lambda client: client.runs("a", "b").get(30433642103)
    ),
    "github.jobs.list": Question(
        GITHUB, GitHubClient, lambda client: client.jobs("a", "b", 7).list(filter="all", limit=5)
    ),
    "gitlab.pipelines.list": Question(
        GITLAB,
        GitLabClient,
        lambda client: client.pipelines("acme/demo").list(
            status="success",
            source="push",
            yaml_errors=False,
            created_after=TIME,
            created_before=TIME,
            updated_after=TIME,
        ),
    ),
    "gitlab.pipelines.get": Question(
        GITLAB, GitLabClient, lambda client: client.pipelines("acme/demo").get(1002)
    ),
    "openai.batches.list": Question(
        OPENAI, OpenAIClient, lambda client: client.batches.list(limit=100, cursor="batch_a")
    ),
    "openai.batches.get": Question(
        OPENAI, OpenAIClient, lambda client: client.batches.get("batch_a")
    ),
    "openai.fine_tuning_jobs.list": Question(
        OPENAI, OpenAIClient, lambda client: client.fine_tuning_jobs.list(limit=5)
    ),
    "openai.fine_tuning_jobs.get": Question(
        OPENAI, OpenAIClient, lambda client: client.fine_tuning_jobs.get("ftjob-a")
    ),
    "replicate.predictions.list": Question(
        REPLICATE,
        ReplicateClient,
        lambda client: client.predictions.list(
            source="web", created_after=TIME, created_before=TIME
        ),
    ),
    "replicate.predictions.get": Question(
        REPLICATE, ReplicateClient, lambda client: client.predictions.get("abc")
    ),
    "replicate.trainings.list": Question(
        REPLICATE, ReplicateClient, lambda client: client.trainings.list()
    ),
    "replicate.trainings.get": Question(
        REPLICATE, ReplicateClient, lambda client: client.trainings.get("abc")
    ),
}


@pytest.fixture(scope="module")
def mocks() -> Iterator[Callable[..., str]]:
    """Gives the address of a mock of a description, static or dynamic; each is started once."""
    started: dict[tuple[str, ...], str] = {}
    with ExitStack() as stack:

        def mock(file: str, *options: str) -> str:
            if (file, *options) not in started:
                started[file, *options] = stack.enter_context(mocking(file, *options))
            return started[file, *options]

        yield mock


async def read(url: str, question: Question, times: int) -> list[tuple[Any, AsyncOpsError | None]]:
    """Ask; gives each answer with why it was refused."""
    found = []
    async with (
        overheard(url) as server,
        question.client("token", base_url=server.url, retry=RetryPolicy(attempts=1)) as client,
    ):
        for _ in range(times):
            server.bodies.clear()
            given, refused = None, None
            try:
                given = await question.ask(client)
            except AsyncOpsError as error:
                refused = error
            (body,) = server.bodies
            answer = json.loads(body)
            if refused is None:
                assert ids_of(given) == wire_ids(answer)
            found.append((answer, refused))
    return found


def ids_of(given: Any) -> list[str]:
    items = given.items if isinstance(given, Page) else [given]
    return [str(item.id) for item in items]


def wire_ids(answer: Any) -> list[str]:
    """The ids of the rows, or of the one item, as the answer has them."""
    keys = {"items", "workflow_runs", "jobs", "data", "results"}
    for key in keys & answer.keys() if isinstance(answer, dict) else ():
        if isinstance(answer[key], list) and "id" not in answer:
            return [str(row["id"]) for row in answer[key]]
    return [str(row["id"]) for row in (answer if isinstance(answer, list) else [answer])]


# Prism mostly makes up what its own check refuses: a version that is both of two alternatives,
# and graders.
SELDOM_VALID = {"replicate.predictions.get", "openai.fine_tuning_jobs.get"}


def is_own_fault(answer: Any) -> bool:
    """Whether Prism found fault with its own answer, and none with the request."""
    faults = answer.get("validation", []) if isinstance(answer, dict) else []
    return bool(faults) and all(each["location"][0] == "response" for each in faults)


def is_made_up(refused: AsyncOpsError | None) -> bool:
    """Whether an answer was read, or refused for a next page that leads nowhere."""
    return refused is None or isinstance(refused, PaginationError)


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_request_fits_the_description_and_its_example_is_read(
    mocks: Callable[..., str], name: str
) -> None:
    question = QUESTIONS[name]
    ((answer, refused),) = await read(mocks(question.file), question, 1)
    assert is_made_up(refused), answer


@pytest.mark.parametrize("name", QUESTIONS)
async def test_what_is_made_up_is_read(mocks: Callable[..., str], name: str) -> None:
    question = QUESTIONS[name]
    answers = await read(mocks(question.file, "--dynamic"), question, ANSWERS)
    valid = [(answer, refused) for answer, refused in answers if not is_own_fault(answer)]
    assert all(is_made_up(refused) for _, refused in valid), valid
    assert valid or name in SELDOM_VALID
