"""A typed walk over 500 pages of 100 calls on loopback, against others."""

import subprocess
from collections.abc import Iterator

from benchmarks.duels import Duel
from benchmarks.effort import Effort
from benchmarks.environments import own_python
from benchmarks.outcome import Bound, Outcome
from benchmarks.server import Settings
from benchmarks.works.ways import OUR_WALK

__all__ = ["KITTYCAD", "against_bare", "against_kittycad", "against_openai"]

KITTYCAD = "kittycad==1.3.5"

_PAGES = 500
_ITEMS = _PAGES * 100
_WORK = "typed walk, 500 x 100 on loopback"
_SETTINGS = Settings(pages={"completed": _PAGES})


def against_bare(effort: Effort) -> Iterator[Outcome]:
    """Against aiohttp and ``json.loads`` without models, by the order of a page's keys."""
    for keys, limit in (("alphabetical", 1.05), ("shuffled", 1.0), ("model", 1.0)):
        duel = Duel(
            name="walk-bare",
            work=f"{_WORK}, keys {keys}; aiohttp and json.loads, no models",
            items=_ITEMS,
            ours=OUR_WALK,
            peer=("bare loop", "benchmarks.contestants.bare:walk"),
            limit=limit,
            schedule=(40, 8),
            settings=Settings(pages={"completed": _PAGES}, keys=keys),
        )
        yield from duel.measure(effort)


def against_kittycad(effort: Effort) -> Iterator[Outcome]:
    """Against Zoo's own client."""
    name, work, limit = "walk-kittycad", f"{_WORK}; kittycad 1.3.5, Zoo's own client", 5.0
    try:
        python = own_python(KITTYCAD, "it wants attrs below 26")
    except (subprocess.CalledProcessError, OSError) as error:
        bound = Bound(limit=limit, at_least=True)
        return iter([Outcome(name=name, work=work, bound=bound, error=str(error))])
    duel = Duel(
        name=name,
        work=work,
        items=_ITEMS,
        ours=OUR_WALK,
        peer=("kittycad", "benchmarks.contestants.zoos_own:walk"),
        limit=limit,
        schedule=(12, 3),
        settings=_SETTINGS,
        python=python,
    )
    return duel.measure(effort)


def against_openai(effort: Effort) -> Iterator[Outcome]:
    """Against openai-python's paginator."""
    duel = Duel(
        name="walk-openai",
        work=f"{_WORK}; openai-python's paginator",
        items=_ITEMS,
        ours=OUR_WALK,
        peer=("openai", "benchmarks.contestants.openais:walk"),
        limit=16.0,
        schedule=(8, 2),
        settings=_SETTINGS,
    )
    return duel.measure(effort)
