"""What the demo found, as tables and sentences."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asyncops.cli.commands.demo.listings import Walked
from asyncops.cli.output.table_columns import STYLES
from asyncops.models import Operation, State

Sections = Mapping[str, Sequence[Walked]]
"""What was read, by who may read it."""

Services = Mapping[str, Sequence[Operation]]
"""The operations of each service."""


def show(sections: Sections, services: Services, console: Console) -> bool:
    """Print all that the demo found; whether all of it is as it should be."""
    for table in (_walks(sections), _states(services)):
        console.print()
        console.print(table)
    console.print()
    read = [each for section in sections.values() for each in section]
    for sentence in _sentences(read):
        console.print(sentence, soft_wrap=not console.is_terminal)
    return not any(each.wrong for each in read)


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )


def _walks(sections: Sections) -> Table:
    table = _table("What was read")
    table.add_column("listing")
    for name in ("items", "pages", "requests", "retried", "seconds", "items/s"):
        table.add_column(name, justify="right", no_wrap=True)
    for title, section in sections.items():
        table.add_row(Text(title, style="bold"))
        for walk in section:
            rate = len(walk.items) / walk.seconds if walk.seconds > 0 else 0.0
            table.add_row(
                f"  {walk.name}",
                f"{len(walk.items):,}",
                "" if walk.pages is None else f"{walk.pages:,}",
                f"{walk.requests:,}",
                Text(f"{walk.failed:,}", style="yellow") if walk.failed else "",
                f"{walk.seconds:.2f}",
                f"{rate:,.0f}",
                style="red" if walk.wrong else "",
            )
    return table


def _states(services: Services) -> Table:
    table = _table("Operations by state")
    table.add_column("service", no_wrap=True)
    rare = (State.BLOCKED, State.CANCELLED, State.UNKNOWN)
    counts = {name: Counter(each.state for each in found) for name, found in services.items()}
    seen = {state for count in counts.values() for state in count}
    states = [state for state in State if state in seen or state not in rare]
    for state in states:
        table.add_column(Text(state.value, style=STYLES[state]), justify="right", no_wrap=True)
    for name, count in counts.items():
        table.add_row(name, *(f"{count[state]:,}" for state in states))
    return table


def _sentences(read: Sequence[Walked]) -> Iterator[Text]:
    if failed := sum(each.failed for each in read):
        faults = "(on purpose: a 503 with Retry-After, a lost connection)"
        yield Text(f"{failed} requests failed {faults} and were sent again.")
    wrong = [each for each in read if each.wrong]
    for each in wrong:
        yield Text(f"{each.name}: {each.wrong}.", style="bold red")
    if wrong:
        yield Text("What came is not what the servers hold.", style="bold red")
        return
    listed = sum(len(each.items) for each in read if each.pages is not None)
    fetched = sum(len(each.items) for each in read if each.pages is None)
    yield Text(
        f"Every item came exactly once, in order: {listed:,} listed and {fetched:,} fetched by id, "
        "compared with what the servers hold.",
        style="bold green",
    )
