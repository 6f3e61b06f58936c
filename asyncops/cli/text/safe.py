"""Text from a service, made safe for a terminal: no character moves the cursor or hides."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

# Terminals do not agree on how these change the width of the character before them.
_DROPPED = frozenset("\u200c\u200d") | {chr(code) for code in range(0x1F3FB, 0x1F400)}
_FLAG_A = 0x1F1E6
_FLAG_Z = 0x1F1FF
# Characters of no width could pile up in one cell without end.
_MOST_PER_CELL = 4


def visible(text: str) -> str:
    r"""The text on one line, with everything that a terminal would act on spelled out.

    White space of any kind, line ends included, becomes single blanks. Control characters,
    invisible ones, such as those that turn the reading direction, and those that no version of
    Unicode known here has are written as escapes: ``\x1b``, ``\u202e``. What only joins or tints
    emoji is left out, and a flag becomes its two letters, as terminals differ on their widths.

    Args:
        text: Any text, of any origin.

    Returns:
        Printable text: no character of it has an effect beyond being shown.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return "".join(map(_shown, " ".join(text.split())))


def width_of(text: str) -> int:
    """How many cells of a terminal a text that is :func:`visible` takes."""
    return cell_len(text)


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """The text as :func:`visible` gives it, in at most ``width`` cells.

    Args:
        text: Any text, of any origin and length; only the part that may be shown is read.
        width: Cells of the terminal, 0 or more.
        ellipsis: The mark of a cut; cut itself where ``width`` is smaller.
    """
    most = _MOST_PER_CELL * (width + 1)
    head = text[: 16 * most]
    shown = visible(head)
    if len(head) == len(text) and cell_len(shown) <= width and len(shown) < most:
        return shown
    start = set_cell_size(shown[:most], max(0, width - len(ellipsis)))
    return start.rstrip(" ") + ellipsis[:width]


def end_of(text: str, width: int) -> str:
    """The text in at most ``width`` cells, cut at its beginning: ``…/file/mass``.

    Args:
        text: Any text, of any origin and length; only the part that may be shown is read.
        width: Cells of the terminal, at least 1.
    """
    most = _MOST_PER_CELL * (width + 1)
    shown = visible(text[-16 * most :])[-most:]
    if len(text) < most and cell_len(shown) <= width:
        return shown
    while cell_len(shown) >= width:
        shown = shown[1:]
    return f"…{shown.lstrip(' ')}"


def padded(text: str, width: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """The text in exactly ``width`` cells, cut or filled with blanks.

    Args:
        text: Any text, of any origin.
        width: Cells of the terminal, 0 or more.
        right: Whether the blanks come first.
        ellipsis: As in :func:`cut`.
    """
    shown = cut(text, width, ellipsis=ellipsis)
    blanks = " " * (width - cell_len(shown))
    return blanks + shown if right else shown + blanks


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    code = ord(character)
    if character in _DROPPED or 0xFE00 <= code <= 0xFE0F:
        return ""
    if _FLAG_A <= code <= _FLAG_Z:
        return chr(ord("A") + code - _FLAG_A)
    # Blanks that the text keeps are those between words; all else that is of class C acts or hides.
    if unicodedata.category(character)[0] in "CZ" and character != " ":
        return character.encode("unicode_escape").decode()
    return character
