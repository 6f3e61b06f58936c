"""An SVG file made part of a page: no prologue, no styles that leak, no ids that clash."""

import re
from html import escape

from asyncops.cli.report.theme import ROLES

__all__ = ["inlined"]

_BEFORE = re.compile(r"\A.*?(?=<svg\b)", re.DOTALL)
_ABOUT = re.compile(r"\s*<(title|metadata|style)\b.*?</\1>", re.DOTALL)
_SIZE = re.compile(r' (?:width|height)="[^"]*"')
_IDS = re.compile(r'(\bid="|href="#|url\(#)')
# Variables are for styles; not every browser takes them in an attribute.
_FILL = re.compile(r'\bfill="(var\([^"]*)"')
_COLOURS = re.compile("|".join(ROLES))


def inlined(content: bytes, name: str, label: str) -> str:
    """The picture as an ``<svg>`` element, as wide as its place in the page.

    Its colours become ``var(--role)``, by :data:`theme.ROLES`, for the page to set.

    Args:
        content: The SVG that :func:`theme.saved` returned.
        name: Set before every id of the picture; letters, different for each picture of a page.
        label: A description of the picture for screen readers.
    """
    text = _ABOUT.sub("", _BEFORE.sub("", content.decode()))
    # Those of the picture itself come first.
    text = _SIZE.sub("", text, count=2)
    text = _IDS.sub(rf"\1{name}-", text)
    text = _COLOURS.sub(lambda match: f"var(--{ROLES[match[0]]})", text)
    text = _FILL.sub(r'style="fill: \1"', text)
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1).strip()
