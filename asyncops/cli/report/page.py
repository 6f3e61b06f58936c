"""The report: one page that needs nothing else, no network and no scripts."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime

from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup
from matplotlib.figure import Figure

from asyncops.cli.report import theme
from asyncops.cli.report.histograms import Histogram, draw_histograms
from asyncops.cli.report.kinds import KindCount, draw_kinds
from asyncops.cli.report.lives import moment_text
from asyncops.cli.report.svg import inlined
from asyncops.cli.report.tally import Tally
from asyncops.cli.report.timeline_picture import Timeline, draw_timeline
from asyncops.cli.text.safe import visible
from asyncops.cli.text.times import span
from asyncops.stats.summary import Summary

__all__ = ["Report", "page_of"]

_MOST_BARS = 12
_MOST_ROWS = 50


@frozen(kw_only=True)
class Report:
    """The data of a page.

    Attributes:
        title: The resource: ``Zoo operations``.
        query: The filters and the order that were asked for: names and values.
        tally: The operations.
        cut_at: How many operations were read where there are more; `None` where all were.
    """

    title: str
    query: Sequence[tuple[str, str]]
    tally: Tally
    cut_at: int | None = None


def page_of(report: Report) -> bytes:
    """The page, as UTF-8: the same for the same report."""
    tally = report.tally
    summary = tally.summarizer.result()
    query = ", ".join(f"{name} {value}" for name, value in report.query)
    with theme.drawing():
        page: str = _template().render(
            report=report,
            tally=tally,
            query=query or "everything",
            roles=" ".join(f"--{role}: {colour};" for colour, role in theme.ROLES.items()),
            summary=summary,
            timeline=_timeline(report),
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
        moment=_moment,
        since_epoch=moment_text,
        span=lambda value: "-" if value is None else span(value),
    )
    return environment.get_template("page.html.jinja")


def _escaped(value: object) -> Markup:
    """Any text as markup, in one line, with control characters spelled out."""
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(visible(str(value))))  # noqa: S704 - it is escaped


def _picture(drawn: Figure, name: str, label: str) -> Markup:
    content = theme.saved(drawn, "svg", title=label)
    return Markup(inlined(content, name, label))  # noqa: S704 - matplotlib draws text as shapes


def _timeline(report: Report) -> Markup:
    lives, now = report.tally.newest.lives, report.tally.now
    timeline = Timeline(title=report.title, lives=lives, now=now)
    return _picture(draw_timeline(timeline), "lives", f"Timeline. {timeline.heading}.")


def _histograms(tally: Tally, summary: Summary) -> Markup:
    waiting = Histogram("Waiting time", tally.waiting, summary.waiting_time, theme.WAITING)
    running = Histogram("Run time", tally.running, summary.run_time, theme.SUCCEEDED)
    return _picture(
        draw_histograms([waiting, running]),
        "times",
        "Histograms of waiting and of run time; the table below has their percentiles.",
    )


def _kinds(counts: Sequence[KindCount]) -> Markup | None:
    if not counts:
        return None
    kinds = ", ".join(f"{each.kind or '(no kind)'} {each.failed:,}" for each in counts)
    return _picture(draw_kinds(counts), "kinds", theme.label(f"Failures by kind: {kinds}.", 500))


def _mean(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}" if value >= 0.1 else f"{value:.2g}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
