"""An app as people write it, for tests that start it as a process: settings come from outside."""

from fastapi import FastAPI

from asyncops import AsyncOperation, ChainloopClient, Page, PollPolicy, ZooClient
from asyncops.fastapi import (
    ChainloopDep,
    NDJSONResponse,
    Out,
    SSEResponse,
    ZooDep,
    install_error_handlers,
    lifespan,
    stream_ndjson,
    stream_sse,
    streaming,
)
from asyncops.services.zoo import AsyncApiCall

# A busy machine may be slow to take the last piece.
streaming._LAST_PIECE = 60.0

app = FastAPI(lifespan=lifespan(ZooClient))
install_error_handlers(app)
mounted = FastAPI(lifespan=lifespan(ChainloopClient))
install_error_handlers(mounted)
app.mount("/mounted", mounted)


@app.get("/calls")
async def calls(zoo: ZooDep, page_token: str | None = None) -> Out[Page[AsyncApiCall]]:
    """One page."""
    return await zoo.operations.list(status="completed", page_token=page_token)


@mounted.get("/operations")
async def operations(chainloop: ChainloopDep) -> Out[Page[AsyncOperation]]:
    """Nothing: the lifespan of a mounted app never runs."""
    return await chainloop.operations.list()


@app.get("/calls.ndjson", response_class=NDJSONResponse)
async def all_calls(zoo: ZooDep) -> NDJSONResponse:
    """All of them."""
    return stream_ndjson(zoo.operations.list(status="completed", limit=10))


@app.get("/changes", response_class=SSEResponse)
async def changes(zoo: ZooDep) -> SSEResponse:
    """Whatever happens, without an end."""
    return stream_sse(zoo.operations.watch(poll=PollPolicy(initial=0.05, timeout=None)))
