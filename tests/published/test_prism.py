"""The client reads what Prism makes up from Zoo's published description.

Run with ``ASYNCOPS_PRISM=/path/to/prism pytest -m prism``, the program of
``npm install @stoplight/prism-cli@5.14.2``. ``ASYNCOPS_SPECS`` is as for ``-m specs``.

Prism's page tokens lead nowhere, so first pages and single items are read. Its words are not
base64, and such a result is not valid by the description either.
"""

import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from attrs import frozen

from asyncops import AsyncOpsError, DecodeError, RetryPolicy, ZooClient
from asyncops.kit.resources import resources_of
from asyncops.kit.started import Started
from asyncops.listing.pager import Pager
from tests.published.prism import mocking, overheard
from tests.published.schemas import NEWEST, WITH_LISTINGS, Published, description

ANSWERS = 200
FEWER = 40
SOME_ID = UUID("497f6eca-6276-4993-bfeb-53cbbbba6f08")

pytestmark = pytest.mark.prism


@frozen
class Question:
    """One request of the client; ``schema`` is that of the answer."""

    schema: str
    ask: Callable[[ZooClient], Awaitable[list[Any]]]


def _page(schema: str, list_: Callable[[ZooClient], Pager[Any]]) -> Question:
    async def ask(zoo: ZooClient) -> list[Any]:
        return list((await list_(zoo)).items)

    return Question(f"{schema}ResultsPage", ask)


def _one(schema: str, get: Callable[[ZooClient], Awaitable[Any]]) -> Question:
    async def ask(zoo: ZooClient) -> list[Any]:
        return [await get(zoo)]

    return Question(schema, ask)


def _started(schema: str, start: Callable[[ZooClient], Awaitable[Started[Any]]]) -> Question:
    async def ask(zoo: ZooClient) -> list[Any]:
        return [(await start(zoo)).operation]

    return Question(schema, ask)


STAFF = {
    "operations.list": _page(
        "AsyncApiCall", lambda zoo: zoo.operations.list(status="completed", limit=5)
    ),
    "operations.get": _one("AsyncApiCallOutput", lambda zoo: zoo.operations.get(SOME_ID)),
    "ml_prompts.list": _page("MlPromptResponse", lambda zoo: zoo.ml_prompts.list(limit=5)),
    "ml_prompts.get": _one("MlPromptResponse", lambda zoo: zoo.ml_prompts.get(SOME_ID)),
}
# Each by its resource and its verb, with the schema of what it is answered with.
OPEN_TO_ALL: dict[str, Question] = {
    "text_to_cad.list": _page(
        "TextToCadResponse",
        lambda zoo: zoo.text_to_cad.list(no_parts=True, conversation_id=SOME_ID),
    ),
    "text_to_cad.get": _one("TextToCadResponse", lambda zoo: zoo.text_to_cad.get(SOME_ID)),
    "api_calls.list": _page("ApiCallWithPrice", lambda zoo: zoo.api_calls.list(limit=5)),
    "api_calls.get": _one("ApiCallWithPrice", lambda zoo: zoo.api_calls.get(SOME_ID)),
    "conversations.list": _page(
        "Conversation", lambda zoo: zoo.conversations.list(sort_by="created_at_ascending")
    ),
    "org.datasets.list": _page(
        "OrgDataset", lambda zoo: zoo.org.datasets.list(lookup_enabled=False)
    ),
    "org.datasets.conversions.list": _page(
        "OrgDatasetFileConversionSummary",
        lambda zoo: zoo.org.datasets(SOME_ID).conversions.list(
            status="success", phase="salon", q="gear", sort_by="phase_descending"
        ),
    ),
    "org.datasets.conversions.get": _one(
        "OrgDatasetFileConversionDetails",
        lambda zoo: zoo.org.datasets(SOME_ID).conversions.get(SOME_ID),
    ),
    "org.api_calls.list": _page("ApiCallWithPrice", lambda zoo: zoo.org.api_calls.list(limit=5)),
    "operations.get": _one("AsyncApiCallOutput", lambda zoo: zoo.operations.get(SOME_ID)),
    "files.convert.start": _started(
        "FileConversion",
        lambda zoo: zoo.files.convert(b"x", src_format="nx", output_format="glb"),
    ),
    "files.mass.start": _started(
        "FileMass",
        lambda zoo: zoo.files.mass(
            b"x", src_format="stl", material_density=7.8, material_density_unit="kg:m3"
        ),
    ),
    "files.volume.start": _started(
        "FileVolume",
        lambda zoo: zoo.files.volume(b"x", src_format="stl", output_unit="usgal"),
    ),
    "files.density.start": _started(
        "FileDensity", lambda zoo: zoo.files.density(b"x", src_format="ply", material_mass=2)
    ),
    "files.surface_area.start": _started(
        "FileSurfaceArea", lambda zoo: zoo.files.surface_area(b"x", src_format="acis")
    ),
    "files.center_of_mass.start": _started(
        "FileCenterOfMass",
        lambda zoo: zoo.files.center_of_mass(b"x", src_format="step", output_unit="in"),
    ),
}


def _routes() -> Iterator[tuple[str, str]]:
    """What the client is described to ask: ``GET /user/api-calls``, with its resource and verb."""
    for resource in resources_of(ZooClient):
        described = resource.description
        if described.listing is not None:
            yield f"GET {described.listing.path}", f"{resource.name}.list"
        if described.get is not None:
            yield f"{described.get.method} {described.get.path}", f"{resource.name}.get"
        if described.start is not None:
            yield f"{described.start.method} {described.start.path}", f"{resource.name}.start"


def test_each_request_that_is_described_and_published_is_made() -> None:
    """Several resources have a path in common, of which one is enough."""
    published = {
        _nameless(f"{method.upper()} {path}")
        for path, methods in json.loads(description(NEWEST).read_text())["paths"].items()
        for method in methods
    }
    by_route: defaultdict[str, set[str]] = defaultdict(set)
    for route, name in _routes():
        by_route[_nameless(route)].add(name)
    asked = {route for route, names in by_route.items() if names & OPEN_TO_ALL.keys()}
    assert asked == by_route.keys() & published
    assert OPEN_TO_ALL.keys() <= set().union(*by_route.values())


def _nameless(route: str) -> str:
    return re.sub(r"\{\w+\}", "{}", route)


@pytest.fixture(scope="module")
def published() -> Published:
    return Published(WITH_LISTINGS, closed=False)


@pytest.fixture(scope="module")
def static() -> Iterator[str]:
    with mocking(WITH_LISTINGS) as url:
        yield url


@pytest.fixture(scope="module")
def dynamic() -> Iterator[str]:
    with mocking(WITH_LISTINGS, "--dynamic") as url:
        yield url


@pytest.fixture(scope="module")
def newest() -> Published:
    return Published(NEWEST, closed=False)


@pytest.fixture(scope="module")
def static_newest() -> Iterator[str]:
    with mocking(NEWEST) as url:
        yield url


@pytest.fixture(scope="module")
def dynamic_newest() -> Iterator[str]:
    with mocking(NEWEST, "--dynamic") as url:
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
                # MayHaveStarted has the error of an answer that cannot be read.
                given, refused = [], getattr(error, "error", error)
            (body,) = server.bodies
            answer = json.loads(body)
            complaints = published.complaints(question.schema, answer)
            if not complaints:
                assert refused is None, (str(refused), body)
                rows = answer.get("items", [answer])
                assert [str(item.id) for item in given] == [row["id"].lower() for row in rows]
                words = [str(getattr(item, "status", None)) for item in given]
                assert words == [str(row.get("status")) for row in rows]
            else:
                assert refused is None or isinstance(refused, DecodeError), body
            answers.append((answer, complaints))
    return answers


@pytest.mark.parametrize("question", STAFF.values(), ids=STAFF)
async def test_the_example_of_each_answer_is_read(
    static: str, question: Question, published: Published
) -> None:
    ((_, complaints),) = await read(static, question, published, 1)
    # Prism's example of a file is the word "string".
    assert all(each.startswith("$.outputs") or "outputs" in each for each in complaints)


@pytest.mark.parametrize("question", STAFF.values(), ids=STAFF)
async def test_whatever_is_valid_is_read(
    dynamic: str, question: Question, published: Published
) -> None:
    answers = await read(dynamic, question, published, ANSWERS)
    valid = [answer for answer, complaints in answers if not complaints]
    assert len(answers) == ANSWERS
    assert len(valid) > ANSWERS // 2
    assert len({json.dumps(answer) for answer in valid}) > ANSWERS // 4


def without_files(tree: Any) -> Any:
    """The same without files and pictures."""
    if isinstance(tree, list):
        return [without_files(each) for each in tree]
    if not isinstance(tree, dict):
        return tree
    pictures = {"data_base64": ""} if "data_base64" in tree else {}
    return {**{k: without_files(v) for k, v in tree.items() if k != "outputs"}, **pictures}


@pytest.mark.parametrize("question", OPEN_TO_ALL.values(), ids=OPEN_TO_ALL)
async def test_what_any_user_may_ask_fits_the_description(
    static_newest: str, question: Question, newest: Published
) -> None:
    """Prism refuses a request that does not; its example of a file is the word "string"."""
    ((answer, complaints),) = await read(static_newest, question, newest, 1)
    assert "title" not in answer, "it was refused"
    assert not complaints or newest.complaints(question.schema, without_files(answer)) == []


@pytest.mark.parametrize("question", OPEN_TO_ALL.values(), ids=OPEN_TO_ALL)
async def test_whatever_any_user_may_be_told_is_read(
    dynamic_newest: str, question: Question, newest: Published
) -> None:
    answers = await read(dynamic_newest, question, newest, FEWER)
    # What Prism makes up for pictures is never base64, and seldom a conversion without files.
    with_pictures = question.schema == "OrgDatasetFileConversionDetails"
    while not (with_pictures or any(not complaints for _, complaints in answers)):
        assert len(answers) < 20 * FEWER
        answers += await read(dynamic_newest, question, newest, FEWER)
    assert len(answers) >= FEWER
