"""Tables: they fit, say what there is, and nothing in them can act on a terminal."""

import io
import json
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from asyncops import ApiCallStatus, AsyncApiCall, AsyncApiCallType, MlPrompt
from asyncops.cli.output.formats.table import TableEncoder
from asyncops.cli.output.table_columns import GAP, fitting, shown_of
from asyncops.http.decoding import decoder
from asyncops.kit import Sample
from asyncops.models import Operation
from asyncops.services.chainloop import AsyncOperation, AsyncOperationStatus
from asyncops.services.zoo import ApiCallWithPrice, TextToCadResponse
from asyncops.services.zoo.samples import API_CALL, TEXT_TO_CAD
from tests.cli.samples import NOON, call, operation, prompt

T = TypeVar("T", bound=Operation)
NOW = NOON + timedelta(seconds=181)
MODELS = (AsyncApiCall, MlPrompt, AsyncOperation)
SAMPLES: tuple[Operation, ...] = (call(), prompt(), operation())


def table(*items: Operation, width: int | None = None) -> list[str]:
    """The lines of a table, as wide as a terminal, or as in a pipe."""
    console = Console(
        file=io.StringIO(), force_terminal=width is not None, width=width or 120, color_system=None
    )
    encoder = TableEncoder(type(items[0]), console, lambda: NOW)
    content = encoder.head() + encoder.rows(items) + encoder.tail()
    return content.decode().splitlines()


@given(st.sampled_from(MODELS), st.integers(1, 300))
def test_columns_fit_any_terminal(model: type, width: int) -> None:
    """Those that are there have room, and the id is always among them."""
    columns = fitting(shown_of(model), width)
    assert columns[0].title == "id"
    used = sum(column.width or 0 for column in columns) + GAP * (len(columns) - 1)
    assert used <= width


@pytest.mark.parametrize("item", SAMPLES)
@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_ids_can_be_copied_from_any_usual_terminal(item: Operation, width: int) -> None:
    heading, row = table(item, width=width)
    assert row.startswith(f"{item.id}  ")
    assert heading.split()[:2] == ["ID", "STATUS"]


def test_only_the_narrowest_terminals_shorten_ids() -> None:
    heading, row = table(call(), width=40)
    assert heading == "ID         STATUS       CREATED   WAITED"
    assert row == "f135d675…  queued       3m ago    3m01s"


@given(
    st.sampled_from(MODELS),
    st.integers(4, 200),
    st.text(max_size=80),
    st.text(max_size=40),
)
def test_no_line_is_wider_than_the_terminal(
    model: type, width: int, error: str, other: str
) -> None:
    """Whatever a service sends: wide, combining, invisible or controlling characters."""
    item: Operation
    if model is AsyncApiCall:
        item = call(error=error, type=AsyncApiCallType(other))
    elif model is MlPrompt:
        item = prompt(error=error, prompt=other)
    else:
        item = operation(error_message=error, id=other, kind=other)
    lines = table(item, width=width)
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.isprintable() for line in lines)
    assert len(lines) <= 3


def test_a_reason_without_a_column_has_a_line_of_its_own() -> None:
    failed = call(status=ApiCallStatus.FAILED, error="The mesh is not closed.")
    assert table(failed, width=80)[2] == "  The mesh is not closed."
    (_, row) = table(failed, width=160)
    assert row.endswith("The mesh is not closed.")


def listed(model: type[T], sample: Sample, rows: list[dict[str, Any]], width: int) -> list[str]:
    """The table of items that are like a sample, but for some fields."""
    bodies = [json.dumps({**sample.item, **row}).encode() for row in rows]
    return table(*map(decoder(model), bodies), width=width)


def test_what_tells_items_apart_has_a_column_before_what_is_the_same_in_all() -> None:
    """The prompt of a part, rather than its type, at 80 columns; then how long it took."""
    rows = [{"prompt": "a gear"}, {"prompt": "a lid\nwith a hole"}]
    heading, *lines = listed(TextToCadResponse, TEXT_TO_CAD, rows, 80)
    assert heading.split() == ["ID", "STATUS", "CREATED", "PROMPT"]
    assert [line[61:] for line in lines] == ["a gear", "a lid with a hole"]
    heading, *_ = listed(TextToCadResponse, TEXT_TO_CAD, rows, 120)
    assert {"TYPE", "RAN", "PROMPT", "MODEL"} <= set(heading.split())
    other = listed(
        TextToCadResponse, TEXT_TO_CAD, [{**rows[0], "type": "text_to_cad_iteration"}, rows[1]], 80
    )
    assert other[0].split() == ["ID", "STATUS", "TYPE", "CREATED"]


@pytest.mark.parametrize("rows", [[{}], [{}, {}], [{"price": 0.5}, {"price": None}]])
def test_a_price_has_a_column_of_its_own(rows: list[dict[str, Any]]) -> None:
    """Also where it is the same in each row; numbers end below each other."""
    heading, *lines = listed(ApiCallWithPrice, API_CALL, rows, 82)
    end = heading.index("PRICE") + len("PRICE")
    for line, row in zip(lines, rows, strict=True):
        price = row.get("price", 0.0083)
        assert line[end - 8 : end].strip() == ("" if price is None else str(price))


@frozen
class Part:
    """As in a module with ``from __future__ import annotations``."""

    id: "str"
    title: "str"
    colour: "Colour | None"
    price: "float"


class Colour(StrEnum):
    RED = "red"


def test_types_may_be_annotated_as_text_and_be_defined_further_down() -> None:
    assert [each.title for each in shown_of(Part)] == ["id", "title", "colour", "price"]


def test_what_no_row_says_and_what_the_kind_says_has_no_column() -> None:
    rows = [{"endpoint": f"/file/{name}", "origin": None} for name in ("mass", "volume")]
    heading, *_ = listed(ApiCallWithPrice, API_CALL, rows, 110)
    assert {"ENDPOINT", "METHOD", "ORIGIN", "ERROR"}.isdisjoint(heading.split())
    assert {"KIND", "STATUS_CODE", "DURATION"} <= set(heading.split())


def test_kinds_that_begin_alike_are_cut_where_they_differ() -> None:
    """Beside a price, a path of the API has 12 cells."""
    paths = ("/file/mass", "/file/surface-area", "/file/conversion/step/obj")
    rows = [{"endpoint": path, "method": "POST"} for path in paths]
    heading, *lines = listed(ApiCallWithPrice, API_CALL, rows, 80)
    assert heading.split() == ["ID", "STATUS", "KIND", "CREATED", "PRICE"]
    start = heading.index("KIND")
    shown = [line[start:].split("  ")[0] for line in lines]
    assert shown == ["…/file/mass", "…urface-area", "…on/step/obj"]
    heading, *lines = listed(ApiCallWithPrice, API_CALL, rows, 100)
    assert lines[2][start:].startswith("POST /file/conv")


def test_columns_stay_as_the_first_page_made_them() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=90, color_system=None)
    encoder = TableEncoder(AsyncApiCall, console, lambda: NOW)
    encoder.rows([call(), call(type=AsyncApiCallType.FILE_VOLUME)])
    failed = call(status=ApiCallStatus.FAILED, error="No mesh.", type=AsyncApiCallType("x" * 40))
    row, reason = encoder.rows([failed]).decode().splitlines()
    assert "x" * 11 + "…" in row
    assert reason == "  No mesh."


def test_times_are_told_from_now() -> None:
    """Waiting and running last until now, unless they have ended."""
    waiting = call()
    running = call(started_at=NOON + timedelta(seconds=40), status=ApiCallStatus.IN_PROGRESS)
    ended = call(
        status=ApiCallStatus.COMPLETED,
        started_at=NOON + timedelta(seconds=1.5),
        completed_at=NOON + timedelta(seconds=62.5),
    )
    lines = table(waiting, running, ended, width=120)
    assert lines[1].split() == [str(waiting.id), "queued", "file_mass", "3m", "ago", "3m01s"]
    assert lines[2].split()[2:] == ["file_mass", "3m", "ago", "40s", "2m21s"]
    assert lines[3].split()[2:] == ["file_mass", "3m", "ago", "1.5s", "1m01s"]


@pytest.mark.parametrize("year", [1, 9999])
def test_dates_that_nobody_set_are_no_ages(year: int) -> None:
    """Nothing is said of them; what is alive runs until now."""
    unset = NOON.replace(year=year)
    timeless = call(created_at=unset, status=ApiCallStatus.COMPLETED, completed_at=unset)
    assert table(timeless, width=120)[1].split() == [str(timeless.id), "completed", "file_mass"]
    running = call(started_at=NOON, completed_at=unset, status=ApiCallStatus.IN_PROGRESS)
    assert table(running, width=120)[1].split()[-2:] == ["0s", "3m01s"]


def test_what_ended_in_a_new_status_has_not_run_until_now() -> None:
    ended = call(
        status=ApiCallStatus("aborted"), started_at=NOON, completed_at=NOON + timedelta(seconds=2)
    )
    assert table(ended, width=120)[1].split()[1:] == [
        "aborted",
        "file_mass",
        "3m",
        "ago",
        "0s",
        "2s",
    ]
    waiting = call(status=ApiCallStatus("canceled"))
    assert table(waiting, width=120)[1].split()[1:] == ["canceled", "file_mass", "3m", "ago"]


def test_in_a_pipe_nothing_is_cut_and_times_are_dates() -> None:
    item = operation(
        status=AsyncOperationStatus.FAILED,
        error_message="no " * 100 + "end",
        resource_type="evidence",
        resource_id="e1",
    )
    (heading, row) = table(item)
    assert heading.split() == [
        "ID",
        "STATUS",
        "KIND",
        "CREATED",
        "WAITED",
        "RAN",
        "RESOURCE",
        "ERROR",
    ]
    assert " failed " in row
    assert "2026-03-01T12:00:00Z" in row
    assert "evidence/e1" in row
    assert row.endswith("no end")


@pytest.mark.parametrize("offset", ["-12:00", "+00:00", "+12:00"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_times_at_the_ends_of_the_calendar_are_shown(moment: str, offset: str) -> None:
    """Some services write an unset time as the first second of the year 1."""
    item = operation(created_at=datetime.fromisoformat(f"{moment}{offset}"))
    assert re.search(r"  (0001-01-01|9999-12-31)T", table(item)[1])
    assert cell_len(table(item, width=100)[1]) <= 100


def test_states_have_colours_on_a_terminal() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=100, color_system="standard")
    encoder = TableEncoder(AsyncApiCall, console, lambda: NOW)
    content = encoder.rows([call(status=ApiCallStatus.FAILED)]).decode()
    assert "\x1b[31mfailed" in content


def test_the_heading_comes_once_and_only_with_rows() -> None:
    console = Console(file=io.StringIO(), width=100)
    encoder = TableEncoder(AsyncApiCall, console, lambda: NOW)
    parts = [encoder.rows([]), encoder.rows([call()]), encoder.rows([call()]), encoder.tail()]
    assert [part.count(b"STATUS") for part in parts] == [0, 1, 0, 0]
