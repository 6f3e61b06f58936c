"""What the demo shows of operations and results, for kinds that its own data seldom hold."""

import io
from datetime import UTC, datetime

import pytest
from attrs import frozen
from rich.console import Console

from asyncops import AsyncApiCallType, State, ZooClient
from asyncops.cli.commands.demo.listings import Walked
from asyncops.cli.commands.demo.results import in_words
from asyncops.cli.commands.demo.tables import Report, show
from asyncops.cli.groups import Settings
from asyncops.cli.runtime.run import execute
from asyncops.testing import FakeServer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOTHING = Walked[object](
    name="Nothing", items=(), pages=0, requests=0, failed=0, seconds=0.0, wrong=None
)


@frozen(kw_only=True)
class Elsewhere:
    """An operation of a service that this release does not know."""

    id: str
    state: State = State.UNKNOWN
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("file_conversion", "completed", " bytes)"),
        ("file_conversion", "failed", ": no files"),
        ("file_center_of_mass", "completed", ") cm"),
        ("file_center_of_mass", "queued", "nowhere"),
        ("file_mass", "completed", " g"),
        ("file_mass", "queued", "nothing"),
        ("file_volume", "completed", " cm3"),
        ("file_density", "completed", " kg:m3"),
        ("file_surface_area", "completed", " cm2"),
        ("text_to_cad", "completed", "main.kcl ("),
        ("text_to_cad_iteration", "completed", "source ranges: "),
        ("text_to_cad_multi_file_iteration", "completed", "source ranges: "),
        ("file_hologram", "completed", "file_hologram"),
    ],
)
async def test_each_type_of_result_has_its_words(kind: str, status: str, words: str) -> None:
    async with (
        FakeServer(operations=0) as server,
        ZooClient(server.token, base_url=server.url) as zoo,
    ):
        created = server.create_operation(type=kind, status=status)
        output = await zoo.operations.get(created["id"])
    said = in_words(output)
    assert words in said
    assert "\n" not in said
    assert output.type.known == (kind in set(AsyncApiCallType))


def test_an_operation_of_another_service_is_shown_all_the_same() -> None:
    """A state that nobody knows has a column of its own, and no date means not among the newest."""
    output = io.StringIO()
    report = Report(
        walks=[NOTHING],
        fetches=[],
        services={
            "Elsewhere": [
                Elsewhere(id="dated", created_at=NOON, started_at=NOON),
                Elsewhere(id="undated"),
            ]
        },
        outputs=[],
        now=NOON,
    )
    show(report, Console(file=output, highlight=False, width=100))
    text = output.getvalue()
    assert report.wrong == []
    assert "failed  unknown" in text
    assert "Elsewhere        0        0          0       0        2" in text
    assert "dated  Elsewhere        unknown  12:00:00     0.0 s" in text
    assert "undated " not in text
    assert "on purpose" not in text


def test_an_interrupted_command_has_the_shell_s_exit_code() -> None:
    async def interrupted() -> int:
        raise KeyboardInterrupt

    assert execute(interrupted(), Settings()) == 130
