"""What the demo shows of operations of a kind that its own data do not hold."""

import io
from datetime import UTC, datetime

from attrs import frozen
from rich.console import Console

from asyncops import State
from asyncops.cli.commands.demo.listings import Walked
from asyncops.cli.commands.demo.tables import show
from asyncops.cli.options.fields import Settings
from asyncops.cli.runtime.run import execute

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOTHING = Walked(name="Nothing", items=[], pages=0, requests=0, failed=0, seconds=0.0, wrong=None)


@frozen(kw_only=True)
class Elsewhere:
    """An operation of a service that this release does not know."""

    id: str
    state: State = State.UNKNOWN
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: str | None = None


def test_an_operation_of_another_service_is_shown_all_the_same() -> None:
    """A state that nobody knows has a column of its own."""
    output = io.StringIO()
    services = {
        "Elsewhere": [
            Elsewhere(id="dated", created_at=NOON, started_at=NOON),
            Elsewhere(id="undated"),
        ]
    }
    assert show({"Somebody": [NOTHING]}, services, Console(file=output, highlight=False, width=100))
    text = output.getvalue()
    assert "failed  unknown" in text
    assert "Elsewhere        0        0          0       0        2" in text
    assert "on purpose" not in text


def test_an_interrupted_command_has_the_shell_s_exit_code() -> None:
    async def interrupted() -> int:
        raise KeyboardInterrupt

    assert execute(interrupted(), Settings()) == 130
