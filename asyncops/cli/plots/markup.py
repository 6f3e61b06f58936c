"""Pieces of HTML. Whatever text goes in is shown as it is: none of it is taken for markup."""

from collections.abc import Iterable, Sequence
from html import escape

from attrs import frozen

from asyncops.cli.texts import visible

__all__ = ["Cell", "Markup", "cards", "joined", "table", "text"]


class Markup(str):
    """HTML that was made here, not by a service."""

    __slots__ = ()


@frozen
class Cell:
    """One cell of a table.

    Attributes:
        content: Text, or markup made here.
        look: A class of the style sheet; ``""`` for none.
    """

    content: str
    look: str = ""


def text(content: str) -> Markup:
    """Any text as markup, in one line, with control characters spelled out."""
    return content if isinstance(content, Markup) else Markup(escape(visible(content)))


def joined(parts: Iterable[Markup]) -> Markup:
    """One piece after the other, each on its line."""
    return Markup("\n".join(parts))


def table(caption: str, columns: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> Markup:
    """A table; the first cell of each row is the row's header."""
    head = "".join(f"<th scope=col{_look(each)}>{text(each.content)}</th>" for each in columns)
    body = "\n".join(f"<tr>{_row(row)}</tr>" for row in rows)
    return Markup(
        f'<div class="wide"><table><caption>{text(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def cards(pairs: Iterable[tuple[str, str, str]]) -> Markup:
    """Figures to be seen first: name, value and class of each."""
    inner = "\n".join(
        f"<div{_look(Cell('', look))}><dt>{text(name)}</dt><dd>{text(value)}</dd></div>"
        for name, value, look in pairs
    )
    return Markup(f'<dl class="cards">\n{inner}\n</dl>')


def _row(row: Sequence[Cell]) -> str:
    first, *others = row
    cells = "".join(f"<td{_look(each)}>{text(each.content)}</td>" for each in others)
    return f"<th scope=row{_look(first)}>{text(first.content)}</th>{cells}"


def _look(cell: Cell) -> str:
    return f' class="{cell.look}"' if cell.look else ""
