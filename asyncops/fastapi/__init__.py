"""Clients that live as long as a FastAPI app, answers to errors, typed responses, and streams.

Install the extra: ``pip install 'asyncops[fastapi]'``. A whole app::

    app = FastAPI(lifespan=lifespan(ZooClient))
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

:mod:`asyncops.fastapi.problems` has the status of each error.
"""

from asyncops.fastapi.clients import ChainloopDep, ZooDep, accounts_of, client_of, lifespan
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
    "accounts_of",
    "client_of",
    "install_error_handlers",
    "lifespan",
    "problem_of",
    "stream_ndjson",
    "stream_sse",
    "watch_resume",
]
