"""Records of the package's loggers, as tests ask for them."""

import logging
from typing import Any

import pytest

from asyncops import ZooClient
from asyncops.testing import FakeServer

SECRET = "secret-token-31415"


def fields(record: logging.LogRecord, *names: str) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}


def of(caplog: pytest.LogCaptureFixture, logger: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == logger]


def zoo(server: FakeServer, **options: Any) -> ZooClient:
    return ZooClient(server.token, base_url=server.url, clock=server.clock, **options)
