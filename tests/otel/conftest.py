"""What the tests of OpenTelemetry start from."""

from collections.abc import Iterator

import pytest

from tests.otel.kit import Recorder


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """An SDK in memory; a span that a test leaves open fails it."""
    recorder = Recorder()
    yield recorder
    assert recorder.open == []
    recorder.close()
