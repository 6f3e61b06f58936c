"""Pages of a hundred, from bytes to models."""

import re

import pytest

from asyncops.chainloop.models import OperationsPage
from asyncops.codec import decoder
from asyncops.zoo.models import AsyncApiCallPage, MlPrompt, MlPromptPage
from benchmarks.listings import NumberedListing, TokenListing, prompt_body
from benchmarks.micro.kit import Benchmark

pytestmark = pytest.mark.benchmark(group="decoding")

CALLS = TokenListing("completed", 0, 2, 100).page(0, ascending=False)
OPERATIONS = NumberedListing(2, 100).page(0)
PROMPT = prompt_body("f135d675-c44a-4e2e-9638-87d941fa1872")
PROMPTS = b'{"items":[%b],"next_page":"page-00000001"}' % b",".join([PROMPT] * 100)
NANOSECONDS = re.sub(rb"(\.\d{6})Z", rb"\g<1>789Z", CALLS)


def bench_a_page_of_calls(benchmark: Benchmark) -> None:
    assert len(benchmark(decoder(AsyncApiCallPage), CALLS).items) == 100


def bench_a_page_of_calls_with_nanoseconds(benchmark: Benchmark) -> None:
    assert len(NANOSECONDS) == len(CALLS) + 3 * 400
    assert len(benchmark(decoder(AsyncApiCallPage), NANOSECONDS).items) == 100


def bench_a_page_of_prompts(benchmark: Benchmark) -> None:
    assert len(benchmark(decoder(MlPromptPage), PROMPTS).items) == 100


def bench_a_page_of_operations(benchmark: Benchmark) -> None:
    assert len(benchmark(decoder(OperationsPage, json="protobuf"), OPERATIONS).items) == 100


def bench_one_prompt(benchmark: Benchmark) -> None:
    assert benchmark(decoder(MlPrompt), PROMPT).model_version == "0.9.2"
