"""A real answer."""

from uuid import UUID

from attrs import field, frozen

from asyncops.kit.sample import Sample, with_places
from asyncops.models import State, Timestamp, key


@frozen(kw_only=True)
class Job:
    number: UUID = key("_id")
    status: str = key("phase")
    created_at: Timestamp
    finished_at: Timestamp | None = key("ended", default=None)
    error: str | None = field(default=None)

    @property
    def started_at(self) -> None:
        """Nothing: the service does not tell it."""


def test_places_are_the_keys_of_the_fields_unless_told() -> None:
    sample = with_places(Sample(item={"_id": "x"}, error="why"), Job, ("full_id", "number"))
    assert (sample.id, sample.status, sample.created) == ("_id", "phase", "created_at")
    assert (sample.started, sample.finished) == (None, "ended")
    assert sample.error == "why"
    assert with_places(Sample(item={}, error=None), Job, ("number",)).error is None


@frozen
class Untimed:
    id: str
    started_at: None = None
    error: "None" = None


def test_a_field_that_can_only_be_null_is_no_place() -> None:
    """As a property is none: the service tells nothing there."""
    sample = with_places(Sample(item={"id": "x"}), Untimed, ("id",))
    assert (sample.id, sample.started, sample.error) == ("id", None, None)


def test_samples_are_hashed_by_their_places() -> None:
    sample = Sample(item={"id": "x"}, by_state={State.FAILED: {"error": "no disk"}})
    assert hash(sample) == hash(Sample(item={}))
