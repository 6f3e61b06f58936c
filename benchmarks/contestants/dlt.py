"""dlt's REST client, which walks without an event loop and makes no models."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.worker import Run, Tally

__all__ = ["walk"]

# Nothing is told to its makers.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"


@asynccontextmanager
async def walk(url: str) -> AsyncIterator[Run]:
    """Iterate ``RESTClient.paginate``, page after page."""
    # All of it reads the variable above.
    from dlt.sources.helpers.rest_client.auth import BearerTokenAuth  # noqa: PLC0415
    from dlt.sources.helpers.rest_client.client import RESTClient  # noqa: PLC0415
    from dlt.sources.helpers.rest_client.paginators import (  # noqa: PLC0415
        JSONResponseCursorPaginator,
    )

    client = RESTClient(
        base_url=url,
        auth=BearerTokenAuth("token"),
        paginator=JSONResponseCursorPaginator("next_page", "page_token"),
        data_selector="items",
    )
    query = {"limit": 100, "sort_by": "created_at_descending", "status": "completed"}

    async def run() -> Tally:
        found = 0
        for page in client.paginate("/async/operations", params=query):
            for _ in page:
                found += 1
        return {"items": found}

    yield run
