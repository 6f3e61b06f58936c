"""The enum of the statuses of a class of items."""

from attrs import frozen

from asyncops.kit import Status, Tracked
from asyncops.kit.description import Description
from tests.kit.parts import Job, JobStatus


class Other(Status):
    """Another enum."""


@frozen
class Optional(Tracked):
    status: JobStatus | None


@frozen
class Property(Tracked):
    @property
    def status(self) -> JobStatus:
        return JobStatus.DONE


@frozen
class Text:
    status: str


@frozen
class Nothing:
    id: str


def test_the_annotation_of_a_field_or_of_a_property_names_the_enum() -> None:
    for item, enum in (
        (Job, JobStatus),
        (Optional, JobStatus),
        (Property, JobStatus),
        (Text, None),
        (Nothing, None),
    ):
        assert Description(item=item).enum is enum


def test_a_declared_enum_wins() -> None:
    assert Description(item=Job, statuses=Other).enum is Other
