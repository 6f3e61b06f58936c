"""A draft says what the description tells, and by comments what it does not."""

import ast
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops.cli.init_service.document import Described
from asyncops.cli.init_service.draft import draft
from asyncops.testing import Fake
from tests.cli.init_service.drafted import RenderFarmClient
from tests.cli.init_service.farm import FARM, JOB, of_listing

DRAFTED = Path(__file__).with_name("drafted.py")


def drafted(description: Any, path: str = "/jobs") -> str:
    return draft(Described(description, path), "farm")


def line(text: str, begins: str) -> str:
    """The line of a draft that begins so."""
    (found,) = (each.strip() for each in text.splitlines() if each.strip().startswith(begins))
    return found


def test_a_whole_draft() -> None:
    """It is kept, so that it is type-checked and linted as all tests are, and its class is made."""
    made = draft(Described(FARM, "/v1/teams/{id}/render-jobs"), "render-farm")
    assert made == DRAFTED.read_text()


async def test_a_draft_lists_and_gets() -> None:
    async with Fake(RenderFarmClient, rows=30) as fake, fake.client() as client:
        jobs = client.render_jobs("blue")
        found = await jobs.list(labels=("a",), filter_scene="x").collect()
        assert (await jobs.get(found[0].id)).status == found[0].status
    assert fake.requests[0].path == "/v1/teams/blue/render-jobs"


TEXT = {"type": "string"}
CALLS = {
    *("After", "Auth", "Basic", "ByStatus", "Collection", "Listing", "NextURL", "Offset", "Pages"),
    *("Resource", "Service", "Token", "Window", "Within", "frozen", "key", "param"),
}
NUMBER = {"type": "integer"}


@pytest.mark.parametrize(
    ("fields", "parameters", "paging"),
    [
        (
            {"nextPageToken": TEXT},
            ["pageToken", "pageSize"],
            'Token("nextPageToken", "pageToken", size="pageSize"),',
        ),
        (
            {"has_more": TEXT},
            [{"name": "limit", "schema": {"type": "integer", "maximum": 9}}, "after"],
            'After(param="after", more="has_more", size="limit", most=9),',
        ),
        ({"next": TEXT}, ["limit"], 'NextURL("next", size="limit"),'),
        ({"total": NUMBER}, ["offset"], 'Offset(param="offset", total="total", size=None),'),
        (
            {"meta": {"properties": {"total_count": NUMBER}}},
            ["page[number]", "per_page"],
            'Pages(param="page[number]", total="meta.total_count", size="per_page"),',
        ),
        (
            {},
            [{"name": "page", "schema": {"type": "integer", "minimum": 0}}],
            'Pages(param="page", ends="empty page", size=None, first=0),  # check: the end',
        ),
        ({}, [], "Token(),  # check: how it is paged"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_paging_is_guessed(fields: dict[str, Any], parameters: list[Any], paging: str) -> None:
    text = drafted(of_listing(fields, *parameters))
    assert line(text, "paging=") == f"paging={paging}"
    ast.parse(text)


def test_a_listing_by_post_has_its_parameters_in_the_body() -> None:
    text = drafted(of_listing({"total": NUMBER}, "offset", "limit", "scene", method="post"))
    assert line(text, "paging=") == 'paging=Offset(param="offset", total="total", size="limit"),'
    assert line(text, "method=") == 'method="POST",'
    assert line(text, "scene") == "scene: str | None = None"


def test_statuses_may_stand_with_the_filter_alone_or_nowhere() -> None:
    item = {"properties": {"id": TEXT, "status": TEXT, "created": NUMBER}}
    known = {"name": "status", "schema": {"type": "string", "enum": ["idle", "done"]}}
    text = drafted(of_listing({}, known, item=item))
    assert line(text, "IDLE") == 'IDLE = "idle", State.RUNNING  # check: what it means'
    assert line(text, "created_at") == (
        'created_at: EpochSeconds = key("created")  # check: or EpochMillis'
    )
    text = drafted(of_listing({}, item=item))
    assert "# check: the description names no statuses" in text
    assert line(text, "DONE") == 'DONE = "done", State.SUCCEEDED'


def test_items_without_a_status_have_no_life() -> None:
    text = drafted(of_listing({}, item={"properties": {"name": TEXT, "size": NUMBER}}))
    assert "jobs = Collection(" in text
    assert line(text, "id:") == 'id: str = key("name")'
    assert "watch=" not in text


@pytest.mark.parametrize(
    ("scheme", "auth"),
    [
        ({"type": "http", "scheme": "bearer"}, "auth=Auth(),"),
        ({"type": "http", "scheme": "Basic"}, "auth=Basic(),"),
        (
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            'auth=Auth(header="X-Key", form="{}"),  # check: the form',
        ),
        ({"type": "oauth2"}, "auth=Auth(),  # check: how the token is sent"),
    ],
    ids=["bearer", "basic", "key", "other"],
)
def test_the_token_is_sent_as_the_description_says(scheme: Any, auth: str) -> None:
    description = of_listing({"next": TEXT})
    description["components"]["securitySchemes"] = {"one": scheme}
    assert line(drafted(description), "auth=") == auth


def test_what_the_checks_of_the_class_refuse_is_said_at_the_top() -> None:
    """Here a page without a place for the next token, and no status that ends."""
    item = {"properties": {"id": TEXT, "status": {"type": "string", "enum": ["running"]}}}
    text = drafted(of_listing({}, item=item))
    assert "\n# check: FarmClient.jobs: " in text
    ast.parse(text)


def test_an_answer_without_an_array_of_objects_is_said() -> None:
    description = of_listing({})
    answer = {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}
    description["paths"]["/jobs"]["get"]["responses"] = answer
    text = drafted(description)
    assert '"",  # check: no array of objects was found' in text
    assert line(text, "id:") == "id: str  # check: no key for it was found"


ANY = st.text(
    st.sampled_from("ab1_-. {}[]()'\"\\\\#\n\r\x00\u2028\ud800é\N{SNAKE}"), min_size=1, max_size=12
)


@settings(max_examples=60)
@given(names=st.lists(ANY, min_size=7, max_size=7), text=st.booleans())
def test_no_name_of_a_description_becomes_code(names: list[str], text: bool) -> None:
    """Whatever it holds, it is a text, a comment, or letters of a name."""
    first, second, state, url, header, param, path = names
    kind = TEXT if text else {"type": "object"}
    properties = {**JOB["properties"], first: kind, second: kind}
    properties["state"] = {"type": "string", "enum": [state, "done"]}
    description = of_listing({"next": TEXT}, param, item={"properties": properties})
    description["paths"][f"/{path}"] = description["paths"].pop("/jobs")
    description["servers"] = [{"url": f"https://{url}"}]
    key = {"type": "apiKey", "in": "header", "name": header}
    description["components"]["securitySchemes"] = {"one": key}
    tree = ast.parse(drafted(description, f"/{path}").encode())
    calls = [each.func for each in ast.walk(tree) if isinstance(each, ast.Call)]
    assert {ast.unparse(each) for each in calls} <= CALLS
    imported = [each for each in ast.walk(tree) if isinstance(each, ast.Import | ast.ImportFrom)]
    assert len(imported) <= 3
    made = [each for each in tree.body if not isinstance(each, ast.ClassDef)]
    assert len(made) == len(imported) + 1  # the docstring


def test_the_draft_is_a_module_of_its_own() -> None:
    module = ModuleType("farm")
    exec(compile(drafted(of_listing({"next": TEXT})), "farm.py", "exec"), vars(module))
    assert vars(module)["FarmClient"].service.name == "farm"
