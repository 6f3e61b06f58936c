"""The answers of a real pygeoapi fit the models of OGC API - Processes.

Its own description refers to the standard's schemas, and holds none. Run with ``pytest -m specs``,
as ``test_specs.py`` says.
"""

import json

import attrs
import msgspec
import pytest

from asyncops import State
from asyncops.http.decoding import decoder
from asyncops.models import wire_key
from asyncops.services import ogc
from tests.published.schemas import description

pytestmark = pytest.mark.specs

# Of pygeoapi alone, and what is the same of all jobs.
LEFT_OUT = {"parameters", "type"}


def test_the_answers_of_a_real_pygeoapi_are_read() -> None:
    """Each field of a job has a place in the model."""
    answers = json.loads(description("real/pygeoapi-samples.json").read_text())
    read = decoder(ogc.Job)
    rows = [
        row
        for answer in answers
        if isinstance(answer["body"], dict)
        for row in [*answer["body"].get("jobs", ()), answer["body"]]
        if isinstance(row, dict) and "jobID" in row
    ]
    jobs = [read(msgspec.json.encode(row)) for row in rows]
    assert {job.state for job in jobs} == {State.SUCCEEDED, State.FAILED, State.CANCELLED}
    known = {wire_key(each) for each in attrs.fields(ogc.Job)}
    assert {key for row in rows for key in row} - LEFT_OUT <= known
    links = {wire_key(each) for each in attrs.fields(ogc.JobLink)}
    assert {key for row in rows for link in row.get("links", ()) for key in link} <= links
