"""``list`` in process: what is asked of the services, what is written, and where."""

import csv
import io
import json
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from asyncops.cli.app import app
from asyncops.testing import FakeServer, Fault
from tests import raw_json
from tests.cli.running import invoke

CALLS = ("zoo", "operations", "list")
PROMPTS = ("zoo", "prompts", "list")
CHAINLOOP = ("chainloop", "operations", "list")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(operations=130, prompts=60, chainloop_operations=120) as served:
        yield served


def ids(out: str) -> list[str]:
    return [json.loads(line)["id"] for line in out.splitlines()]


@pytest.mark.parametrize("concurrency", ["1", "4"])
def test_all_of_each_resource_is_listed_in_order(server: FakeServer, concurrency: str) -> None:
    """Each row once, with all that the service says of it."""
    for command, rows in (
        (CALLS, raw_json.zoo_operations(server)),
        (PROMPTS, raw_json.ml_prompts(server)),
        (CHAINLOOP, raw_json.chainloop_operations(server)),
    ):
        done = invoke(server, *command, "--jsonl", "--concurrency", concurrency)
        assert (done.code, done.err) == (0, "")
        assert sorted(ids(done.out)) == sorted(row["id"] for row in rows)
        created = [json.loads(line)["created_at"] for line in done.out.splitlines()]
        assert created == sorted(created, reverse=True)


@pytest.mark.parametrize("command", [CALLS, PROMPTS, ("zoo", "operations", "watch")])
def test_a_listing_that_is_gone_says_that_it_left_the_description(
    server: FakeServer, command: tuple[str, ...]
) -> None:
    server.script(Fault(404, times=100, message="Not Found"))
    done = invoke(server, *command)
    assert (done.code, done.out) == (4, "")
    (line,) = done.err.splitlines()
    assert line.startswith("asyncops: Zoo did not find it: Not Found (request id ")
    assert "This listing has left Zoo's published description and may be gone; getting an" in line


def test_every_filter_reaches_the_service(server: FakeServer) -> None:
    invoke(server, *CALLS, "-s", "failed", "--sort", "oldest", "--page-size", "30", "--all")
    assert dict(server.requests[0].query) == {
        "limit": "30",
        "sort_by": "created_at_ascending",
        "status": "failed",
    }
    server.reset_counters()
    options = "--status running --kind evidence_evaluation --page-size 7"
    resource = "--resource-type evidence --resource-id e1"
    invoke(server, *CHAINLOOP, *options.split(), *resource.split())
    assert dict(server.requests[0].query) == {
        "pagination.page": "0",
        "pagination.page_size": "7",
        "kind": "evidence_evaluation",
        "resource_type": "evidence",
        "resource_id": "e1",
    }


def test_several_statuses_are_one_listing(server: FakeServer) -> None:
    done = invoke(server, *CALLS, "-s", "failed", "-s", "Completed", "--jsonl")
    wanted = [row["id"] for row in raw_json.zoo_operations(server, "failed")]
    wanted += [row["id"] for row in raw_json.zoo_operations(server, "completed")]
    assert sorted(ids(done.out)) == sorted(wanted)


def test_statuses_of_chainloop_are_one_listing_too(server: FakeServer) -> None:
    """States have words that serve every service."""
    done = invoke(server, *CHAINLOOP, "-s", "FAILED", "-s", "succeeded", "--jsonl")
    wanted = {"ASYNC_OPERATION_STATUS_FAILED", "ASYNC_OPERATION_STATUS_COMPLETED"}
    rows = raw_json.chainloop_operations(server)
    assert ids(done.out) == [row["id"] for row in rows if row["status"] in wanted]


def test_a_status_that_is_new_to_this_program_is_asked_for_as_given(server: FakeServer) -> None:
    """Zoo lists each apart, and says what it thinks of it; Chainloop's are looked for here."""
    done = invoke(server, *CALLS, "-s", "paused")
    assert done.code == 4
    assert server.requests[-1].query["status"] == "paused"
    assert "The statuses that this release knows are 'queued', 'uploaded'" in done.err
    done = invoke(server, *CHAINLOOP, "-s", "paused")
    assert (done.code, done.err) == (0, "asyncops: nothing found in chainloop operations\n")
    assert "status" not in server.requests[-1].query


def test_a_table_shows_fifty_and_says_how_to_get_more(server: FakeServer) -> None:
    """The note is on standard error, and only where nobody chose the number."""
    done = invoke(server, *CALLS)
    assert len(done.out.splitlines()) == 51
    assert "first 50" in done.err
    assert "--all" in done.err
    done = invoke(server, *CALLS, "--all")
    assert (len(done.out.splitlines()), done.err) == (131, "")
    done = invoke(server, *CALLS, "--max-items", "7")
    assert (len(done.out.splitlines()), done.err) == (8, "")


def test_nothing_to_show_is_said_and_no_error(server: FakeServer) -> None:
    done = invoke(server, *CHAINLOOP, "--kind", "unheard_of")
    assert (done.code, done.out) == (0, "")
    assert done.err == "asyncops: nothing found in chainloop operations\n"
    assert invoke(server, *CHAINLOOP, "--kind", "unheard_of", "--json").out == "[]\n"


def test_json_and_csv_hold_everything(server: FakeServer) -> None:
    rows = json.loads(invoke(server, *PROMPTS, "--json").out)
    cells = list(csv.DictReader(io.StringIO(invoke(server, *PROMPTS, "--csv").out)))
    assert [row["id"] for row in rows] == [row["id"] for row in cells]
    assert len(rows) == 60


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson", "a.csv", "a.parquet", "A.CSV"])
def test_a_file_s_name_says_how_it_is_written(
    server: FakeServer, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    done = invoke(server, *PROMPTS, "-o", str(path))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert [each.name for each in tmp_path.iterdir()] == [name]
    content = path.read_text() if path.suffix != ".parquet" else ""
    match path.suffix.lower():
        case ".json":
            assert len(json.loads(content)) == 60
        case ".csv":
            assert len(list(csv.reader(io.StringIO(content)))) == 61
        case ".parquet":
            assert pq.read_table(path).num_rows == 60
        case _:
            assert len(ids(content)) == 60


def test_parquet_names_its_file(server: FakeServer, tmp_path: Path) -> None:
    path = tmp_path / "november"
    done = invoke(server, *CALLS, "--parquet", str(path))
    assert (done.code, done.out) == (0, "")
    assert pq.read_table(path).num_rows == 130


def test_a_listing_that_breaks_leaves_no_file(server: FakeServer, tmp_path: Path) -> None:
    """And what was there before stays as it was."""
    path = tmp_path / "calls.jsonl"
    path.write_text("before\n")
    server.script(Fault(400, on=2, message="no"))
    done = invoke(server, *PROMPTS, "--page-size", "20", "-o", str(path))
    assert done.code == 4
    assert path.read_text() == "before\n"
    assert [each.name for each in tmp_path.iterdir()] == ["calls.jsonl"]


@pytest.mark.parametrize("option", ["--json", "--jsonl", "--csv"])
def test_an_error_before_the_first_row_writes_nothing(server: FakeServer, option: str) -> None:
    server.script(Fault(400, on=1))
    done = invoke(server, *PROMPTS, option)
    assert (done.code, done.out) == (4, "")
    assert done.err.count("\n") == 1


def test_a_broken_array_is_no_json(server: FakeServer) -> None:
    """So that nobody takes a part for the whole."""
    server.script(Fault(400, on=2))
    done = invoke(server, *PROMPTS, "--page-size", "20", "--json")
    assert done.code == 4
    with pytest.raises(json.JSONDecodeError):
        json.loads(done.out)


def test_since_and_until_read_no_more_than_they_must(server: FakeServer) -> None:
    rows = raw_json.chainloop_operations(server)
    since, until = rows[39]["createdAt"], rows[20]["createdAt"]
    options = ("--since", since, "--until", until, "--page-size", "10", "--jsonl")
    done = invoke(server, *CHAINLOOP, *options)
    wanted = [row["id"] for row in rows if since <= row["createdAt"] < until]
    assert ids(done.out) == wanted
    assert 10 < len(wanted) < 25
    assert server.count() <= 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--json --csv", "--json and --csv exclude each other"),
        ("--jsonl --parquet a", "--jsonl and --parquet exclude each other"),
        ("--parquet a -o b", "leave out --output"),
        ("-o a.txt", "how is a.txt to be written?"),
        ("--parquet -", "Parquet needs a file"),
        ("--raw-cells --json", "--raw-cells goes with --csv"),
        ("--csv --resume a", "--resume needs --output FILE"),
        ("--resume a", "--resume needs --output FILE"),
        ("--parquet b --resume a", "--resume does not go with Parquet"),
        ("-o a.csv --resume a.csv", "need two files"),
        ("-o /dev/null --jsonl --resume a", "--resume needs an ordinary file"),
        ("--all --max-items 3", "--all and --max-items exclude each other"),
        ("--status failed --all-statuses", "--status and --all-statuses exclude each other"),
        ("--status faild", "did you mean 'failed'?"),
        ("-s failed -s queud", "did you mean 'queued'?"),
        ("--since yesterday", "yesterday"),
        ("--since 1h --until 2h", "--since must be before --until"),
        ("--max-items 0", "--max-items"),
        ("--concurrency 101", "--concurrency"),
        ("--page-size 0", "--page-size"),
    ],
)
def test_options_that_do_not_go_together_are_usage_errors(
    server: FakeServer, arguments: str, words: str
) -> None:
    """Exit code 2, what is wrong in words, and no request."""
    done = invoke(server, *CALLS, *arguments.split())
    assert done.code == 2
    assert words in " ".join(done.err.replace("│", " ").split())
    assert server.count() == 0


def test_a_resource_needs_both_of_its_options(server: FakeServer) -> None:
    done = invoke(server, *CHAINLOOP, "--resource-id", "e1")
    assert done.code == 2
    assert "--resource-id goes with --resource-type" in done.err
    assert invoke(server, *CHAINLOOP, "--kind", "a\nb").code == 2


def test_without_pyarrow_nothing_is_sent(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(sys.modules, "asyncops.cli.output.formats.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = invoke(server, *CALLS, "--parquet", str(tmp_path / "a.parquet"))
    assert (done.code, server.count()) == (2, 0)
    assert "pip install 'asyncops[parquet]'" in done.err


def test_a_file_that_cannot_be_written_is_a_clear_line(server: FakeServer, tmp_path: Path) -> None:
    done = invoke(server, *CALLS, "--csv", "-o", str(tmp_path / "missing" / "a.csv"))
    assert done.code == 2
    assert "a.csv: no such file or directory" in done.err
    assert done.err.count("\n") == 1
    assert server.count() == 0


@pytest.mark.parametrize("group", ["zoo operations", "zoo prompts", "chainloop operations"])
def test_help_teaches_with_examples(group: str) -> None:
    done = invoke(None, *group.split(), "list", "--help")
    assert done.code == 0
    assert f"asyncops {group} list" in done.out
    for option in ("--since", "--max-items", "--resume", "--parquet", "--profile"):
        assert option in done.out


def test_common_options_may_stand_before_or_behind_a_command(server: FakeServer) -> None:
    before = invoke(server, "--profile", "nobody", *CALLS)
    behind = invoke(server, *CALLS, "--profile", "nobody")
    assert before == behind
    assert before.code == 2
    assert "nobody" in before.err
    assert "GET" in invoke(server, *CALLS, "-vv").err.upper()


@pytest.mark.parametrize("form", ["--jsonl", "--json", "--csv"])
def test_a_long_listing_takes_no_more_memory_than_a_short_one(tmp_path: Path, form: str) -> None:
    peaks = []
    with FakeServer(prompts=1_200) as long:
        for rows in ("300", "1200"):
            tracemalloc.start()
            limits = ("--page-size", "100", "--max-items", rows)
            assert invoke(long, *PROMPTS, form, *limits, "-o", str(tmp_path / rows)).code == 0
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] - peaks[0] < 400_000 < (tmp_path / "1200").stat().st_size


def test_the_tree_has_its_commands() -> None:
    assert app.info.name == "asyncops"
    done = invoke(None, "--help")
    for name in ("zoo", "chainloop", "demo", "serve"):
        assert name in done.out
