"""CircleCI's description, held to what every service promises, and what is CircleCI's own."""

from aiohttp import web

from asyncops import CircleCIClient
from asyncops.kit import Sample
from asyncops.testing import Fake, contract
from tests.services.answering import Answer, answering

TestCircleCI = contract(CircleCIClient)

PIPELINE = (CircleCIClient.pipelines.resource.description.sample or Sample(item={})).item


async def test_ids_lead_from_a_pipeline_to_its_workflows_and_their_jobs() -> None:
    with Fake(CircleCIClient, rows=2) as fake, fake.installed():
        async with CircleCIClient() as circleci:
            pipeline = (await circleci.pipelines("gh", "acme", "demo").list()).items[0]
            workflow = (await circleci.workflows(pipeline.id).list()).items[0]
            jobs = await circleci.jobs(workflow.id).list().collect()
    assert len(jobs) == 2


async def test_a_project_is_three_parts_of_the_path_and_the_token_a_header_of_its_own() -> None:
    def answer(request: web.Request) -> Answer:
        assert request.raw_path.partition("?")[0] == "/project/gh/acme/a%20demo/pipeline"
        assert request.headers["Circle-Token"] == "a-token"
        assert "Authorization" not in request.headers
        following = None if "page-token" in request.query else "more"
        return Answer({"items": [PIPELINE], "next_page_token": following})

    async with (
        answering(answer) as server,
        CircleCIClient("a-token", base_url=server.url) as circleci,
    ):
        found = await circleci.pipelines("gh", "acme", "a demo").list(branch="main").collect()
    assert {str(each.id) for each in found} == {PIPELINE["id"]}
    assert [dict(each.query) for each in server.seen] == [
        {"branch": "main"},
        {"branch": "main", "page-token": "more"},
    ]
