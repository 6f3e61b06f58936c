"""From a request to its URL, the next page's token included."""

import pytest

from asyncops.http.messages import Request
from benchmarks.micro.kit import Benchmark

pytestmark = pytest.mark.benchmark(group="urls")

FIRST = Request(
    path="/async/operations",
    params=(("sort_by", "created_at_descending"), ("limit", "100"), ("status", "completed")),
)
URL = "https://zoo.example"
TOKEN = "eyJ2IjoidjEiLCJwYWdlX3N0YXJ0Ijp7ImlkIjoiZjEzNWQ2NzUifX0+/=="


def bench_the_url_of_the_next_page(benchmark: Benchmark) -> None:
    url = benchmark(lambda: URL + FIRST.with_params([("page_token", TOKEN)]).target)
    assert url.endswith("%3D%3D")


def bench_the_url_without_parameters(benchmark: Benchmark) -> None:
    request = Request(path="/ml-prompts/f135d675-c44a-4e2e-9638-87d941fa1872")
    assert benchmark(lambda: URL + request.target).endswith("1872")
