"""Starting operations: what is sent, waited for and written, and what is said of it."""

import json
import os
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from asyncops.cli import resources
from asyncops.cli.app import app
from asyncops.cli.commands import start
from asyncops.testing import Fake, FakeZoo
from asyncops.utils.clock import SystemClock
from tests.cli import processes
from tests.cli.processes import SECONDS, Done
from tests.cli.scans import ScanClient
from tests.cli.terminals import CTRL_C, in_terminal
from tests.until import until_blocking

MAY_HAVE_STARTED = "the operation may have started: look for it before you start it again"

Scan = Callable[..., Done]


@pytest.fixture
def fake() -> Iterator[Fake[ScanClient]]:
    with Fake(ScanClient, rows=0) as running, running.installed():
        yield running


@pytest.fixture
def scan(fake: Fake[ScanClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scan]:
    """Runs ``asyncops scan scans`` against the fake, in a folder with scans."""
    del fake
    monkeypatch.setenv("ASYNCOPS_CONFIG", os.devnull)
    monkeypatch.chdir(tmp_path)
    for name in ("a.mesh", "a.PTS", "a.xyz", "a"):
        Path(name).write_bytes(b"points")
    entry = EntryPoint("scan", "tests.cli.scans:ScanClient", resources.GROUP)

    def running(*words: str, stdin: str = "") -> Done:
        done = CliRunner().invoke(app, ["scan", "scans", *words], input=stdin)
        return Done(done.exit_code, done.stdout, done.stderr)

    with patch.object(resources, "entry_points", lambda **_: [entry]):
        resources.installed.cache_clear()
        yield running
    resources.installed.cache_clear()


def words_of(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def test_a_file_becomes_a_file(fake: Fake[ScanClient], scan: Scan) -> None:
    """The suffixes tell what it is and what is wanted; what was waited for is told of in a log."""
    fake.start_as("scans.repair", lifetime=60)
    done = scan("repair", "a.PTS", "b.glb")
    [started] = fake.items("scans.repair")
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines() == [
        f"asyncops: waiting for operation {started.id}, at most 15m",
        "asyncops: wrote b.glb",
    ]
    assert Path("b.glb").read_bytes() == b"m\n"
    sent = fake.requests[0]
    assert (sent.path, dict(sent.query), sent.body) == (
        "/repair/glb",
        {"source": "cloud"},
        b"points",
    )


def test_an_answer_that_holds_the_end_is_not_waited_for(fake: Fake[ScanClient], scan: Scan) -> None:
    fake.start_as("scans.repair", status="done")
    assert scan("repair", "a.mesh", "b.glb") == Done(0, "", "asyncops: wrote b.glb\n")
    assert fake.count() == 1


def test_what_a_suffix_does_not_tell_is_given(fake: Fake[ScanClient], scan: Scan) -> None:
    fake.start_as("scans.repair", status="done")
    options = ("--source", "cloud", "--target", "stl", "--json")
    assert scan("repair", "a.xyz", "b", *options).code == 0
    assert fake.requests[-1].path == "/repair/stl"
    assert dict(fake.requests[-1].query) == {"source": "cloud", "json": "true"}
    # What is given goes before what a suffix tells.
    assert scan("repair", "a.mesh", "b.obj", *options).code == 0
    assert fake.requests[-1].path == "/repair/stl"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("repair a.xyz b.glb", "a.xyz: the suffix '.xyz' tells no format, but .mesh, .cloud, .pts"),
        ("repair a b.glb", "a: the suffix '' tells no format"),
        ("repair a.xyz b.glb", "Give --source."),
        ("repair - b.glb", "there is no suffix that tells the format of the content. Give --sour"),
        ("repair a.mesh -", "there is no suffix that tells the format of the result. Give --targ"),
        ("repair a.mesh .", "there is no suffix that tells the format of the result. Give --targ"),
        ("repair a.mesh --no-wait", "there is no suffix that tells the format of the result"),
        ("repair a.mesh", "give OUTPUT, where the result goes, or --no-wait"),
        ("repair", "Missing argument 'FILE'"),
        ("repair nothing.mesh b.glb", "cannot use the file nothing.mesh: no such file"),
        ("repair a.mesh a.xyz", "a.xyz is there already. --overwrite replaces it."),
        ("repair a.mesh nowhere/b.glb", "nowhere/b.glb: there is no folder nowhere"),
        ("count a.mesh --no-wait --json", "--no-wait prints the id alone: leave --json and --jso"),
        ("count a.mesh --json --jsonl", "--json and --jsonl exclude each other"),
        ("repair a.mesh b.glb --target ..", "target"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_sent(
    words: str, said: str, fake: Fake[ScanClient], scan: Scan
) -> None:
    done = scan(*words.split())
    assert (done.code, done.out) == (2, "")
    assert said in words_of(done.err)
    assert fake.count() == 0
    assert not Path("b.glb").exists()


def test_a_file_is_replaced_when_that_is_asked_for(fake: Fake[ScanClient], scan: Scan) -> None:
    """And only by a whole result."""
    fake.start_as("scans.repair", status="broken")
    assert scan("repair", "a.mesh", "a.xyz", "--overwrite").code == 1
    assert Path("a.xyz").read_bytes() == b"points"
    fake.start_as("scans.repair", status="done")
    assert scan("repair", "a.mesh", "a.xyz", "--overwrite").code == 0
    assert Path("a.xyz").read_bytes() == b"m\n"
    assert {each.name for each in Path().iterdir()} == {"a", "a.mesh", "a.PTS", "a.xyz"}


def test_a_result_goes_to_standard_output_or_into_a_folder(
    fake: Fake[ScanClient], scan: Scan
) -> None:
    fake.start_as("scans.repair", status="done")
    piped = scan("repair", "-", "-", "--source", "mesh", "--target", "stl", stdin="points")
    assert piped == Done(0, "m\n", "")
    assert fake.requests[-1].body == b"points"
    Path("out").mkdir()
    assert scan("repair", "a.mesh", "out", "--target", "stl").code == 0
    assert Path("out/repaired.mesh").read_bytes() == b"m\n"
    # As with get --outputs, nothing there is replaced.
    again = scan("repair", "a.mesh", "out", "--target", "stl")
    assert (again.code, "repaired.mesh is there already" in again.err) == (2, True)


def test_several_files_need_a_folder(fake: Fake[ScanClient], scan: Scan) -> None:
    """The result is not lost: its id is told, with what writes it."""
    fake.start_as("scans.split", lifetime=1)
    done = scan("split", "a.mesh", "b.mesh")
    [started] = fake.items("scans.split")
    assert done.code == 4
    assert f"go on with asyncops scan scans get {started.id}" in done.err
    assert "the result has 2 files, a.mesh, b.mesh. asyncops scan scans get" in done.err
    assert not Path("b.mesh").exists()


def test_a_result_that_is_no_file_is_shown(fake: Fake[ScanClient], scan: Scan) -> None:
    fake.start_as("scans.count", status="done")
    shown = scan("count", "a.mesh")
    assert (shown.code, shown.err) == (0, "")
    assert "points       21" in shown.out
    lined = scan("count", "a.mesh", "--by-json", "--jsonl")
    assert json.loads(lined.out)["points"] == 21
    assert dict(fake.requests[-1].query) == {"source": "mesh", "json": "true"}


def test_an_operation_may_be_left_to_itself(fake: Fake[ScanClient], scan: Scan) -> None:
    """Its id is all that is printed; it is waited for and fetched later."""
    fake.start_as("scans.repair", lifetime=60)
    done = scan("repair", "a.mesh", "b.glb", "--no-wait")
    [started] = fake.items("scans.repair")
    assert done == Done(0, f"{started.id}\n", "")
    assert not Path("b.glb").exists()
    assert scan("wait", started.id).out.startswith(f"{started.id} succeeded")
    assert scan("get", started.id, "--outputs", "out").code == 0
    assert Path("out/repaired.mesh").read_bytes() == b"m\n"


def test_a_wait_writes_the_files_of_results(fake: Fake[ScanClient], scan: Scan) -> None:
    """In the folder itself for one id, and for several in a folder for each."""
    fake.start_as("scans.repair", lifetime=60)
    ids = [scan("repair", "a.mesh", "b.glb", "--no-wait").out.strip() for _ in range(3)]
    done = scan("wait", ids[0], "--outputs", "one")
    assert done.code == 0
    assert done.err.splitlines()[-1] == "asyncops: wrote one/repaired.mesh"
    assert Path("one/repaired.mesh").read_bytes() == b"m\n"
    assert scan("wait", *ids, "--outputs", "all", "--json").code == 0
    assert {str(path) for path in Path("all").rglob("*.mesh")} == {
        f"all/{each}/repaired.mesh" for each in ids
    }


def test_files_that_cannot_be_written_end_no_wait(fake: Fake[ScanClient], scan: Scan) -> None:
    """What failed counts more than what could not be written."""
    fake.start_as("scans.repair", lifetime=60)
    ids = [scan("repair", "a.mesh", "b.glb", "--no-wait").out.strip() for _ in range(2)]
    Path(f"all/{ids[0]}").mkdir(parents=True)
    Path(f"all/{ids[0]}/repaired.mesh").write_text("mine")
    done = scan("wait", *ids, "--outputs", "all")
    assert done.code == 2
    assert f"{ids[0]}: all/{ids[0]}/repaired.mesh is there already" in done.err
    assert Path(f"all/{ids[0]}/repaired.mesh").read_text() == "mine"
    assert Path(f"all/{ids[1]}/repaired.mesh").read_bytes() == b"m\n"
    fake.start_as("scans.repair", status="broken")
    failed = scan("repair", "a.mesh", "b.glb", "--no-wait").out.strip()
    done = scan("wait", ids[0], failed, "--outputs", "all")
    assert done.code == 1
    assert not Path(f"all/{failed}").exists()


def test_where_results_have_no_files_there_is_nothing_to_write(scan: Scan) -> None:
    assert "--outputs" in scan("wait", "--help").out
    assert "--outputs" not in scan("other", "wait", "--help").out


def test_a_start_whose_answer_names_no_id_cannot_be_waited_for(
    fake: Fake[ScanClient], scan: Scan
) -> None:
    """That is no error where nobody wanted to wait; no word of it is taken for an id."""
    fake.garbage(b"{}", on=1)
    done = scan("split", "a.mesh", "b.mesh")
    assert (done.code, "the answer names no id" in done.err) == (4, True)
    fake.garbage(b"{}", on=1)
    done = scan("split", "a.mesh", "--no-wait")
    assert (done.code, done.out, "the answer names no id" in done.err) == (0, "", True)


def test_exit_codes_are_those_of_wait(fake: Fake[ScanClient], scan: Scan) -> None:
    def ended(lifetime: float, *, fails: bool = False) -> tuple[int, str, str]:
        fake.start_as("scans.count", lifetime=lifetime, fails=fails)
        done = scan("count", "a.mesh", "--timeout", "30s")
        return done.code, done.err, fake.items("scans.count")[0].id

    code, err, id_ = ended(5, fails=True)
    assert (code, err.splitlines()[-1]) == (1, f"asyncops: operation {id_} failed: no points")
    code, err, id_ = ended(5000)
    assert code == 3
    assert "1 of 1 had not ended" in err
    assert err.splitlines()[-1] == f"asyncops: go on with asyncops scan scans wait {id_}"
    fake.drop()
    code, err, _ = ended(5)
    assert (code, "the operation may have started" in err) == (4, True)
    assert fake.count("/count") == 3


def test_an_outage_while_it_is_waited_for_costs_no_id(fake: Fake[ScanClient], scan: Scan) -> None:
    fake.start_as("scans.count", lifetime=60)
    fake.fail(404, on=2)
    done = scan("count", "a.mesh")
    [started] = fake.items("scans.count")
    assert done.code == 4
    assert f"was started; go on with asyncops scan scans wait {started.id}" in done.err


def test_a_group_has_its_ways_to_start_and_what_follows_any_of_them(scan: Scan) -> None:
    """What is got by another path is a resource of its own."""
    shown = scan("--help").out
    commands = ["get", "wait", "count", "other", "repair", "split"]
    assert [each for each in commands if f"│ {each} " in shown] == commands
    assert "│ all " not in shown
    assert "The number of points." in shown
    assert "asyncops scan scans count FILE --json" in words_of(scan("count", "--help").out)
    repair = words_of(scan("repair", "--help").out)
    assert "What the scan is: mesh, cloud." in repair
    assert "A scan without holes. Start an operation" in repair
    assert "asyncops scan scans repair FILE OUTPUT --no-wait" in repair
    assert scan("other", "start", "--no-wait").code == 0


@pytest.fixture
def zoo(tmp_path: Path) -> Iterator[tuple[FakeZoo, dict[str, str]]]:
    """A fake on the machine's clock, for commands in processes of their own."""
    (tmp_path / "part.step").write_bytes(b"ISO-10303-21;" * 100_000)
    with FakeZoo(operations=0, prompts=0, clock=SystemClock()) as fake:
        yield fake, {"ZOO_BASE_URL": fake.url, "ZOO_API_TOKEN": fake.token}


def test_a_terminal_shows_the_upload_and_then_the_wait(
    zoo: tuple[FakeZoo, dict[str, str]], tmp_path: Path
) -> None:
    fake, env = zoo
    fake.start_as("files.convert", lifetime=1)
    files = str(tmp_path / "part.step"), str(tmp_path / "part.obj")
    with in_terminal("zoo", "files", "convert", *files, env=env, columns=160) as terminal:
        terminal.expect("still open")
        started = fake.items("files.convert")[0]
        assert terminal.wait() == 0
        assert "of 1,300,000 bytes" in terminal.text
        assert f"waiting for operation {started.id}" in terminal.text
        assert "━" in terminal.text
        assert terminal.shown.splitlines() == [f"asyncops: wrote {files[1]}"]
        assert not terminal.cursor_hidden
    assert (tmp_path / "part.obj").read_bytes() == b"v\n"


def test_ctrl_c_leaves_the_id(zoo: tuple[FakeZoo, dict[str, str]], tmp_path: Path) -> None:
    """The operation goes on, and has been paid for."""
    fake, env = zoo
    fake.start_as("files.convert", lifetime=3600)
    files = str(tmp_path / "part.step"), str(tmp_path / "part.obj")
    with in_terminal("zoo", "files", "convert", *files, env=env, columns=160) as terminal:
        terminal.expect("still open")
        terminal.type(CTRL_C)
        assert terminal.wait() == 130
        started = fake.items("files.convert")[0]
        assert f"go on with asyncops zoo files wait {started.id} --outputs DIR" in terminal.shown
    assert [each.name for each in tmp_path.iterdir()] == ["part.step"]


def test_ctrl_c_before_the_answer_says_that_it_may_have_started(
    zoo: tuple[FakeZoo, dict[str, str]], tmp_path: Path
) -> None:
    """Nobody knows the id then, and whoever starts it once more may pay twice."""
    fake, env = zoo
    fake.hang()
    files = str(tmp_path / "part.step"), str(tmp_path / "part.obj")
    with in_terminal("zoo", "files", "convert", *files, env=env, columns=160) as terminal:
        terminal.expect("waiting for the answer")
        terminal.type(CTRL_C)
        assert terminal.wait() == 130
        assert MAY_HAVE_STARTED in terminal.shown
    assert [each.name for each in tmp_path.iterdir()] == ["part.step"]


def test_ctrl_c_while_it_is_sent_says_so_too(
    zoo: tuple[FakeZoo, dict[str, str]], tmp_path: Path
) -> None:
    _, env = zoo
    command = ("zoo", "files", "convert", "-", str(tmp_path / "a.obj"), "--src-format", "step")
    with in_terminal(*command, env=env, columns=160) as terminal:
        terminal.expect("sending -: 0 bytes")
        terminal.type(CTRL_C)
        assert terminal.wait() == 130
        assert MAY_HAVE_STARTED in terminal.shown


def test_sigterm_says_so_too(zoo: tuple[FakeZoo, dict[str, str]], tmp_path: Path) -> None:
    fake, env = zoo
    fake.hang()
    command = ("zoo", "files", "volume", str(tmp_path / "part.step"), "--json")
    with processes.started(*command, env=env) as process:
        until_blocking(lambda: fake.count() == 1)
        process.terminate()
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (143, "")
    assert MAY_HAVE_STARTED in err


def test_an_id_that_cannot_be_printed_is_told_all_the_same(
    fake: Fake[ScanClient], scan: Scan
) -> None:
    """The reader of standard output may have gone since the operation was started."""
    with patch.object(start, "put_out", side_effect=BrokenPipeError):
        done = scan("repair", "a.mesh", "b.glb", "--no-wait")
    [started] = fake.items("scans.repair")
    assert done.code == 141
    assert f"go on with asyncops scan scans wait {started.id} --outputs DIR" in done.err
