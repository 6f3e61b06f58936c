"""Classes that msgspec reads into, where the JSON differs from the model."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import define, frozen

from asyncops.http.settle import converter, settler
from asyncops.http.wire_shape import wire_shape, wire_type
from asyncops.models import EpochSeconds, Timestamp, key
from asyncops.services.zoo import AsyncApiCall, MlPrompt

START = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class Run:
    """A model that holds models of its own class."""

    id: int
    status: str = key("state")
    created_at: EpochSeconds = key("created", default=START)
    children: "tuple[Run, ...]" = ()
    parent: "Run | None" = None


@frozen(kw_only=True)
class Plain:
    id: int
    created_at: Timestamp
    inner: "Plain | None" = None


@pytest.mark.parametrize("model", [AsyncApiCall, MlPrompt, Plain])
def test_a_model_without_keys_and_forms_of_its_own_is_read_into_as_it_is(model: Any) -> None:
    assert wire_shape(model) is model
    assert settler(model) is None
    assert wire_type(tuple[model, ...]) == tuple[model, ...]
    assert converter(tuple[model, ...]) is None


def test_two_fields_cannot_have_one_key() -> None:
    @frozen(kw_only=True)
    class Twice:
        status: str = key("state")
        state: str = ""

    for _ in range(2):
        with pytest.raises(TypeError, match="two fields of Twice have the key 'state'"):
            wire_shape(Twice)


def test_a_class_without_slots_is_refused() -> None:
    @define(slots=False)
    class Loose:
        status: str = key("state")

    with pytest.raises(TypeError, match="Loose must be an attrs class with slots"):
        wire_shape(Loose)


@pytest.mark.parametrize("hint", [Mapping[str, EpochSeconds], EpochSeconds | str, Run | int])
def test_a_place_where_nothing_can_be_read_is_refused(hint: Any) -> None:
    with pytest.raises(TypeError, match="cannot be read: a time in another form"):
        wire_type(hint)
