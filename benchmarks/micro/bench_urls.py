"""From a request to its URL, the next page's token included."""

import pytest

from asyncops import ZooClient
from asyncops.messages import Request
from asyncops.progress import Meter
from benchmarks.micro.kit import Benchmark

pytestmark = pytest.mark.benchmark(group="urls")

FIRST = Request(
    path="/async/operations",
    params=(("sort_by", "created_at_descending"), ("limit", "100"), ("status", "completed")),
)
METER = Meter()
TOKEN = "eyJ2IjoidjEiLCJwYWdlX3N0YXJ0Ijp7ImlkIjoiZjEzNWQ2NzUifX0+/=="


def bench_the_url_of_the_next_page(benchmark: Benchmark) -> None:
    client = ZooClient("token", base_url="https://zoo.example")

    def url() -> str:
        return client._call(FIRST.adding([("page_token", TOKEN)]), METER).url

    assert benchmark(url).endswith("%3D%3D")


def bench_the_url_without_parameters(benchmark: Benchmark) -> None:
    client = ZooClient("token", base_url="https://zoo.example")
    request = Request(path="/ml-prompts/f135d675-c44a-4e2e-9638-87d941fa1872")
    assert benchmark(lambda: client._call(request, METER).url).endswith("1872")
