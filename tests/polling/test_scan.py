"""How far listings are read for some operations."""

from datetime import timedelta

from asyncops.models import Operation
from asyncops.polling.fair_slots import FairSlots
from asyncops.polling.scan import CreatedRange, ListingScan
from tests.laws.lives import EPOCH, Life, Service


def scan_of(
    service: Service,
    wanted: set[str],
    *,
    span: CreatedRange | None = None,
    budget: int | None = None,
) -> tuple[ListingScan, list[str]]:
    """A reading of all jobs, and the names that it has seen."""
    seen: list[str] = []

    def see(name: str, _: Operation) -> None:
        seen.append(name)

    share = FairSlots(4).share(lambda: 1)
    listings = service.all_only().listings
    scan = ListingScan(
        listings, wanted, see, share, lambda job: str(job.id), span=span, budget=budget
    )
    return scan, seen


def service_of(count: int) -> Service:
    return Service({f"job {number:02}": Life(number, None) for number in range(count)}, size=5)


async def test_it_reads_no_further_than_the_last_one_wanted() -> None:
    service = service_of(30)
    scan, seen = scan_of(service, {"job 29", "job 24"})
    assert await scan.read()
    assert (seen, scan.spent, scan.wanted) == (["job 29", "job 24"], 2, set())


async def test_it_reads_to_the_end_for_what_is_not_there() -> None:
    service = service_of(30)
    scan, seen = scan_of(service, {"job 99"})
    assert await scan.read()
    assert (seen, scan.spent, scan.wanted) == ([], 6, {"job 99"})


async def test_a_sorted_listing_is_left_behind_the_oldest_one_wanted() -> None:
    service = service_of(30)
    moment = EPOCH + timedelta(seconds=26)
    scan, seen = scan_of(service, {"gone"}, span=(moment, moment))
    assert await scan.read()
    assert (seen, scan.spent) == ([], 1)


async def test_a_budget_ends_it_and_says_that_not_all_was_read() -> None:
    service = service_of(30)
    scan, seen = scan_of(service, {"job 00"}, budget=2)
    assert not await scan.read()
    assert (seen, scan.spent) == ([], 2)
