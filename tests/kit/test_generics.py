"""The letters of the generic classes."""

from typing import Any

import pytest

from asyncops.kit.actions import ResultOperations, StartableLookups, StartableOperations
from asyncops.kit.generics import C, F, G, M, N, O, P, R, S, T, W
from asyncops.kit.operations import Items, ListedItems, ListedOperations, Lookups, Operations


@pytest.mark.parametrize(
    ("kind", "letters"),
    [
        (ListedItems, (P, T)),
        (Items, (P, T, R)),
        (ListedOperations, (P, W, O)),
        (Operations, (P, W, O, F)),
        (StartableOperations, (P, W, O, F, S, N, C, M)),
        (ResultOperations, (P, W, O, F, S, N, C, M)),
        (Lookups, (O,)),
        (StartableLookups, (F, S, N, C, M)),
    ],
)
def test_each_class_has_its_letters_in_the_order_of_their_verbs(
    kind: Any, letters: tuple[object, ...]
) -> None:
    """Classes of verbs that are written by hand name them in this order."""
    assert kind.__parameters__ == letters
    assert G not in letters
