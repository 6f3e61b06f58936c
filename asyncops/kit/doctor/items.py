"""The items of a listing: their class, their statuses, and how one is asked for."""

from asyncops.errors import NotFound
from asyncops.kit.doctor.evidence import Evidence
from asyncops.kit.doctor.finding import Check, Finding, bad, good, unknown


async def _rows(evidence: Evidence) -> Finding | None:
    """Every row fits the class."""
    name = evidence.bound.description.item.__name__
    if evidence.invalid:
        error = evidence.invalid[0].error
        more = f" (and {len(evidence.invalid) - 1} more)" if len(evidence.invalid) > 1 else ""
        return bad("item", f"{error}{more}", f"correct the field of {name}")
    return good("item", f"{len(evidence.items)} items that came each fit {name}")


async def _statuses(evidence: Evidence) -> Finding | None:
    """Every status is known."""
    seen = evidence.statuses_seen()
    if not seen:
        return None
    other = [each for each in seen if not each.known]
    if other:
        kinds = ", ".join(sorted({type(each).__name__ for each in other}))
        words = ", ".join(map(repr, map(str, other)))
        return bad("known statuses", f"{words} came", f"add it to {kinds}, with its State")
    return good("known statuses", f"{len(seen)} came, and all are known")


async def _get(evidence: Evidence) -> Finding | None:
    """An item of the listing can be asked for by its id."""
    description = evidence.bound.description
    if description.get is None or not evidence.items:
        return None
    wanted = getattr(evidence.items[0], description.id)
    try:
        found = getattr(await evidence.verbs.get(wanted), description.id, wanted)
    except NotFound:
        if description.id == description.identity:
            raise
        # As at Airflow's ~, where a run is listed, and is asked for elsewhere.
        return unknown("get", f"{wanted} is an id of one place, which may be another than this one")
    if found != wanted:
        return bad("get", f"asked for {wanted}, got {found}", "check get=, id= and found=")
    return good("get", f"{wanted} can be asked for")


CHECKS = (
    Check("item", _rows, "correct the class of the items"),
    Check("known statuses", _statuses, "add the status, with its State"),
    Check("get", _get, "check get=, id=, found= and result="),
)
