"""Whether listings are read or ids asked for."""

from asyncops.polling.scan import ScanCosts


def test_listings_are_read_where_they_cost_less_than_asking_for_each() -> None:
    """By what the last reading took."""
    costs = ScanCosts(3)
    assert [costs.next_budget(ids) for ids in (2, 3, 4, 300)] == [0, 0, 3, 299]
    costs.took(40)
    assert costs.next_budget(41) == 40
    assert costs.next_budget(40) == 0
    # An old reading says less each time.
    assert costs.next_budget(40) == 39


def test_listings_that_are_too_long_are_tried_ever_more_rarely() -> None:
    """And again at once when they have told all."""
    costs = ScanCosts(1)
    pauses = []
    for _ in range(8):
        costs.overran()
        pause = 0
        while not costs.next_budget(50):
            pause += 1
        pauses.append(pause)
    assert pauses == [2, 4, 8, 16, 32, 64, 64, 64]
    costs.took(5)
    costs.failed()
    assert [costs.next_budget(50) for _ in range(3)] == [0, 49, 49]
    costs.refused()
    assert costs.next_budget(50) == 0
