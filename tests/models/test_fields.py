"""Types and marks of a model's fields."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import msgspec
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.models.description_error import DescriptionError
from asyncops.models.fields import (
    PRIVATE,
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

MOMENTS = st.datetimes(timezones=st.just(UTC))
START = datetime(1970, 1, 1, tzinfo=UTC)


def form_of(hint: Any) -> TimeForm:
    form = time_form(hint)
    assert form is not None
    return form


SECONDS, MILLIS, IN_UTC = map(form_of, (EpochSeconds, EpochMillis, UtcTimestamp))


def test_a_timestamp_has_a_zone() -> None:
    read = msgspec.json.Decoder(Timestamp).decode
    assert read(b'"2026-11-01T08:00:00Z"') == datetime(2026, 11, 1, 8, tzinfo=UTC)
    with pytest.raises(msgspec.ValidationError):
        read(b'"2026-11-01T08:00:00"')
    assert time_form(Timestamp) is None


@given(MOMENTS)
def test_a_number_since_1970_is_the_moment_to_the_microsecond(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert SECONDS.read((whole - START) // timedelta(seconds=1)) == whole
    millis = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert MILLIS.read((millis - START) // timedelta(milliseconds=1)) == millis
    assert SECONDS.read(moment) == moment
    if 1900 < moment.year < 2100:
        # A float of these years is precise enough.
        assert SECONDS.read(moment.timestamp()) == moment


def test_a_fraction_goes_to_the_nearest_microsecond() -> None:
    assert SECONDS.read(1_730_448_000.123456) == datetime(2024, 11, 1, 8, 0, 0, 123_456, tzinfo=UTC)
    assert SECONDS.read(0.0000006) == START + timedelta(microseconds=1)
    assert MILLIS.read(0.0004) == START
    assert SECONDS.read(-1) == START - timedelta(seconds=1)


@pytest.mark.parametrize("value", [1e20, -1e20, 10**400, 253_402_300_800, -62_135_596_801])
def test_a_number_beyond_the_calendar_is_refused_in_few_words(value: float) -> None:
    with pytest.raises(ValueError, match=r"^seconds since 1970 must be from the year 1 ") as caught:
        SECONDS.read(value)
    assert len(str(caught.value)) < 100
    with pytest.raises(ValueError, match=r"^milliseconds since 1970"):
        MILLIS.read(value * 1000)


def test_a_time_without_a_zone_is_in_utc_and_one_with_a_zone_is_as_it_says() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    east = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert IN_UTC.read(naive) == datetime(2026, 1, 1, tzinfo=UTC)
    assert IN_UTC.read(naive).utcoffset() == timedelta(0)
    assert IN_UTC.read(east) is east


@frozen(kw_only=True)
class Run:
    id: str
    status: str = key("state")
    note: str = key("the-note", default="none")


def test_a_field_may_have_another_key_and_a_default() -> None:
    fields = attrs.fields_dict(Run)
    assert {name: wire_key(field) for name, field in fields.items()} == {
        "id": "id",
        "status": "state",
        "note": "the-note",
    }
    assert Run(id="1", status="done") == Run(id="1", status="done", note="none")
    with pytest.raises(TypeError, match="status"):
        Run(id="1")


@frozen(kw_only=True)
class Call:
    token: str = private()
    address: str | None = private(None)
    body: str = key("content", repr=False)


def test_a_field_may_stand_in_no_repr() -> None:
    call = Call(token="t-1", body="b-1")
    assert repr(call) == "Call()"
    assert call.address is None
    private_fields = [each.name for each in attrs.fields(Call) if PRIVATE in each.metadata]
    assert private_fields == ["token", "address"]


@pytest.mark.parametrize("name", ["", None, 5])
def test_a_key_is_a_text(name: Any) -> None:
    with pytest.raises(DescriptionError, match=r"key\(\) needs the name of a key"):
        key(name)
