"""Progress bars, where somebody can see them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from asyncops.cli.commands.demo.listings import Tick

__all__ = ["AddBar", "progress_bars"]

AddBar = Callable[[str, int], Tick]
"""From a listing's name and its number of items to the hook that moves its bar."""


@contextmanager
def progress_bars(console: Console) -> Iterator[AddBar]:
    """One bar for each listing; gone when the work is done, and never there in a pipe."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pages]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        expand=True,
    )

    def add(name: str, total: int) -> Tick:
        task = progress.add_task(name, total=total, pages="")
        pages = 0

        def tick(items: int, more_pages: int) -> None:
            nonlocal pages
            pages += more_pages
            shown = f"{pages:,} page{'' if pages == 1 else 's'}" if pages else ""
            progress.update(task, advance=items, pages=shown)

        return tick

    # Where nothing is shown, some releases of rich would write an empty line at the end.
    with progress if console.is_interactive else nullcontext():
        yield add
