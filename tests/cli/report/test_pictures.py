"""The parts of pictures: lives, lanes, bins, and the pictures themselves."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncops import Operation
from asyncops.cli.output.table_columns import STYLES
from asyncops.cli.report import theme
from asyncops.cli.report.charts import (
    KindCount,
    Measured,
    bins_of,
    draw_histograms,
    draw_kinds,
    tick_text,
    ticks_between,
)
from asyncops.cli.report.lives import Life, NewestLives, Span, life_of, rows_of
from asyncops.cli.report.page import Tally
from asyncops.cli.report.timeline_picture import Timeline, draw_timeline
from asyncops.models import State
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus
from asyncops.stats.durations import DurationSketch
from tests.cli.samples import NOON, call, operation

AT = NOON.timestamp()
COMPLETED = AsyncOperationStatus.COMPLETED
FAILED = AsyncOperationStatus.FAILED
RUNNING = AsyncOperationStatus.RUNNING
SVG = "{http://www.w3.org/2000/svg}"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def sample(number: int, status: AsyncOperationStatus = COMPLETED) -> AsyncOperation:
    """One that waits for 5 s and then runs for 10 s, if it has ended."""
    began = after(number * 3)
    return operation(
        id=f"{number:08}",
        status=status,
        created_at=began,
        started_at=began + timedelta(seconds=5),
        finished_at=began + timedelta(seconds=15) if status in {COMPLETED, FAILED} else None,
    )


def timeline_of(operations: Sequence[Operation], now: datetime | None = None) -> Timeline:
    now = now or after(3600)
    lives = [life for each in operations if (life := life_of(each, now)) is not None]
    return Timeline(title="Chainloop operations", lives=lives, now=now)


def svg_of(timeline: Timeline) -> bytes:
    with theme.drawing():
        return theme.saved(draw_timeline(timeline), "svg", title=timeline.heading)


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - drawn here


def ended(created: datetime, finished: datetime) -> AsyncOperation:
    status = AsyncOperationStatus.COMPLETED
    return operation(created_at=created, started_at=created, finished_at=finished, status=status)


def test_a_life_is_waiting_and_then_running() -> None:
    life = life_of(sample(0), after(60))
    assert life == Life(
        id="00000000",
        kind="evidence_evaluation",
        state=State.SUCCEEDED,
        waiting=Span(AT, AT + 5),
        running=Span(AT + 5, AT + 15),
    )
    assert life.whole == Span(AT, AT + 15)


def test_what_has_not_ended_reaches_to_the_moment_of_the_look() -> None:
    running = life_of(sample(0, RUNNING), after(60))
    assert running is not None
    assert running.running == Span(AT + 5, AT + 60)
    assert running.open
    waiting = life_of(call(), after(60))
    assert waiting is not None
    assert (waiting.waiting, waiting.running) == (Span(AT, AT + 60), None)


@pytest.mark.parametrize("year", [1, 9999])
def test_times_that_nobody_set_are_no_times(year: int) -> None:
    """A service writes the first or the last year of the calendar where there is none."""
    unset = NOON.replace(year=year)
    assert life_of(operation(created_at=unset), after(60)) is None
    life = life_of(operation(status=RUNNING, started_at=after(5), finished_at=unset), after(60))
    assert life is not None
    assert (life.running, life.open) == (Span(AT + 5, AT + 60), True)
    tally = Tally(now=after(60), newest=NewestLives(5))
    tally.add(operation(created_at=unset, started_at=NOON, finished_at=unset))
    tally.add(operation(started_at=unset, finished_at=NOON))
    assert (len(tally.waiting), len(tally.running), tally.newest.timeless) == (0, 0, 1)


@pytest.mark.parametrize(
    ("status", "word"), [("CANCELED", "cancelled"), ("ABORTED", "ASYNC_OPERATION_STATUS_ABORTED")]
)
def test_every_end_is_drawn_as_an_end(status: str, word: str) -> None:
    """Neither as alive nor as a success."""
    new = AsyncOperationStatus(f"ASYNC_OPERATION_STATUS_{status}")
    ends = operation(status=new, started_at=after(1), finished_at=after(3))
    life = life_of(ends, after(60))
    assert life is not None
    assert (life.open, life.word, life.running) == (False, word, Span(AT + 1, AT + 3))
    timeline = timeline_of([ends, sample(1)])
    assert "not ended" not in timeline.heading
    assert ("1 cancelled" in timeline.heading) == (word == "cancelled")
    svg_of(timeline)
    tally = Tally(now=after(60), newest=NewestLives(5))
    tally.add(ends)
    assert (tally.summarizer.ended, tally.failures) == (1, [])


def test_times_that_go_backwards_are_no_time_at_all() -> None:
    backwards = operation(status=FAILED, started_at=after(-5), finished_at=after(-9))
    life = life_of(backwards, after(60))
    assert life is not None
    assert (life.waiting, life.running) == (Span(AT, AT), Span(AT, AT))


def test_what_says_no_time_of_creation_is_on_no_picture() -> None:
    newest = NewestLives(5)
    newest.add(operation(created_at=None), after(60))
    newest.add(operation(), after(60))
    assert (newest.timeless, newest.given, len(newest.lives)) == (1, 1, 1)


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 10))
def test_the_newest_lives_are_kept_whatever_the_order(ages: list[int], most: int) -> None:
    newest = NewestLives(most)
    for age in ages:
        newest.add(operation(created_at=after(-age)), after(60))
    kept = [AT - life.waiting.begin for life in newest.lives]
    assert kept == sorted(sorted(ages)[:most], reverse=True)
    assert newest.left_out == max(0, len(ages) - most)


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(
        lambda pair: Span(pair[0], pair[0] + pair[1])
    ),
    max_size=60,
)


@given(SPANS, st.integers(0, 5))
def test_no_lane_holds_two_at_a_time_and_there_are_no_more_lanes_than_needed(
    spans: list[Span], gap: int
) -> None:
    lanes = rows_of(spans, gap)
    taken: dict[int, list[tuple[float, float]]] = {}
    for span, lane in zip(spans, lanes, strict=True):
        taken.setdefault(lane, []).append((span.begin, span.end + gap))
    for pairs in taken.values():
        ordered = sorted(pairs)
        assert all(one[1] <= two[0] for one, two in pairwise(ordered))
    busiest = max(
        (
            1 + sum(each.begin <= span.begin < each.end + gap for each in spans if each is not span)
            for span in spans
        ),
        default=0,
    )
    assert sorted(taken) == list(range(len(taken)))
    assert len(taken) <= busiest


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=50))
def test_every_duration_is_in_one_bin(values: list[float]) -> None:
    bins = bins_of(values)
    assert sum(bins.counts) == len(values)
    assert len(bins.edges) == len(bins.counts) + 1
    assert list(bins.edges) == sorted(set(bins.edges))
    assert bins.edges[-1] >= max(values)


def test_durations_far_apart_are_shown_by_their_logarithms() -> None:
    assert bins_of([0.5, 3600]).logarithmic
    assert not bins_of([5, 9, 12]).logarithmic
    assert bins_of([0, 0.0001, 4000]).counts[0] == 2


@pytest.mark.parametrize(
    ("low", "high", "logarithmic"),
    [
        pytest.param(7, 9, False, id="seconds"),
        pytest.param(0.1, 7200, True, id="from a tenth to hours"),
        pytest.param(1e-3, 4e9, True, id="everything"),
        pytest.param(0, 1e-3, False, id="a thousandth"),
        pytest.param(1e9, 1.1e9, False, id="decades"),
    ],
)
def test_an_axis_has_a_few_round_ticks(low: float, high: float, logarithmic: bool) -> None:
    ticks = ticks_between(low, high, logarithmic=logarithmic)
    assert 2 <= len(ticks) <= 9
    assert all(low <= tick <= high for tick in ticks)
    assert max(len(tick_text(tick)) for tick in ticks) <= 10


def test_ticks_have_the_unit_that_fits() -> None:
    shown = [tick_text(each) for each in (0, 2e-6, 0.02, 7.5, 90, 5400, 86_400 * 1000)]
    assert shown == ["0", "2 µs", "20 ms", "7.5 s", "1.5 min", "1.5 h", "1,000 d"]


def test_ticks_have_no_long_fractions() -> None:
    shown = [tick_text(each) for each in (20, 60, 80, 6000)]
    assert shown == ["20 s", "1 min", "80 s", "100 min"]


def test_a_heading_counts_what_failed_and_what_is_open() -> None:
    operations = [sample(0), sample(1, FAILED), sample(2, RUNNING)]
    heading = timeline_of(operations).heading
    assert heading == "Chainloop operations: 3 operations, 1 failed, 1 not ended"
    assert timeline_of([sample(0)]).heading == "Chainloop operations: 1 operation"


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param([], id="none"),
        pytest.param([sample(0)], id="one"),
        pytest.param([operation(status=FAILED, finished_at=NOON)], id="one without duration"),
        pytest.param([sample(number, FAILED) for number in range(60)], id="all failed"),
        pytest.param([sample(number, RUNNING) for number in range(200)], id="all at once"),
        pytest.param([sample(0), sample(10**7)], id="far apart"),
        pytest.param([operation(created_at=datetime.min.replace(tzinfo=UTC))], id="first year"),
        pytest.param([operation(created_at=datetime.max.replace(tzinfo=UTC))], id="last year"),
        pytest.param(
            [operation(kind="$x^{2$ \x1b[31m 你好 \ud800 <b>", status=FAILED)], id="hostile text"
        ),
        pytest.param([operation(status=AsyncOperationStatus("NEW"))], id="unknown status"),
    ],
)
def test_any_operations_make_a_picture(operations: list[AsyncOperation]) -> None:
    root = parsed(svg_of(timeline_of(operations)))
    assert root.tag == f"{SVG}svg"
    assert root.findtext(f"{SVG}title") == timeline_of(operations).heading


def test_the_same_lives_give_the_same_bytes() -> None:
    operations = [sample(number, FAILED if number % 7 else RUNNING) for number in range(80)]
    timeline = timeline_of(operations)
    assert svg_of(timeline) == svg_of(timeline_of(operations))
    with theme.drawing():
        pictures = [theme.saved(draw_timeline(timeline), "png", title="x") for _ in range(2)]
    assert pictures[0] == pictures[1]
    assert pictures[0].startswith(b"\x89PNG")


def test_every_state_has_a_look_of_its_own() -> None:
    looks = [(style.colour, style.hatch) for style in theme.BAR_STYLES.values()]
    assert set(theme.BAR_STYLES) == set(STYLES) == set(State)
    assert len(set(looks)) == len(looks)


def test_a_picture_tells_states_apart_without_colours() -> None:
    """What failed and what runs have patterns; what succeeded has none."""
    plain = svg_of(timeline_of([sample(0)]))
    assert b"<pattern" not in plain
    failed = svg_of(timeline_of([sample(0), sample(1, FAILED)]))
    both = svg_of(timeline_of([sample(0), sample(1, FAILED), sample(2, RUNNING)]))
    assert (failed.count(b"<pattern"), both.count(b"<pattern")) == (1, 2)


def test_few_operations_are_named_and_many_share_lanes() -> None:
    def tall(count: int) -> float:
        root = parsed(svg_of(timeline_of([sample(number) for number in range(count)])))
        return float(root.attrib["height"].removesuffix("pt"))

    assert tall(25) > tall(26)
    assert tall(400) < 1000


def test_many_at_one_instant_do_not_hide_one_another() -> None:
    lives = timeline_of([ended(NOON, NOON) for _ in range(30)])
    with theme.drawing():
        axes = draw_timeline(lives).axes[0]
        assert axes.get_ylim() == (29.6, -0.6)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(90, "11:59:15", id="seconds"),
        pytest.param(0, "11:59:59.99", id="an instant"),
    ],
)
def test_each_tick_says_its_minute(seconds: float, expected: str) -> None:
    lives = timeline_of([ended(NOON - timedelta(seconds=seconds), NOON)])
    with theme.drawing():
        drawn = draw_timeline(lives)
        drawn.draw_without_rendering()
        axis = drawn.axes[0].xaxis
        assert expected in [label.get_text() for label in axis.get_ticklabels()]
        assert axis.get_offset_text().get_text() == "2026-Mar-01"


def test_no_setting_of_the_drawing_library_outlasts_a_picture() -> None:
    import matplotlib as mpl  # noqa: PLC0415 - the others have no use for it

    before = dict(mpl.rcParams)
    svg_of(timeline_of([sample(0)]))
    assert dict(mpl.rcParams) == before


@settings(deadline=None, max_examples=5)
@given(st.lists(st.floats(0, 1e9), max_size=30), st.lists(st.floats(0, 100), max_size=30))
def test_any_durations_make_histograms(waiting: list[float], running: list[float]) -> None:
    def measured(values: list[float]) -> Measured:
        sketch = DurationSketch()
        for value in values:
            sketch.add(NOON, after(value))
        return values, sketch.result()

    with theme.drawing():
        drawn = draw_histograms(measured(waiting), measured(running))
        assert theme.saved(drawn, "svg", title="x").startswith(b"<?xml")


def test_kinds_make_a_picture_whatever_they_are_called() -> None:
    kinds = [
        KindCount(kind=kind, ended=ended, failed=failed)
        for kind, ended, failed in (
            ("text_to_cad", 1000, 500),
            ("$x_{", 12, 12),
            ("", 1, 0),
            ("\u202e你好" * 50, 3, 1),
        )
    ]
    with theme.drawing():
        assert theme.saved(draw_kinds(kinds), "svg", title="x").startswith(b"<?xml")
