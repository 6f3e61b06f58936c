"""Operations to wait for, as they are given."""

from typing import Any
from uuid import UUID

import pytest

from asyncops.polling.pending import Pending
from tests.laws.lives import Job, Service, pending


def test_an_id_that_is_given_twice_is_waited_for_once() -> None:
    """Under the spelling that came first."""
    service = Service({})
    group: Pending[str, Job] = pending(service.all_only(), ["a", "b", "a"])
    assert repr(group) == "Pending(2 ids)"
    assert list(group.ids) == ["a", "b"]


@pytest.mark.parametrize("ids", ["one", b"one", 5, UUID(int=1)], ids=repr)
def test_ids_are_several(ids: Any) -> None:
    """One is taken for a mistake."""
    with pytest.raises(TypeError, match="ids must be several ids"):
        pending(Service({}).all_only(), ids)
