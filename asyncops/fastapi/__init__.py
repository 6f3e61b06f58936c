"""asyncops in FastAPI: clients that live with the app, honest errors, typed answers, streams.

The extra ``fastapi`` brings what this needs: ``pip install 'asyncops[fastapi]'``. A whole app::

    app = FastAPI(lifespan=lifespan(zoo=ZooClient))
    install_error_handlers(app)


    @app.get("/calls")
    async def calls(zoo: ZooDep, page_token: str | None = None) -> Out[Page[AsyncApiCall]]:
        return await zoo.operations.list(page_token=page_token)


    @app.get("/calls.ndjson", response_class=NDJSONResponse)
    async def all_calls(zoo: ZooDep) -> NDJSONResponse:
        return stream_ndjson(zoo.operations.list())


    @app.get("/changes", response_class=SSEResponse)
    async def changes(zoo: ZooDep, resume: ResumeDep) -> SSEResponse:
        return stream_sse(zoo.operations.watch(resume=resume))

Which error gives which status is in :mod:`asyncops.fastapi.problems`.
"""

from asyncops.fastapi.clients import (
    ChainloopDep,
    ZooDep,
    chainloop_client,
    lifespan,
    zoo_client,
)
from asyncops.fastapi.event_ids import ResumeDep, watch_resume
from asyncops.fastapi.events import SSEResponse, stream_sse
from asyncops.fastapi.handlers import ProblemResponse, install_error_handlers
from asyncops.fastapi.ndjson import NDJSONResponse, stream_ndjson
from asyncops.fastapi.out import Out
from asyncops.fastapi.problems import Problem, problem_of

__all__ = [
    "ChainloopDep",
    "NDJSONResponse",
    "Out",
    "Problem",
    "ProblemResponse",
    "ResumeDep",
    "SSEResponse",
    "ZooDep",
    "chainloop_client",
    "install_error_handlers",
    "lifespan",
    "problem_of",
    "stream_ndjson",
    "stream_sse",
    "watch_resume",
    "zoo_client",
]
