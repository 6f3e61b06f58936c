"""Progress bars, where somebody can see them."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from asyncops.cli.demo.listings import Tick

__all__ = ["Bars"]


class Bars:
    """One bar for each listing; gone when the work is done, and never there in a pipe."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[pages]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            expand=True,
            disable=not console.is_interactive,
        )
        self._shown = console.is_interactive

    def __enter__(self) -> Self:
        if self._shown:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Where nothing was shown, some releases of rich would write an empty line here.
        if self._shown:
            self._progress.stop()

    def add(self, name: str, total: int) -> Tick:
        """A new bar; gives what moves it."""
        task = self._progress.add_task(name, total=total, pages="")
        pages = 0

        def tick(items: int, more_pages: int) -> None:
            nonlocal pages
            pages += more_pages
            shown = f"{pages:,} page{'' if pages == 1 else 's'}" if pages else ""
            self._progress.update(task, advance=items, pages=shown)

        return tick
