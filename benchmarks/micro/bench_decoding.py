"""Pages of a hundred, from bytes to models."""

import pytest

from asyncops import ChainloopClient, ZooClient
from asyncops.http.decoding import decoder
from asyncops.kit.page_decoders import page_decoder
from asyncops.services.zoo import MlPrompt
from benchmarks.listings import KEY_ORDERS, NumberedListing, TokenListing, prompt_body
from benchmarks.micro.kit import Benchmark

pytestmark = pytest.mark.benchmark(group="decoding")

OPERATIONS = NumberedListing(2).page(0)
PROMPT = prompt_body("f135d675-c44a-4e2e-9638-87d941fa1872")
PROMPTS = b'{"items":[%b],"next_page":"page-00000001"}' % b",".join([PROMPT] * 100)
DECODE_CALLS = page_decoder(ZooClient.operations.description, "plain")
DECODE_PROMPTS = page_decoder(ZooClient.ml_prompts.description, "plain")
DECODE_OPERATIONS = page_decoder(ChainloopClient.operations.description, "protobuf")


@pytest.mark.parametrize("digits", [3, 9])
@pytest.mark.parametrize("keys", KEY_ORDERS)
def bench_a_page_of_calls(benchmark: Benchmark, keys: str, digits: int) -> None:
    page = TokenListing(pages=2, keys=keys, digits=digits).page()
    assert len(benchmark(DECODE_CALLS, page).items) == 100


def bench_a_page_of_prompts(benchmark: Benchmark) -> None:
    assert len(benchmark(DECODE_PROMPTS, PROMPTS).items) == 100


def bench_a_page_of_operations(benchmark: Benchmark) -> None:
    assert len(benchmark(DECODE_OPERATIONS, OPERATIONS).items) == 100


def bench_one_prompt(benchmark: Benchmark) -> None:
    assert benchmark(decoder(MlPrompt), PROMPT).model_version == "0.9.2"
