"""The report: its figures, and one page that needs nothing else, no network and no scripts."""

import html
import re
from array import array
from bisect import insort_right
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from attrs import define, field
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup
from matplotlib.figure import Figure

from asyncops.cli.report import theme
from asyncops.cli.report.charts import KindCount, draw_histograms, draw_kinds
from asyncops.cli.report.lives import Life, NewestLives, moment_text, short_error
from asyncops.cli.report.theme import ROLES
from asyncops.cli.report.timeline_picture import Timeline, draw_timeline
from asyncops.cli.text import span, visible
from asyncops.models import Operation, State, has_ended, kind_of, times_of
from asyncops.stats.summary import Summarizer, Summary

_MOST_BARS = 12
_MOST_ROWS = 50
_BEFORE = re.compile(r"\A.*?(?=<svg\b)", re.DOTALL)
_ABOUT = re.compile(r"\s*<(title|metadata|style)\b.*?</\1>", re.DOTALL)
_SIZE = re.compile(r' (?:width|height)="[^"]*"')
_IDS = re.compile(r'(\bid="|href="#|url\(#)')
# Variables are for styles; not every browser takes them in an attribute.
_FILL = re.compile(r'\bfill="(var\([^"]*)"')
_COLOURS = re.compile("|".join(ROLES))

_SLOWEST = 20
_MOST_KINDS = 1_000
_MOST_ERRORS = 10_000


@define(eq=False)
class Tally:
    """Counts and measures operations, one by one, in bounded memory but for two lists of durations.

    Attributes:
        now: The time of the report; aware.
        newest: The lives that the timeline shows.
        waiting: Seconds from creation to start, of each that has both.
        running: Seconds from start to end, of each that has both.
        slowest: The twenty operations that have run longest, the longest first.

    Raises:
        ConfigurationError: The extra ``stats`` is not installed.
    """

    now: datetime
    newest: NewestLives
    waiting: "array[float]" = field(factory=lambda: array("d"), init=False)
    running: "array[float]" = field(factory=lambda: array("d"), init=False)
    summarizer: Summarizer = field(factory=Summarizer, init=False)
    slowest: list[Life] = field(factory=list, init=False)
    _ended: Counter[str] = field(factory=Counter, init=False)
    _failed: Counter[str] = field(factory=Counter, init=False)
    _errors: Counter[tuple[str, str]] = field(factory=Counter, init=False)

    def add(self, operation: Operation) -> None:
        """Take one operation."""
        self.summarizer.add(operation)
        life = self.newest.add(operation, self.now)
        created, started, finished = times_of(operation)
        _measure(self.waiting, created, started)
        _measure(self.running, started, finished)
        if has_ended(operation):
            self._count(operation)
        if life is not None and life.running is not None:
            # Of those that took as long, the earlier ones to come stay.
            insort_right(self.slowest, life, key=lambda each: -each.run_time)
            del self.slowest[_SLOWEST:]

    @property
    def count(self) -> int:
        """The number of operations taken."""
        return self.newest.given + self.newest.timeless

    @property
    def failures(self) -> list[KindCount]:
        """The kinds of which some failed, those with most failures first."""
        usual: dict[str, tuple[str, int]] = {}
        # Of those that are as frequent, the first in the alphabet: whatever order they came in.
        for (kind, error), times in sorted(self._errors.items(), key=lambda each: (-each[1], each)):
            usual.setdefault(kind, (error, times))
        return [
            KindCount(kind=kind, ended=self._ended[kind], failed=failed, error=error, times=times)
            for kind, failed in self._failed.most_common()
            for error, times in [usual.get(kind, (None, 0))]
        ]

    def _count(self, operation: Operation) -> None:
        kind = kind_of(operation)
        if kind not in self._ended and len(self._ended) >= _MOST_KINDS:
            kind = "(other kinds)"
        self._ended[kind] += 1
        if operation.state is not State.FAILED:
            return
        self._failed[kind] += 1
        error = short_error(operation)
        if error and ((kind, error) in self._errors or len(self._errors) < _MOST_ERRORS):
            self._errors[kind, error] += 1


def _measure(into: "array[float]", begin: datetime | None, end: datetime | None) -> None:
    if begin is not None and end is not None and end >= begin:
        into.append((end - begin).total_seconds())


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
    return text.replace("<svg", f'<svg role="img" aria-label="{html.escape(label)}"', 1).strip()


def page_of(
    title: str, query: Sequence[tuple[str, str]], tally: Tally, *, cut_at: int | None = None
) -> bytes:
    """The page, as UTF-8: the same for the same arguments.

    Args:
        title: The resource: ``Zoo operations``.
        query: The filters and the order that were asked for: names and values.
        tally: The operations.
        cut_at: How many operations were read where there are more; `None` where all were.
    """
    summary = tally.summarizer.result()
    timeline = Timeline(title=title, lives=tally.newest.lives, now=tally.now)
    with theme.drawing():
        page: str = _template().render(
            title=title,
            cut_at=cut_at,
            tally=tally,
            query=", ".join(f"{name} {value}" for name, value in query) or "everything",
            roles=" ".join(f"--{role}: {colour};" for colour, role in theme.ROLES.items()),
            summary=summary,
            timeline=_picture(draw_timeline(timeline), "lives", f"Timeline. {timeline.heading}."),
            histograms=_histograms(tally, summary),
            failures=tally.failures,
            kinds=_kinds(tally.failures[:_MOST_BARS]),
            most_rows=_MOST_ROWS,
        )
    return page.encode()


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("asyncops.cli.report", ""),
        autoescape=True,
        finalize=_escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        number=lambda value: f"{value:,}",
        percent=lambda value: "-" if value is None else f"{value:.1%}",
        mean=_mean,
        moment=lambda value: f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        since_epoch=moment_text,
        span=lambda value: "-" if value is None else span(value),
    )
    return environment.get_template("page.html.jinja")


def _escaped(value: object) -> Markup:
    """Any text as markup, in one line, with control characters spelled out."""
    escaped = value if isinstance(value, Markup) else html.escape(visible(str(value)))
    return Markup(escaped)  # noqa: S704 - it is escaped


def _picture(drawn: Figure, name: str, label: str) -> Markup:
    content = theme.saved(drawn, "svg", title=label)
    return Markup(inlined(content, name, label))  # noqa: S704 - matplotlib draws text as shapes


def _histograms(tally: Tally, summary: Summary) -> Markup:
    waiting, running = (tally.waiting, summary.waiting_time), (tally.running, summary.run_time)
    label = "Histograms of waiting and of run time; the table below has their percentiles."
    return _picture(draw_histograms(waiting, running), "times", label)


def _kinds(counts: Sequence[KindCount]) -> Markup | None:
    if not counts:
        return None
    kinds = ", ".join(f"{each.kind or '(no kind)'} {each.failed:,}" for each in counts)
    return _picture(draw_kinds(counts), "kinds", theme.label(f"Failures by kind: {kinds}.", 500))


def _mean(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}" if value >= 0.1 else f"{value:.2g}"
