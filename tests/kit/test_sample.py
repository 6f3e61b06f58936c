"""A real answer."""

from asyncops.kit.sample import Sample
from asyncops.models import State


def test_places_are_those_of_an_operation_unless_told() -> None:
    sample = Sample(item={"id": "x"}, by_state={State.FAILED: {"error": "no disk"}})
    assert (sample.id, sample.status, sample.created) == ("id", "status", "created_at")
    assert (sample.started, sample.finished) == ("started_at", "finished_at")
    assert sample.error == "error"
    assert hash(sample) == hash(Sample(item={}))
