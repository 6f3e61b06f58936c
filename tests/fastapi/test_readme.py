"""The app of asyncops/fastapi/README.md, served as it is written."""

import json
from typing import Any

from fastapi.testclient import TestClient

from asyncops.testing import FakeZoo
from tests.readmes import blocks

(APP,) = blocks("python", "asyncops/fastapi/README.md")


def test_the_app_serves_what_the_readme_says(fake_zoo: FakeZoo) -> None:
    """A page, all of them, an error, and its schema."""
    module: dict[str, Any] = {"__name__": "app"}
    exec(compile(APP.text, f"{APP.readme}: app.py", "exec"), module)
    calls = [str(call.id) for call in fake_zoo.operations()]
    with TestClient(module["app"]) as client:
        assert [each["id"] for each in client.get("/calls").json()["items"]] == calls
        lines = client.get("/calls.ndjson").text.splitlines()
        assert [json.loads(line)["id"] for line in lines] == calls
        fake_zoo.throttle(retry_after=1000)
        answer = client.get("/calls")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1000")
        paths = client.get("/openapi.json").json()["paths"]
    answers = {
        path: set(each["get"]["responses"]["200"]["content"]) for path, each in paths.items()
    }
    assert answers == {
        "/calls": {"application/json"},
        "/calls.ndjson": {"application/x-ndjson"},
        "/changes": {"text/event-stream"},
    }
