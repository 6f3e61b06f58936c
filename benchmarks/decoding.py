"""One page of 100 calls, from bytes: asyncops, pydantic and bare ``json.loads``, in turns.

Run ``pip install '.[bench]' && python benchmarks/decoding.py``. It prints the median of each, and
the median of the ratios of runs that lay next to each other, since machines drift.
"""

import json
from collections.abc import Callable
from datetime import datetime
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from asyncops.codec import decoder
from asyncops.zoo.models import AsyncApiCallPage

ROUNDS = 60
PAGES = 20

CALL = {
    "id": "f135d675-c44a-4e2e-9638-87d941fa1872",
    "status": "completed",
    "type": "file_surface_area",
    "created_at": "2024-09-19T16:11:34.045Z",
    "started_at": "2024-09-19T16:11:35.045123Z",
    "completed_at": "2024-09-19T16:11:36.045123Z",
    "updated_at": "2024-09-19T16:11:36.045123Z",
    "user_id": "9626601f-9396-45c7-855c-ca66c11d7af9",
    "worker": "worker-7",
    "input": {"path": "part.step", "scale": 0.5},
    "output": {"surface_area": 12.5},
    "attempts": 1,
}
BODY = json.dumps({"items": [CALL] * 100, "next_page": "next"}).encode()


class PeerCall(BaseModel):
    """The same fields, as pydantic reads them."""

    id: UUID
    status: str
    type: str
    created_at: datetime
    updated_at: datetime
    user_id: UUID
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: str | None = None
    worker: str | None = None
    input: Any = None
    output: Any = None
    attempts: int | None = None


class PeerPage(BaseModel):
    """A page of them."""

    items: list[PeerCall]
    next_page: str | None = None


CONTESTANTS: dict[str, Callable[[bytes], object]] = {
    "asyncops": decoder(AsyncApiCallPage),
    "pydantic": PeerPage.model_validate_json,
    "json.loads, no models": json.loads,
}


def seconds(read: Callable[[bytes], object]) -> float:
    start = perf_counter()
    for _ in range(PAGES):
        read(BODY)
    return (perf_counter() - start) / PAGES


def main() -> None:
    rounds = [{name: seconds(read) for name, read in CONTESTANTS.items()} for _ in range(ROUNDS)]
    print(f"{'one page of 100':24}{'median':>10}{'x asyncops':>12}")
    for name in CONTESTANTS:
        middle = median(each[name] for each in rounds)
        ratio = median(each[name] / each["asyncops"] for each in rounds)
        print(f"{name:24}{middle * 1e6:>7.0f} us{ratio:>12.2f}")


if __name__ == "__main__":
    main()
