"""What all tests share."""

import gc
import inspect
import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import ClientResponse
from aioresponses import aioresponses
from hypothesis import HealthCheck, settings

from tests.redis_server import redis_url

__all__ = ["redis_url"]  # a fixture of the tests below retry/ and taskiq/

# The programs that tests start are compiled once, and not at each of a hundred starts.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Nothing comes from the accounts of whoever runs the tests.
for _variable in (
    "ZOO_API_TOKEN",
    "ZOO_BASE_URL",
    "CHAINLOOP_TOKEN",
    "CHAINLOOP_BASE_URL",
    "CHAINLOOP_ORGANIZATION",
):
    os.environ.pop(_variable, None)

# Timing belongs in benchmarks: a busy machine is no reason for an example to fail.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


# What is imported and collected lasts as long as the run, and is no garbage to look for.
gc.disable()


def pytest_collection_finish() -> None:
    """Let the garbage collector see what the tests make."""
    gc.collect()
    gc.freeze()
    gc.enable()


class MendedResponse(ClientResponse):
    """aioresponses 0.7.9 does not pass the ``stream_writer`` that aiohttp 3.14 asks for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "stream_writer" in inspect.signature(ClientResponse.__init__).parameters:
            kwargs.setdefault("stream_writer", Mock(output_size=0))
        super().__init__(*args, **kwargs)


class Mocked:
    """aioresponses with the mended response, and the headers that were sent."""

    def __init__(self, inner: aioresponses) -> None:
        self._inner = inner

    def get(self, url: str, **kwargs: Any) -> None:
        """Answer one GET of ``url``."""
        self._inner.get(url, response_class=MendedResponse, **kwargs)

    @property
    def urls(self) -> list[str]:
        """The URLs asked for, each as often as it was."""
        return [str(url) for (_, url), calls in self._inner.requests.items() for _ in calls]

    @property
    def headers(self) -> list[dict[str, str]]:
        """The headers of the requests."""
        return [call.kwargs["headers"] for calls in self._inner.requests.values() for call in calls]


@pytest.fixture
def mocked() -> Iterator[Mocked]:
    """Answers without sockets."""
    with aioresponses() as inner:
        yield Mocked(inner)
