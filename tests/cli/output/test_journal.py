"""Listings that are broken off, by whatever, and gone on with: each row is there once."""

import csv
import io
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import evolve

from asyncops.checkpoints import Checkpoint
from asyncops.cli.output import journal as journal_file
from asyncops.cli.output.journal import Journal, JournalEntry
from asyncops.cli.shell import Failure
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.cli.processes import SECONDS, started
from tests.cli.running import invoke, variables
from tests.until import until_blocking

PROMPTS = ("zoo", "prompts", "list")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(operations=0, prompts=100, chainloop_operations=100) as served:
        yield served


def options(folder: Path, name: str = "rows.jsonl", *, page_size: int = 10) -> tuple[str, ...]:
    where = ("-o", str(folder / name), "--resume", str(folder / "state"))
    return (*where, "--page-size", str(page_size))


def ids(path: Path) -> list[str]:
    """The ids of the rows in a file, in their order."""
    text = path.read_text()
    match path.suffix:
        case ".jsonl":
            rows = [json.loads(line) for line in text.splitlines()]
        case ".json":
            rows = json.loads(text)
        case _:
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return [row["id"] for row in rows]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv"])
@pytest.mark.parametrize("fails_at", [1, 2, 5, 10])
def test_after_an_error_the_next_run_goes_on(
    server: FakeServer, tmp_path: Path, name: str, fails_at: int
) -> None:
    """The file appears when all is there, and no page is asked for again but the last one.

    After ten full pages comes an empty one.
    """
    server.script(Fault(400, on=fails_at))
    broken = invoke(server, *PROMPTS, *options(tmp_path, name))
    assert broken.code == 4
    assert not (tmp_path / name).exists()
    server.reset_counters()
    done = invoke(server, *PROMPTS, *options(tmp_path, name))
    assert (done.code, done.out) == (0, "")
    assert ids(tmp_path / name) == [row["id"] for row in raw_json.ml_prompts(server)]
    assert server.count() <= 11 - fails_at + 2
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([name, "state"])


def test_chainloop_goes_on_too(server: FakeServer, tmp_path: Path) -> None:
    command = ("chainloop", "operations", "list", *options(tmp_path))
    server.script(Fault(400, on=4))
    assert invoke(server, *command).code == 4
    assert invoke(server, *command).code == 0
    rows = raw_json.chainloop_operations(server)
    assert ids(tmp_path / "rows.jsonl") == [row["id"] for row in rows]


@pytest.mark.parametrize("fails_at", [4, 5, 8])
@pytest.mark.parametrize("together", [("4", "1"), ("1", "4"), ("4", "4")])
def test_how_it_is_read_may_differ_from_run_to_run(
    server: FakeServer, tmp_path: Path, fails_at: int, together: tuple[str, str]
) -> None:
    """Prompts of the same moment may change places then."""
    server.script(Fault(400, on=fails_at))
    for requests, code in zip(together, (4, 0), strict=True):
        done = invoke(server, *PROMPTS, *options(tmp_path), "--concurrency", requests)
        assert done.code == code
    created = {row["id"]: row["created_at"] for row in raw_json.ml_prompts(server)}
    found = ids(tmp_path / "rows.jsonl")
    assert sorted(found) == sorted(created)
    moments = [created[each] for each in found]
    assert moments == sorted(moments, reverse=True)


def test_a_link_is_followed(server: FakeServer, tmp_path: Path) -> None:
    """The rows are gathered beside the file that it leads to."""
    (tmp_path / "far").mkdir()
    (tmp_path / "rows.jsonl").symlink_to(tmp_path / "far" / "real.jsonl")
    server.script(Fault(400, on=3))
    assert invoke(server, *PROMPTS, *options(tmp_path)).code == 4
    assert [path.name for path in (tmp_path / "far").iterdir()] == ["real.jsonl.part"]
    assert invoke(server, *PROMPTS, *options(tmp_path)).code == 0
    assert (tmp_path / "rows.jsonl").is_symlink()
    assert len(ids(tmp_path / "rows.jsonl")) == 100


def test_the_number_of_items_counts_all_runs(server: FakeServer, tmp_path: Path) -> None:
    server.script(Fault(400, on=3))
    command = (*PROMPTS, *options(tmp_path), "--max-items", "35")
    assert invoke(server, *command).code == 4
    assert invoke(server, *command).code == 0
    assert len(ids(tmp_path / "rows.jsonl")) == 35


def test_what_is_complete_is_not_listed_again(server: FakeServer, tmp_path: Path) -> None:
    """A second run says so and sends nothing; without its resume file it begins anew."""
    assert invoke(server, *PROMPTS, *options(tmp_path)).code == 0
    server.reset_counters()
    again = invoke(server, *PROMPTS, *options(tmp_path))
    assert (again.code, server.count()) == (0, 0)
    assert "holds the whole listing already, 100 items of zoo prompts" in again.err
    (tmp_path / "rows.jsonl").unlink()
    gone = invoke(server, *PROMPTS, *options(tmp_path))
    assert gone.code == 2
    assert "which is gone" in gone.err
    (tmp_path / "state").unlink()
    assert invoke(server, *PROMPTS, *options(tmp_path)).code == 0
    assert len(ids(tmp_path / "rows.jsonl")) == 100


def test_two_hours_ago_stays_what_it_was(
    server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative times are those of the first run."""
    server.script(Fault(400, on=3))
    command = (*PROMPTS, *options(tmp_path), "--since", "2000d")
    assert invoke(server, *command).code == 4
    state = json.loads((tmp_path / "state").read_text())
    (tmp_path / "state").write_text(
        json.dumps({**state, "since": raw_json.ml_prompts(server)[49]["created_at"]})
    )
    assert invoke(server, *command).code == 0
    assert len(ids(tmp_path / "rows.jsonl")) == 50


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (("--sort", "oldest"), "sort"),
        (("--since", "2026-01-01"), "since"),
        (("--max-items", "5"), "max_items"),
        (("--csv",), "format"),
    ],
)
def test_the_resume_file_of_another_listing_is_refused(
    server: FakeServer, tmp_path: Path, other: tuple[str, ...], named: str
) -> None:
    """Exit code 2, what differs is named, and what is there stays."""
    server.script(Fault(400, on=3))
    invoke(server, *PROMPTS, *options(tmp_path))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    server.reset_counters()
    refused = invoke(server, *PROMPTS, *options(tmp_path), *other)
    assert refused.code == 2
    assert f"it differs in {named}" in refused.err
    assert server.count() == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_another_service_s_resume_file_is_refused(server: FakeServer, tmp_path: Path) -> None:
    server.script(Fault(400, on=3))
    invoke(server, *PROMPTS, *options(tmp_path))
    with FakeServer(prompts=100) as other:
        refused = invoke(other, *PROMPTS, *options(tmp_path))
    assert refused.code == 2
    assert "it differs in service" in refused.err


@pytest.mark.parametrize(
    "text", ["", "{}", "nonsense", '{"query":{},"version":9}', '{"query":{},"checkpoint":"{}"}']
)
def test_a_file_that_is_no_resume_file_is_refused(
    server: FakeServer, tmp_path: Path, text: str
) -> None:
    """It may be somebody's only copy of something else."""
    (tmp_path / "state").write_text(text)
    refused = invoke(server, *PROMPTS, *options(tmp_path))
    assert refused.code == 2
    assert "is no resume file" in refused.err
    assert (tmp_path / "state").read_text() == text


@pytest.mark.parametrize("damage", ["gone", "short"])
def test_a_part_that_was_changed_is_not_gone_on_with(
    server: FakeServer, tmp_path: Path, damage: str
) -> None:
    server.script(Fault(400, on=3))
    invoke(server, *PROMPTS, *options(tmp_path))
    part = tmp_path / "rows.jsonl.part"
    if damage == "gone":
        part.unlink()
    else:
        part.write_bytes(part.read_bytes()[:-1])
    refused = invoke(server, *PROMPTS, *options(tmp_path))
    assert refused.code == 2
    assert "rows.jsonl.part" in refused.err


def test_what_was_not_settled_is_cut_off(server: FakeServer, tmp_path: Path) -> None:
    """As after a loss of power: the part is longer than the resume file knows."""
    server.script(Fault(400, on=3))
    invoke(server, *PROMPTS, *options(tmp_path))
    with (tmp_path / "rows.jsonl.part").open("ab") as part:
        part.write(b'{"id": "half a r')
    assert invoke(server, *PROMPTS, *options(tmp_path)).code == 0
    assert ids(tmp_path / "rows.jsonl") == [row["id"] for row in raw_json.ml_prompts(server)]


async def test_a_crash_between_the_last_row_and_its_name_is_made_up_for(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state", tmp_path / "rows")
    entry = JournalEntry(query={"a": "b"})
    with journal.opened(entry) as part:
        await part.put_page(b"row\n", 1, Checkpoint(query="q"))
    (tmp_path / "rows").rename(tmp_path / "rows.part")
    assert journal.read(entry).complete
    journal.conclude()
    assert (tmp_path / "rows").read_bytes() == b"row\n"


async def test_two_runs_do_not_write_to_one_file(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state", tmp_path / "rows")
    entry = JournalEntry(query={})
    with journal.opened(entry):
        other = Journal(tmp_path / "other", tmp_path / "rows")
        with pytest.raises(Failure, match="another program is writing"), other.opened(entry):
            raise AssertionError


async def test_pages_are_settled_at_intervals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not each of them: that would take longer than listing them again."""
    now = [0.0]
    monkeypatch.setattr(journal_file, "monotonic", lambda: now[0])
    journal = Journal(tmp_path / "state", tmp_path / "rows")
    entry = JournalEntry(query={})
    seen = []
    with journal.opened(entry) as part:
        for second in (0.0, 0.4, 0.9, 1.1, 1.2):
            now[0] = second
            await part.put_page(b"row\n", 1, Checkpoint(query="q"))
            seen.append(journal.read(entry).rows)
    assert seen == [1, 1, 1, 4, 4]
    assert evolve(journal.read(entry), end="") == evolve(
        entry, rows=5, bytes=20, checkpoint=Checkpoint(query="q").to_json(), complete=True
    )


def test_nothing_is_lost_or_repeated_by_a_kill(
    fake_server_factory: Callable[..., FakeServer], tmp_path: Path
) -> None:
    """SIGKILL in the middle, with rows in the file that are not settled; then to the end.

    Those are more than any buffer of a file holds, which is 128 KiB from Python 3.14 on.
    """
    server = fake_server_factory(operations=0, prompts=1000)
    server.script(Fault(delay=600, on=9))
    command = (*PROMPTS, *options(tmp_path, page_size=100))
    part, state = tmp_path / "rows.jsonl.part", tmp_path / "state"

    def settled() -> int:
        found: int = json.loads(state.read_text())["bytes"] if state.exists() else 0
        return found

    with started(*command, env=variables(server)) as process:
        until_blocking(lambda: 0 < settled() < part.stat().st_size or process.poll() is not None)
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert 0 < settled() < part.stat().st_size
    server.recover()
    with started(*command, env=variables(server)) as process:
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (0, "", "")
    assert ids(tmp_path / "rows.jsonl") == [row["id"] for row in raw_json.ml_prompts(server)]
