"""The client reads what Prism makes up from Zoo's published description.

Run with ``ASYNCOPS_PRISM=/path/to/prism pytest -m prism``, the program of
``npm install @stoplight/prism-cli@5.14.2``. ``ASYNCOPS_SPECS`` is as for ``-m specs``.

Prism's page tokens lead nowhere, so first pages and single items are read. Its words are not
base64, and such a result is not valid by the description either.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from attrs import frozen

from asyncops import AsyncOpsError, DecodeError, RetryPolicy, ZooClient
from tests.published.prism import mocking, overheard
from tests.published.schemas import WITH_LISTINGS, Published

ANSWERS = 200
SOME_ID = UUID("497f6eca-6276-4993-bfeb-53cbbbba6f08")

pytestmark = pytest.mark.prism


@frozen
class Question:
    """One request of the client; ``schema`` is that of the answer."""

    schema: str
    ask: Callable[[ZooClient], Awaitable[list[Any]]]


async def _operations(zoo: ZooClient) -> list[Any]:
    return list((await zoo.operations.list(status="completed", limit=5)).items)


async def _operation(zoo: ZooClient) -> list[Any]:
    return [await zoo.operations.get(SOME_ID)]


async def _prompts(zoo: ZooClient) -> list[Any]:
    return list((await zoo.ml_prompts.list(limit=5)).items)


async def _prompt(zoo: ZooClient) -> list[Any]:
    return [await zoo.ml_prompts.get(SOME_ID)]


QUESTIONS = [
    pytest.param(Question("AsyncApiCallResultsPage", _operations), id="operations"),
    pytest.param(Question("AsyncApiCallOutput", _operation), id="operation"),
    pytest.param(Question("MlPromptResponseResultsPage", _prompts), id="prompts"),
    pytest.param(Question("MlPromptResponse", _prompt), id="prompt"),
]


@pytest.fixture(scope="module")
def published() -> Published:
    return Published(WITH_LISTINGS, closed=False)


@pytest.fixture(scope="module")
def static() -> Iterator[str]:
    with mocking() as url:
        yield url


@pytest.fixture(scope="module")
def dynamic() -> Iterator[str]:
    with mocking("--dynamic") as url:
        yield url


async def read(
    url: str, question: Question, published: Published, times: int
) -> list[tuple[Any, list[str]]]:
    """Ask; gives each answer with what makes it invalid. What is valid has to be decoded."""
    answers = []
    async with (
        overheard(url) as server,
        ZooClient("token", base_url=server.url, retry=RetryPolicy(attempts=1)) as zoo,
    ):
        for _ in range(times):
            server.bodies.clear()
            try:
                given, refused = await question.ask(zoo), None
            except AsyncOpsError as error:
                given, refused = [], error
            (body,) = server.bodies
            answer = json.loads(body)
            complaints = published.complaints(question.schema, answer)
            if not complaints:
                assert refused is None, (str(refused), body)
                rows = answer.get("items", [answer])
                assert [str(item.id) for item in given] == [row["id"].lower() for row in rows]
                assert [str(item.status) for item in given] == [row["status"] for row in rows]
            else:
                assert refused is None or isinstance(refused, DecodeError), body
            answers.append((answer, complaints))
    return answers


@pytest.mark.parametrize("question", QUESTIONS)
async def test_the_example_of_each_answer_is_read(
    static: str, question: Question, published: Published
) -> None:
    ((_, complaints),) = await read(static, question, published, 1)
    # Prism's example of a file is the word "string".
    assert all(each.startswith("$.outputs") or "outputs" in each for each in complaints)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_whatever_is_valid_is_read(
    dynamic: str, question: Question, published: Published
) -> None:
    answers = await read(dynamic, question, published, ANSWERS)
    valid = [answer for answer, complaints in answers if not complaints]
    assert len(answers) == ANSWERS
    assert len(valid) > ANSWERS // 2
    assert len({json.dumps(answer) for answer in valid}) > ANSWERS // 4
