"""The orders that a call may ask for."""

import pytest

from asyncops.kit import Order
from asyncops.kit.listing import Ordering, orderings, params_for

ORDER = Order(param="sort", newest="created_desc", oldest="created_asc", by={"ended": "end_desc"})
SENT = ("sort", "created_desc")


@pytest.mark.parametrize(
    ("order", "value", "ordering"),
    [
        (None, None, Ordering(None)),
        (Order(), None, Ordering(True)),
        (Order(False), None, Ordering(False)),
        (Order(None), None, Ordering(None)),
        (ORDER, None, Ordering(True, (SENT,))),
        (ORDER, "created_desc", Ordering(True, (SENT,))),
        (ORDER, "created_asc", Ordering(False, (("sort", "created_asc"),))),
        (ORDER, "ended", Ordering(None, (("sort", "end_desc"),))),
        (Order(param="sort", by={"desc": "by_end"}), "desc", Ordering(True, (("sort", "desc"),))),
        (Order(False, "desc", "1", None), None, Ordering(False)),
        (Order(False, "desc", "1", None), "1", Ordering(True, (("desc", "1"),))),
    ],
)
def test_an_order_is_chosen_and_sent(
    order: Order | None, value: str | None, ordering: Ordering
) -> None:
    assert orderings(order)[value] == ordering


def test_the_parameters_of_both_directions() -> None:
    assert params_for(None, descending=True) == params_for(Order(), descending=True) == ()
    assert params_for(ORDER, descending=True) == (SENT,)
    assert params_for(Order(False, "desc", "1", None), descending=False) == ()
