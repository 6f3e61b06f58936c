"""The parts that the models of every service share."""

from asyncops.models.fields import (
    JSON,
    PRIVATE,
    UNNAMED,
    EpochMillis,
    EpochSeconds,
    TimeForm,
    Timestamp,
    UtcTimestamp,
    key,
    private,
    time_form,
    wire_key,
)
from asyncops.models.operation import (
    HasKind,
    Id,
    Operation,
    has_ended,
    how_it_ended,
    kind_of,
    known_time,
    status_word,
    times_of,
)
from asyncops.models.page import Cursor, Page
from asyncops.models.states import OpenEnum, State, Status, Tracked

__all__ = [
    "JSON",
    "PRIVATE",
    "UNNAMED",
    "Cursor",
    "EpochMillis",
    "EpochSeconds",
    "HasKind",
    "Id",
    "OpenEnum",
    "Operation",
    "Page",
    "State",
    "Status",
    "TimeForm",
    "Timestamp",
    "Tracked",
    "UtcTimestamp",
    "has_ended",
    "how_it_ended",
    "key",
    "kind_of",
    "known_time",
    "private",
    "status_word",
    "time_form",
    "times_of",
    "wire_key",
]
