"""What the demo found, as tables and sentences."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from attrs import frozen
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from asyncops.cli.commands.demo.listings import Walked
from asyncops.cli.commands.demo.results import in_words
from asyncops.cli.output.table_columns import STYLES
from asyncops.models import Operation, State, kind_of
from asyncops.services.zoo import AsyncApiCallOutput

__all__ = ["Report", "show"]

_NEWEST = 2

_Row = tuple[datetime, str, Operation]


@frozen(kw_only=True)
class Report:
    """All that the demo found.

    Attributes:
        walks: The listings.
        fetches: What was fetched by id.
        services: The operations of each service, newest first.
        outputs: A few results.
        now: The services' time.
    """

    walks: Sequence[Walked[object]]
    fetches: Sequence[Walked[object]]
    services: Mapping[str, Sequence[Operation]]
    outputs: Sequence[AsyncApiCallOutput]
    now: datetime

    @property
    def wrong(self) -> list[Walked[object]]:
        """What is not as it should be."""
        return [each for each in (*self.walks, *self.fetches) if each.wrong]


def show(report: Report, console: Console) -> None:
    """Print all of it."""
    tables = [_walks(report), _states(report)]
    if rows := _newest_rows(report):
        tables.append(_newest(rows, report.now))
    if report.outputs:
        tables.append(_outputs(report))
    for table in tables:
        console.print()
        console.print(table)
    console.print()
    for sentence in _sentences(report):
        console.print(sentence, soft_wrap=not console.is_terminal)


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )


def _line(text: str) -> Text:
    """A cell that is cut short where the terminal is narrow; its column gives way first."""
    return Text(text, no_wrap=True, overflow="ellipsis")


def _walks(report: Report) -> Table:
    table = _table("What was read")
    table.add_column("listing")
    for name in ("items", "pages", "requests", "retried", "seconds", "items/s"):
        table.add_column(name, justify="right", no_wrap=True)
    for walk in (*report.walks, *report.fetches):
        table.add_row(
            walk.name,
            f"{len(walk.items):,}",
            "" if walk.pages is None else f"{walk.pages:,}",
            f"{walk.requests:,}",
            Text(f"{walk.failed:,}", style="yellow") if walk.failed else "",
            f"{walk.seconds:.2f}",
            f"{walk.rate:,.0f}",
            style="red" if walk.wrong else "",
        )
    return table


def _states(report: Report) -> Table:
    table = _table("Operations by state")
    table.add_column("service", no_wrap=True)
    rare = (State.BLOCKED, State.CANCELLED, State.UNKNOWN)
    counts = {
        name: Counter(operation.state for operation in operations)
        for name, operations in report.services.items()
    }
    states = [
        state
        for state in State
        if state not in rare or any(count[state] for count in counts.values())
    ]
    for state in states:
        table.add_column(Text(state.value, style=STYLES[state]), justify="right", no_wrap=True)
    for name, count in counts.items():
        table.add_row(name, *(f"{count[state]:,}" for state in states))
    return table


def _newest(rows: Sequence[_Row], now: datetime) -> Table:
    table = _table("The newest of each state, over both services (times in UTC)")
    table.add_column("id", no_wrap=True)
    table.add_column("service", no_wrap=True)
    table.add_column("type")
    table.add_column("state", no_wrap=True)
    table.add_column("created", no_wrap=True)
    table.add_column("run time", no_wrap=True, justify="right")
    table.add_column("error")
    for created, service, operation in rows:
        table.add_row(
            str(operation.id)[:8],
            service,
            _line(kind_of(operation)),
            Text(operation.state.value, style=STYLES[operation.state]),
            f"{created.astimezone(UTC):%H:%M:%S}",
            _run_time(operation, now),
            _line(operation.error or ""),
        )
    return table


def _newest_rows(report: Report) -> list[_Row]:
    dated = sorted(
        (
            (operation.created_at, service, operation)
            for service, operations in report.services.items()
            for operation in operations
            if operation.created_at is not None
        ),
        key=lambda row: row[0],
        reverse=True,
    )
    left = dict.fromkeys(State, _NEWEST)
    rows = []
    for row in dated:
        state = row[2].state
        if left[state]:
            left[state] -= 1
            rows.append(row)
    return rows


def _run_time(operation: Operation, now: datetime) -> str:
    if operation.started_at is None:
        return ""
    until = operation.finished_at or now
    return f"{(until - operation.started_at).total_seconds():.1f} s"


def _outputs(report: Report) -> Table:
    table = _table("Results, as typed objects")
    table.add_column("id", no_wrap=True)
    table.add_column("class", no_wrap=True)
    table.add_column("holds")
    for output in report.outputs:
        table.add_row(str(output.id)[:8], type(output).__name__, _line(in_words(output)))
    return table


def _sentences(report: Report) -> Iterator[Text]:
    failed = sum(each.failed for each in (*report.walks, *report.fetches))
    if failed:
        yield Text(
            f"{failed} requests failed (on purpose: a 503 with Retry-After, a lost connection) and "
            "were sent again."
        )
    for each in report.wrong:
        yield Text(f"{each.name}: {each.wrong}.", style="bold red")
    if report.wrong:
        yield Text("What came is not what the servers hold.", style="bold red")
        return
    listed = sum(len(walk.items) for walk in report.walks)
    fetched = sum(len(each.items) for each in report.fetches)
    yield Text(
        f"Every item came exactly once, in order: {listed:,} listed and {fetched:,} fetched by id, "
        "compared with what the servers hold.",
        style="bold green",
    )
