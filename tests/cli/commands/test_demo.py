"""``asyncops demo`` in process: what it shows, and what it notices."""

import io
import re
from uuid import UUID

import pytest
from attrs import evolve
from rich.console import Console

from asyncops.cli.commands.demo import demo as demo_module
from asyncops.cli.commands.demo.demo import demo
from asyncops.cli.commands.demo.listings import Reader, difference
from asyncops.cli.options.fields import Settings
from asyncops.cli.options.serve import DemoSettings
from asyncops.cli.runtime.run import execute
from asyncops.services.chainloop import AsyncOperation
from asyncops.services.zoo import AsyncApiCall, ZooClient
from asyncops.testing import FakeClock, FakeServer, Fault, ZooHabits
from asyncops.testing.chainloop.fake import ChainloopItems
from asyncops.testing.zoo.fake import ZooItems

SMALL = DemoSettings(operations=60, prompts=30)


def plain(width: int = 120) -> tuple[Console, io.StringIO]:
    output = io.StringIO()
    return Console(file=output, highlight=False, width=width), output


def row(text: str, start: str) -> list[str]:
    """The cells of the first line that begins so."""
    line = next(line for line in text.splitlines() if line.strip().startswith(start))
    return line.strip().removeprefix(start).split()


async def test_all_is_listed_and_counted() -> None:
    """Items, pages and requests are those of the listing and of the server."""
    console, output = plain()
    assert await demo(SMALL, console) == 0
    text = output.getvalue()
    # Each of the five statuses ends with an empty page.
    assert row(text, "Operations, every status")[:3] == ["60", "1", "10"]
    assert row(text, "ML prompts")[:3] == ["30", "2", "2"]
    assert row(text, "Chainloop, pages from 0")[:3] == ["60", "1", "1"]
    assert row(text, "Chainloop, pages from 1")[:4] == ["60", "1", "2", "1"]
    assert row(text, "Prompts, 16 ids at once")[:2] == ["30", "30"]
    failed = int(row(text, "Operations, failed")[0])
    # One request fails.
    assert row(text, "Text-to-CAD parts")[:4] == ["30", "2", "3", "1"]
    assert row(text, "API calls and prices")[:3] == ["30", "2", "2"]
    assert row(text, "Conversations")[:3] == ["30", "2", "2"]
    # It is started, seen once on its way, and once at its end.
    assert row(text, "A conversion, waited for")[:2] == ["1", "3"]
    made = int(row(text, "Files of parts, by id")[0])
    titles = ("Any account of Zoo", "Zoo's staff", "Chainloop, pages from 0")
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert sum(int(cell) for cell in row(text, "Zoo, any account")) == 30
    states = [int(cell) for cell in row(text, "Zoo, staff")]
    assert sum(states) == 60
    assert states[3] == failed
    assert sum(int(cell) for cell in row(text, "Chainloop   ")) == 120
    assert "2 requests failed (on purpose" in text
    listed, fetched = 300 + failed, 34 + made + 1
    assert f"in order: {listed} listed and {fetched} fetched by id" in text


async def test_many_pages_of_each_kind_are_walked() -> None:
    """Page tokens, both bases of page numbers and the merged walk all go past the first page."""
    console, output = plain()
    assert await demo(DemoSettings(operations=1_250, prompts=120, seed=7), console) == 0
    text = output.getvalue()
    assert row(text, "Operations, every status")[:2] == ["1,250", "3"]
    assert row(text, "ML prompts")[:3] == ["120", "3", "3"]
    assert row(text, "Chainloop, pages from 0")[:3] == ["1,250", "13", "13"]
    assert row(text, "Chainloop, pages from 1")[:4] == ["1,250", "13", "14", "1"]


async def test_an_empty_service_is_no_error() -> None:
    """With nothing to list, the figures stand."""
    console, output = plain()
    assert await demo(DemoSettings(operations=0, prompts=0), console) == 0
    text = output.getvalue()
    assert "0 listed and 1 fetched by id" in text


@pytest.mark.parametrize("width", [80, 120])
async def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    """Tables fit, and at 80 columns no name of a listing is cut or wrapped."""
    output = io.StringIO()
    terminal = Console(file=output, highlight=False, width=width, force_terminal=True)
    assert await demo(SMALL, terminal) == 0
    text = output.getvalue().partition("What was read")[2]
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.startswith("  Operations, every status ") for line in lines)


async def test_an_item_that_the_server_holds_and_never_gave_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One id more in what the server holds: exit code 1, the listing and the id are named."""
    honest = ZooItems.operations

    def one_more(zoo: ZooItems, status: str | None = None) -> list[AsyncApiCall]:
        calls = honest(zoo, status)
        return calls if status else [*calls, evolve(calls[-1], id=UUID(int=0))]

    monkeypatch.setattr(ZooItems, "operations", one_more)
    console, output = plain()
    assert await demo(SMALL, console) == 1
    text = output.getvalue()
    assert (
        f"Operations, every status: 60 items instead of 61: 1 missing, first {UUID(int=0)}."
    ) in text
    assert "What came is not what the servers hold." in text
    assert "exactly once" not in text


async def test_an_item_lost_on_the_way_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that goes after it was counted: exit code 1, for both Chainloop listings."""
    honest = ChainloopItems.operations
    lost: list[str] = []

    def then_lose_one(chainloop: ChainloopItems) -> list[AsyncOperation]:
        operations = honest(chainloop)
        lost.append(operations[5].id)
        chainloop.remove_operation(operations[5])
        return operations

    monkeypatch.setattr(ChainloopItems, "operations", then_lose_one)
    console, output = plain()
    assert await demo(SMALL, console) == 1
    for base, operation_id in enumerate(lost):
        expected = f"Chainloop, pages from {base}: 59 items instead of 60: 1 missing, first "
        assert expected + operation_id in output.getvalue()
    assert len(lost) == 2


async def test_a_fetched_item_that_is_not_the_listed_one_is_noticed() -> None:
    """What is fetched by id is compared with what was listed, and the first that differs named."""
    async with (
        FakeServer(prompts=9) as server,
        ZooClient(server.token, base_url=server.url) as zoo,
    ):
        listed = await zoo.ml_prompts.list().collect()
        changed = [*listed[:4], evolve(listed[4], prompt="another"), *listed[5:]]
        ticks: list[int] = []
        result = await Reader(server, lambda *_: ticks.append).by_id(
            "prompts",
            zoo.ml_prompts.get_many,
            changed,
            lambda prompt, fetched: fetched == prompt,
        )
    assert result.wrong == f"1 not as listed, first {listed[4].id}"
    assert result.items == listed
    assert (result.requests, result.failed, ticks) == (9, 0, [1] * 9)


def test_an_error_of_the_service_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without staff access: exit code 4 and the service's reason, no traceback."""

    def unfriendly(*_: object) -> tuple[FakeServer, FakeServer]:
        return FakeServer(zoo=ZooHabits(staff=False)), FakeServer()

    monkeypatch.setattr(demo_module, "_servers", unfriendly)
    console, _ = plain()
    assert execute(demo(SMALL, console), Settings()) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "asyncops: the service does not allow this: This endpoint requires staff access ("
    )


def test_an_error_while_fetching_by_id_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The error of one of many fetches at once ends all, as itself."""

    def changed_locks(settings: DemoSettings, clock: FakeClock) -> tuple[FakeServer, FakeServer]:
        first, second = honest(settings, clock)
        ids = [prompt.id for prompt in first.zoo.prompts()]
        first.script(*(Fault(404, path=f"/ml-prompts/{each}") for each in ids))
        return first, second

    honest = demo_module._servers
    monkeypatch.setattr(demo_module, "_servers", changed_locks)
    console, _ = plain()
    assert execute(demo(SMALL, console), Settings()) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("asyncops: the service did not find it: Status 404 (request id ")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param("abc", None, id="the same"),
        pytest.param("ab", "2 items instead of 3: 1 missing, first c", id="missing"),
        pytest.param("abcx", "4 items instead of 3: 1 unexpected, first x", id="unexpected"),
        pytest.param("abbc", "4 items instead of 3: 1 more than once, first b", id="twice"),
        pytest.param("acb", "another order from item 2 on", id="order"),
        pytest.param(
            "aax",
            "3 items instead of 3: 2 missing, first b; 1 unexpected, first x; "
            "1 more than once, first a",
            id="all at once",
        ),
    ],
)
def test_differences_are_told_apart(given: str, said: str | None) -> None:
    assert difference(given, "abc") == said
