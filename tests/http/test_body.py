"""What is read of a body that is too large."""

import pytest

from asyncops.http.body import _status_in

BEGINNINGS = {
    b'{"id":"1","status":"completed","outputs":{"a":"YWJj': "completed",
    b' { "status" : "in_progress" ': "in_progress",
    b'{"a":{"status":"wrong"},"b":[{"status":"wrong"}],"status":"failed"}': "failed",
    b'{"a":"\\"status\\":\\"wrong\\"","c":-1.5e3,"d":null,"status":"x_Y-z",': "x_Y-z",
    b'{"outputs":{"status":"YWJj","b":"': None,
    b'{"a":"status","b":"completed","c": ': None,
    b'{"status":7}': None,
    b'{"status":"a b"}': None,
    b'{"status":"' + b"a" * 61 + b'"}': None,
    b'{"status":"comple': None,
    b'[{"status":"completed"}]': None,
    b'"status":"completed"': None,
    b'{"a":"' + b'\\"' * 50_000: None,
    b'{"a":[' + b"1," * 50_000 + b'1],"status":"completed"}': None,
    b'{"a":"' + b"x" * 50_000 + b'","status":"completed"}': None,
    b"}}}}": None,
    b"": None,
}


@pytest.mark.parametrize(("beginning", "status"), BEGINNINGS.items(), ids=range(len(BEGINNINGS)))
def test_the_status_is_read_from_the_beginning_alone(beginning: bytes, status: str | None) -> None:
    assert _status_in(beginning) == status
