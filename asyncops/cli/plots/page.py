"""The report: one page that needs nothing else, no network and no scripts."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from attrs import frozen
from matplotlib.figure import Figure

from asyncops.cli.plots import theme
from asyncops.cli.plots.histograms import Histogram, draw_histograms
from asyncops.cli.plots.kinds import draw_kinds
from asyncops.cli.plots.lives import moment_text
from asyncops.cli.plots.markup import Cell, Markup, cards, joined, table, text
from asyncops.cli.plots.style import STYLE
from asyncops.cli.plots.svg import inlined
from asyncops.cli.plots.tally import KindFailures, Slow, Tally
from asyncops.cli.plots.timeline import Timeline, draw_timeline
from asyncops.cli.times import span
from asyncops.durations import Durations
from asyncops.models import State
from asyncops.summary import Summary

__all__ = ["Report", "page_of"]

_MOST_BARS = 12
_MOST_ROWS = 50
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@frozen(kw_only=True)
class Report:
    """What a page is made from.

    Attributes:
        title: What was listed: ``Zoo operations``.
        query: What was asked for: names and values.
        tally: What came.
        cut_at: How many operations were read where there are more; None where all were.
    """

    title: str
    query: Sequence[tuple[str, str]]
    tally: Tally
    cut_at: int | None = None


def page_of(report: Report) -> bytes:
    """The page, as UTF-8: the same for the same report."""
    with theme.drawing():
        body = joined(_body(report))
    title = text(f"{report.title}: report of {_moment(report.tally.now)}")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}\n</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    ).encode()


def _body(report: Report) -> Iterator[Markup]:
    tally = report.tally
    summary = tally.summarizer.result()
    asked = ", ".join(f"{name} {value}" for name, value in report.query) or "everything"
    yield Markup(f"<h1>{text(report.title)}</h1>")
    yield _faint(f"As of {_moment(tally.now)} UTC. Asked for: {asked}.")
    if report.cut_at is not None:
        note = f"There is more: this report is about the first {report.cut_at:,} that came."
        yield Markup(f'<p class="note">{text(note)}</p>')
    yield _section("Summary", *_summary(summary))
    yield _section("Timeline", *_timeline(report))
    yield _section("Waiting and run time", _histograms(tally, summary), _durations(summary))
    failures = tally.failures
    yield _section("Failures by kind", *_failures(failures, tally.summarizer.ended))
    yield _section("The slowest twenty", _slowest(tally.slowest))


def _section(title: str, *parts: Markup) -> Markup:
    return joined([Markup(f"<section>\n<h2>{text(title)}</h2>"), *parts, Markup("</section>")])


def _faint(sentence: str) -> Markup:
    return Markup(f'<p class="faint">{text(sentence)}</p>')


def _picture(drawn: Figure, name: str, label: str) -> Markup:
    content = theme.saved(drawn, "svg", title=label)
    return Markup(f'<div class="wide">{inlined(content, name, label)}</div>')


def _summary(summary: Summary) -> Iterator[Markup]:
    failed = summary.states[State.FAILED]
    rate = summary.failure_rate
    yield cards(
        [
            ("operations", f"{summary.count:,}", ""),
            *(
                (state.value, f"{count:,}", "bad" if state is State.FAILED and count else "")
                for state, count in summary.states.items()
                if count or state in {State.SUCCEEDED, State.FAILED}
            ),
            ("of those that ended failed", "-" if rate is None else f"{rate:.1%}", _bad(failed)),
            ("finished in the busiest minute", f"{summary.throughput.peak:,}", ""),
            ("finished in a minute, mean", _mean(summary.throughput.mean), ""),
        ]
    )
    first, last = summary.first_created_at, summary.last_created_at
    if first is not None and last is not None:
        yield _faint(f"Created from {_moment(first)} to {_moment(last)} UTC.")


def _bad(count: int) -> str:
    return "bad" if count else ""


def _mean(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}" if value >= 0.1 else f"{value:.2g}"


def _timeline(report: Report) -> Iterator[Markup]:
    newest = report.tally.newest
    timeline = Timeline(title=report.title, lives=newest.lives, now=report.tally.now)
    if newest.left_out:
        yield _faint(
            f"The newest {len(timeline.lives):,} of {newest.given:,}; all other figures of this "
            "page are about all of them."
        )
    if newest.timeless:
        yield _faint(f"{newest.timeless:,} without a time of creation are not drawn.")
    yield _picture(draw_timeline(timeline), "lives", f"Timeline. {timeline.heading}.")


def _histograms(tally: Tally, summary: Summary) -> Markup:
    waiting = Histogram(
        title="Waiting time",
        values=tally.waiting,
        durations=summary.waiting_time,
        colour=theme.WAITING,
    )
    running = Histogram(
        title="Run time",
        values=tally.running,
        durations=summary.run_time,
        colour=theme.SUCCEEDED,
    )
    return _picture(
        draw_histograms([waiting, running]),
        "times",
        "Histograms of waiting and of run time; the table below has their percentiles.",
    )


def _durations(summary: Summary) -> Markup:
    names = ("min", "p50", "mean", "p90", "p99", "max")
    rows = [("Waiting time", summary.waiting_time), ("Run time", summary.run_time)]
    return table(
        "Waiting: from creation to start. Running: from start to end, either way. Percentiles are "
        "within 1 % of the exact ones.",
        [Cell(""), *(Cell(name, "number") for name in ("measured", *names, "not known"))],
        [
            [
                Cell(name),
                Cell(f"{durations.count:,}", "number"),
                *(Cell(_span(getattr(durations, each)), "number") for each in names),
                Cell(_unknown(durations), "number"),
            ]
            for name, durations in rows
        ],
    )


def _unknown(durations: Durations) -> str:
    return f"{durations.missing + durations.negative:,}"


def _failures(failures: Sequence[KindFailures], ended: int) -> Iterator[Markup]:
    if not failures:
        yield _faint("None failed." if ended else "None has ended.")
        return
    shown = failures[:_MOST_BARS]
    kinds = ", ".join(f"{each.count.kind or '(no kind)'} {each.count.failed:,}" for each in shown)
    drawn = draw_kinds([each.count for each in shown])
    yield _picture(drawn, "kinds", theme.label(f"Failures by kind: {kinds}.", 500))
    more = len(failures) - _MOST_ROWS
    yield table(
        "Kinds of which some failed" + (f"; {more:,} more are left out" if more > 0 else ""),
        [
            Cell("kind"),
            *(Cell(name, "number") for name in ("ended", "failed", "share")),
            Cell("most frequent error"),
            Cell("times", "number"),
        ],
        [_kind_row(each) for each in failures[:_MOST_ROWS]],
    )


def _kind_row(each: KindFailures) -> list[Cell]:
    return [
        Cell(each.count.kind or "(no kind)"),
        Cell(f"{each.count.ended:,}", "number"),
        Cell(f"{each.count.failed:,}", "number"),
        Cell(f"{each.count.rate:.1%}", "number"),
        Cell(each.error or "-", "text"),
        Cell(f"{each.times:,}" if each.times else "-", "number"),
    ]


def _slowest(slowest: Sequence[Slow]) -> Markup:
    if not slowest:
        return _faint("None has started.")
    return table(
        "By run time, up to the moment of the look for those that had not ended.",
        [
            Cell("operation"),
            Cell("kind"),
            Cell("state"),
            Cell("created (UTC)"),
            Cell("waited", "number"),
            Cell("ran", "number"),
            Cell("error"),
        ],
        [_slow_row(each) for each in slowest],
    )


def _slow_row(slow: Slow) -> list[Cell]:
    life = slow.life
    state = Markup(f'<span class="state {life.state.value}">{text(life.word)}</span>')
    return [
        Cell(Markup(f"<code>{text(life.id)}</code>")),
        Cell(life.kind or "(no kind)"),
        Cell(state),
        Cell(moment_text(life.waiting.begin)),
        Cell(_span(life.waiting.end - life.waiting.begin), "number"),
        Cell(_span(slow.seconds) + (" so far" if life.open else ""), "number"),
        Cell(slow.error or "-", "text"),
    ]


def _span(seconds: float | None) -> str:
    return "-" if seconds is None else span(seconds)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
