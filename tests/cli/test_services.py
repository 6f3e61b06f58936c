"""A service of another distribution on the command line: what its description says is there."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from asyncops.cli import connect, resources
from asyncops.cli.app import app
from asyncops.testing import Fake
from tests.cli.conftest import Register
from tests.cli.farm import FarmClient
from tests.cli.processes import Done, environment
from tests.testing.contracts.farms import HeadersClient

Farm = Callable[..., Done]

PLACE = ("python", "cpython")


@pytest.fixture
def fake(register: Register) -> Iterator[Fake[FarmClient]]:
    register("acme_farm", farm="tests.cli.farm:FarmClient")
    rows = {"runs": 7, "cloud_renders": 2, "uploads": 2, "org.scenes": 3, "org.scenes.parts": 4}
    with Fake(FarmClient, rows) as running:
        yield running


@pytest.fixture
def farm(fake: Fake[FarmClient]) -> Farm:
    """Runs ``asyncops farm`` against the fake."""

    def running(*arguments: str, command: str = "farm", stdin: str = "") -> Done:
        env = {"FARM_TOKEN": fake.token, "FARM_BASE_URL": fake.url}
        words = [*command.split(), *arguments]
        with patch.object(connect, "SYSTEM_CLOCK", fake.clock):
            done = CliRunner().invoke(app, words, env=env, input=stdin, catch_exceptions=False)
        return Done(done.exit_code, done.stdout, done.stderr)

    return running


def ids(done: Done) -> list[int]:
    assert (done.code, done.err) == (0, "")
    return [json.loads(line)["id"] for line in done.out.splitlines()]


def stored(fake: Fake[FarmClient], name: str, *place: str) -> list[int]:
    return [int(str(item.id)) for item in fake.items(name, *place)]


def test_only_the_verbs_that_a_resource_has_are_commands(farm: Farm) -> None:
    def verbs(*words: str) -> set[str]:
        shown = farm(*words, "--help").out
        known = ("list", "get", "wait", "watch", "start", "cancel", "timeline", "report", "parts")
        return {each for each in known if f"│ {each} " in shown}

    assert verbs("runs") == {"list", "get", "wait", "watch", "cancel", "timeline", "report"}
    assert verbs("cloud-renders") == {"get", "wait", "start"}
    assert verbs("uploads") == {"get", "wait", "start", "cancel"}
    assert verbs("org", "scenes") == {"list", "get", "parts"}
    assert verbs("org", "scenes", "parts") == {"list"}


def test_the_place_is_positional(fake: Fake[FarmClient], farm: Farm) -> None:
    found = ids(farm("runs", "list", *PLACE, "--jsonl"))
    assert found == stored(fake, "runs", *PLACE)
    assert len(found) == 7
    assert fake.requests[-1].path == "/repos/python/cpython/runs"
    missing = farm("runs", "list", "python")
    assert missing.code == 2
    assert "REPO" in missing.err
    refused = farm("runs", "list", "python", "..")
    assert (refused.code, "REPO" in refused.err) == (2, True)


def test_a_table_has_the_columns_of_the_model(farm: Farm) -> None:
    heading, *rows = farm("runs", "list", *PLACE).out.splitlines()
    shown = ["ID", "STATUS", "CREATED", "WAITED", "RAN", "BRANCH", "ERROR"]
    assert heading.split() == shown
    assert len(rows) == 7
    heading, *rows = farm("org", "scenes", "list").out.splitlines()
    assert heading.split() == ["ID", "CREATED", "NAME"]
    assert len(rows) == 3


def test_filters_are_the_fields_of_the_options_class(fake: Fake[FarmClient], farm: Farm) -> None:
    options = "--status done --branch main --labels a --labels b --quality final --resume-id 3"
    done = farm("runs", "list", *PLACE, *options.split(), "--by-json", "--page-size", "5")
    assert done.code == 0
    sent = dict(fake.requests[-1].query)
    wanted = {"status": "done", "branch": "main", "labels": "a,b", "quality": "final"}
    assert sent.items() >= {*wanted.items(), ("resume_id", "3"), ("json", "true")}
    assert sent["per_page"] == "5"
    farm("runs", "list", *PLACE, "--since", "2026-01-01T00:00Z", "--until", "2026-02-01T00:00Z")
    assert dict(fake.requests[-1].query)["created"].startswith("2026-01-01T00:00:00Z..2026-02-01")


def test_help_says_what_the_docstrings_say(farm: Farm) -> None:
    shown = " ".join(farm("runs", "list", "--help").out.replace("│", " ").split())
    assert "Only runs of this branch." in shown
    assert "Others are left out" not in shown
    assert "queued, running, done, broken" in shown
    assert "List them, newest first, as a table" in shown
    assert "listings that sort both ways are read from both ends" in shown
    assert "Zoo" not in shown
    scenes = " ".join(farm("org", "scenes", "list", "--help").out.replace("│", " ").split())
    assert "List them, in the service's order, as a table" in scenes
    assert "asyncops farm runs list OWNER REPO --since 24h" in shown


def test_a_service_and_its_resources_are_described_by_their_docstrings(farm: Farm) -> None:
    shown = " ".join(farm("--help").out.split())
    assert "A renderfarm: runs, renders and scenes. The service farm, of acme_farm 1.2." in shown
    assert "One run of a workflow." in shown


def test_an_example_has_all_that_is_needed(register: Register) -> None:
    """Also the filters without which nothing can be asked for."""
    register("acme_needy", needy="tests.cli.farm:NeedyClient")
    for verb, options in (
        ("list", "--since 24h"),
        ("timeline", "-o lives.svg --since 2h"),
        ("watch", "--timeout 1h"),
    ):
        done = CliRunner().invoke(app, ["needy", "runs", verb, "--help"])
        example = f"asyncops needy runs {verb} --branch-name BRANCH_NAME {options}"
        assert example in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("rusn list", "No such command 'rusn'. Did you mean runs?"),
        ("runs lsit", "No such command 'lsit'. Did you mean list?"),
        ("runs start", "No such command 'start'. Known are: list, get, wait, watch, cancel"),
        ("org scnes list", "No such command 'scnes'. Did you mean scenes?"),
    ],
)
def test_a_word_that_is_no_command_is_answered_with_those_that_are(
    words: str, hint: str, farm: Farm
) -> None:
    done = farm(*words.split())
    assert done.code == 2
    assert hint in " ".join(done.err.replace("│", " ").split())


def test_a_service_that_is_mistyped_is_answered_with_its_name(farm: Farm) -> None:
    done = farm("runs", "list", command="fram")
    assert (done.code, "No such command 'fram'. Did you mean farm?" in done.err) == (2, True)


def test_a_status_that_is_taken_for_a_typing_error_can_be_asked_for(
    fake: Fake[FarmClient], farm: Farm
) -> None:
    refused = farm("runs", "list", *PLACE, "--status", "brokn")
    said = " ".join(refused.err.replace("│", " ").split())
    assert "'done', 'broken'; brokn! asks for it all the same" in said
    assert "Phase" not in said
    assert farm("runs", "list", *PLACE, "--status", "brokn!", "--jsonl").out == ""
    assert fake.count() > 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--status brokn", "did you mean 'broken'?"),
        ("--quality fine", "'fine' is none of draft, final"),
        ("--resume-id x", "as an integer"),
        ("--branch", "branch"),
    ],
)
def test_filters_that_cannot_be_sent_are_wrong_use(
    options: str, words: str, fake: Fake[FarmClient], farm: Farm
) -> None:
    done = farm("runs", "list", *PLACE, *options.split())
    assert done.code == 2
    assert words in " ".join(done.err.replace("│", " ").split())
    assert fake.count() == 0


def test_one_is_got_waited_for_and_cancelled(fake: Fake[FarmClient], farm: Farm) -> None:
    first, second = stored(fake, "runs", *PLACE)[:2]
    assert ids(farm("runs", "get", *PLACE, str(first), str(second), "--jsonl")) == [first, second]
    fake.move("runs", first, *PLACE, status="done")
    waited = farm("runs", "wait", *PLACE, str(first))
    assert waited.code == 0
    sent = fake.count()
    for verb in ("wait", "cancel"):
        wrong = farm("runs", verb, *PLACE, str(second), "x1", "x2")
        assert (wrong.code, fake.count()) == (2, sent)
        assert "got 'x1'; ID must be " in wrong.err
        assert "ids[" not in wrong.err
    assert waited.out.startswith(f"{first} succeeded")
    cancelled = farm("runs", "cancel", *PLACE, str(second))
    assert cancelled.code == 0
    assert fake.requests[-1].path == f"/repos/python/cpython/runs/{second}/cancel"
    assert fake.requests[-1].method == "POST"
    fake.fail(404, times=2)
    missing = farm("runs", "cancel", *PLACE, "1000", "1001")
    assert missing.code == 4
    assert [line.split()[1] for line in missing.err.splitlines()] == ["1000:", "1001:"]
    assert farm("runs", "get", *PLACE, "no-number").code == 2


def test_one_is_started_with_what_the_action_takes(fake: Fake[FarmClient], farm: Farm) -> None:
    options = ("--scene", "teapot", "--options", '{"depth": 2}')
    fake.start_as("cloud_renders", lifetime=60)
    done = farm("cloud-renders", "start", *options, "--json")
    assert json.loads(fake.requests[0].body) == {
        "scene": "teapot",
        "samples": 16,
        "options": {"depth": 2},
    }
    ended = json.loads(done.out)
    assert (done.code, ended["status"]) == (0, "done")
    assert ended["id"] in stored(fake, "cloud_renders")
    assert farm("cloud-renders", "start").code == 2
    for words, example in (
        ("cloud-renders start", "cloud-renders start --scene SCENE --json"),
        ("uploads start", "uploads start FILE --name NAME --json"),
        ("uploads cancel", "uploads cancel $ID"),
    ):
        shown = farm(*words.split(), "--help").out
        assert f"asyncops farm {example}" in " ".join(shown.split())
    assert farm("cloud-renders", "start", "--scene", "a", "--options", "{").code == 2


def test_content_is_read_from_a_file_or_from_standard_input(
    fake: Fake[FarmClient], farm: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mesh").write_bytes(b"vertices")
    for file, stdin in ((str(tmp_path / "mesh"), ""), ("-", "vertices")):
        done = farm("uploads", "start", file, "--name", "mesh", "--no-wait", stdin=stdin)
        assert (done.code, done.err) == (0, "")
        assert int(done.out) in stored(fake, "uploads")
        assert fake.requests[-1].body == b"vertices"
        assert dict(fake.requests[-1].query) == {"name": "mesh"}
    with monkeypatch.context() as streamed:
        # A body of any size goes out piece by piece.
        streamed.setattr(Path, "read_bytes", None)
        words = ("uploads", "start", str(tmp_path / "mesh"), "--name", "mesh", "--no-wait")
        assert farm(*words).code == 0
    assert fake.requests[-1].body == b"vertices"
    missing = farm("uploads", "start", str(tmp_path / "nothing"), "--name", "mesh")
    assert (missing.code, "no such file" in missing.err) == (2, True)


def test_what_lies_below_an_item_has_its_id_for_a_place(fake: Fake[FarmClient], farm: Farm) -> None:
    assert ids(farm("org", "scenes", "parts", "list", "2", "--jsonl")) == stored(
        fake, "org.scenes.parts", "2"
    )
    assert fake.requests[-1].path == "/scenes/2/parts"


def test_the_end_of_a_name_stands_for_it_where_one_alone_ends_so(
    fake: Fake[FarmClient], farm: Farm
) -> None:
    assert farm("renders", "get", str(stored(fake, "cloud_renders")[0])).code == 0
    assert farm("enders", "get", "1").code == 2


def test_a_watch_tells_what_a_place_has(fake: Fake[FarmClient], farm: Farm) -> None:
    run_ = fake.add("runs", *PLACE, status="running")
    done = farm("runs", "watch", *PLACE, "--from-start", "--lines", "--timeout", "300ms")
    assert (done.code, done.err) == (0, "")
    assert str(run_.id) in [line.split()[2] for line in done.out.splitlines()]


def test_several_resources_are_watched_at_once(fake: Fake[FarmClient], farm: Farm) -> None:
    """Each line says which one it is about, and the ends of all are the end."""
    named = ("farm.runs:python/cpython", "farm.runs:a%2Fb/~")
    runs = {
        f"{named[0]}": fake.add("runs", *PLACE, status="running").id,
        f"{named[1]}": fake.add("runs", "a/b", "~", status="running").id,
    }
    options = ("--from-start", "--timeout", "300ms")
    done = farm(*named, *options, command="watch")
    assert (done.code, done.err) == (0, "")
    told = {tuple(line.split()[2:4]) for line in done.out.splitlines()}
    assert told >= {(name, str(id_)) for name, id_ in runs.items()}
    rows = farm(*named, *options, "--jsonl", command="watch").out.splitlines()
    assert {json.loads(row)["id"] for row in rows} >= {
        f"{name} {id_}" for name, id_ in runs.items()
    }


def test_one_that_fails_ends_the_watch_of_all(fake: Fake[FarmClient], farm: Farm) -> None:
    """With its words, and those of the resource."""
    options = ("--until-failure", "--timeout", "10m")
    named = ("farm.runs:python/cpython", "farm.runs:a/b")
    for words in (("runs", "watch", "a", "b", *options), (*named, *options)):
        fake.add("runs", "a", "b", lifetime=30, fails=True)
        done = farm(*words, command="farm" if words[0] == "runs" else "watch")
        assert done.code == 1
    assert done.err.startswith("asyncops: farm.runs:")
    assert "failed" in done.err


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("farm", "Renderfarm has no ''. Known are: cloud-renders, org.scenes, org.scenes.parts"),
        ("nowhere.runs", "there is no service 'nowhere'. Known are: "),
        ("fram.runs", "there is no service 'fram'. Did you mean farm?"),
        ("farm.rusn", "Renderfarm has no 'rusn'. Did you mean runs?"),
        ("farm.runs", "names no resource. Write farm.runs:OWNER/REPO, or PROFILE@farm.runs:"),
        ("farm.runs:a", "names no resource"),
        ("@farm.runs:a/b", "names no resource"),
        ("farm.org.scenes", "has no operations that could be watched"),
        ("farm.cloud-renders", "has no operations that could be watched"),
        ("work@farm.runs:a/b", "there is no profile 'work'"),
        ("farm.runs:a/..", "REPO"),
    ],
)
def test_a_target_that_is_none_is_wrong_use(
    target: str, words: str, fake: Fake[FarmClient], farm: Farm
) -> None:
    done = farm(target, command="watch")
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1
    assert fake.count() == 0


def test_an_account_may_be_a_profile(
    fake: Fake[FarmClient], farm: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with Zoo: its token and its address; in a target, with the name in front."""
    profile = f'[profiles.work.farm]\ntoken_env = "WORK_FARM"\nbase_url = "{fake.url}"\n'
    (tmp_path / "config.toml").write_text(profile)
    monkeypatch.setenv("ASYNCOPS_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("WORK_FARM", fake.token)
    env = {"FARM_TOKEN": "another", "FARM_BASE_URL": "http://127.0.0.1:9"}
    for words in (
        ["farm", "runs", "list", *PLACE, "--profile", "work"],
        ["watch", "work@farm.runs:python/cpython", "--timeout", "100ms"],
    ):
        done = CliRunner().invoke(app, words, env=env)
        assert (done.exit_code, done.stderr) == (0, "")
    profiles = farm(command="profiles").out
    assert f"work           farm     {fake.url}  WORK_FARM" in profiles
    (tmp_path / "config.toml").write_text("[profiles.a.farm]\norganization = 'x'")
    refused = farm("runs", "list", *PLACE, "-p", "a")
    assert (refused.code, "organization: this is not known" in refused.err) == (2, True)


def test_a_service_without_a_public_address_says_where_it_is_told(register: Register) -> None:
    register("acme_farm", farm="tests.cli.farm:FarmClient")
    env = {"FARM_TOKEN": "t", "FARM_BASE_URL": ""}
    done = CliRunner().invoke(app, ["farm", "runs", "list", *PLACE], env=env)
    assert done.exit_code == 2
    assert "no address of Renderfarm. Set FARM_BASE_URL, or write base_url" in done.stderr


def test_a_service_without_a_token_needs_none(register: Register) -> None:
    register("acme_headers", headers="tests.testing.contracts.farms:HeadersClient")
    with Fake(HeadersClient, 3) as fake:
        env = {"HEADERS_BASE_URL": fake.url}
        words = ["headers", "jobs", "list", "red", "7", "--jsonl"]
        done = CliRunner().invoke(app, words, env=env)
    assert (done.exit_code, done.stderr, len(done.stdout.splitlines())) == (0, "", 3)


def test_services_are_listed_without_importing_them(register: Register) -> None:
    register("acme_farm", farm="tests.cli.farm:FarmClient", lost="acme_lost.nowhere:LostClient")
    sys.modules.pop("tests.cli.farm", None)
    done = CliRunner().invoke(app, ["services"])
    assert (done.exit_code, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [row[0] for row in rows][-2:] == ["farm", "lost"]
    assert {"chainloop", "zoo"} <= {row[0] for row in rows[:-2]}
    assert rows[-2][1:] == ["acme_farm", "1.2", "tests.cli.farm:FarmClient"]
    assert "tests.cli.farm" not in sys.modules
    shown = CliRunner().invoke(app, ["--help"])
    assert "The service lost, of acme_farm 1.2." in shown.stdout
    assert "tests.cli.farm" not in sys.modules


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("acme_lost.nowhere:LostClient", "No module named 'acme_lost'"),
        ("tests.cli.farm:Nothing", "has no attribute 'Nothing'"),
        ("tests.cli.farm:Phase", "tests.cli.farm:Phase is no class of a client"),
        ("tests.cli.farm:FarmClient", "tests.cli.farm:FarmClient is the client of 'farm'"),
    ],
)
def test_a_broken_plug_in_is_one_line_that_names_its_distribution(
    value: str, reason: str, register: Register
) -> None:
    register("acme_lost", lost=value)
    for words in (["lost"], ["lost", "--help"], ["lost", "runs", "list"], ["login", "lost"]):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 2
        (line,) = done.stderr.splitlines()
        said = "asyncops: the service lost of acme_lost 1.2 cannot be used: "
        assert line.startswith(said)
        assert reason in line


def test_a_broken_plug_in_breaks_nothing_else(register: Register) -> None:
    register("acme_lost", lost="acme_lost.nowhere:LostClient")
    env = {"ZOO_API_TOKEN": "t"}
    done = CliRunner().invoke(app, ["profiles"], env=env)
    assert done.exit_code == 0
    assert "(environment)  zoo" in done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert CliRunner().invoke(app, ["zoo", "operations", "list", "--help"]).stderr == ""
    assert CliRunner().invoke(app, ["--help"]).stderr == ""


@pytest.mark.parametrize("words", [["doctor"], ["doctor", "lost"], ["doctor", "lost", "runs"]])
def test_the_doctor_tells_once_of_a_broken_plug_in(words: list[str], register: Register) -> None:
    register("acme_lost", lost="acme_lost.nowhere:LostClient")
    env = {"ZOO_API_TOKEN": "", "CHAINLOOP_TOKEN": ""}
    done = CliRunner().invoke(app, words, env=env)
    assert (done.exit_code, done.stderr) == (4, "")
    said = "✗ the service lost of acme_lost 1.2 cannot be used: No module named 'acme_lost'"
    assert done.stdout.count("cannot be used") == 1
    assert said in " ".join(done.stdout.split())


def test_asyncops_registers_its_own_in_the_same_way(register: Register) -> None:
    """They come first, and no other distribution takes their names."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    section = text.split(f'[project.entry-points."{resources.GROUP}"]\n')[1].split("\n\n")[0]
    register("aardvark", aardvark="tests.cli.farm:FarmClient", zoo="tests.cli.farm:FarmClient")
    lines = [f'{name} = "{each.value}"' for name, each in resources.installed().items()]
    assert lines == [*sorted(section.splitlines()), 'aardvark = "tests.cli.farm:FarmClient"']


@pytest.mark.parametrize("words", [("zoo", "operations", "list", "--help"), ("--help",)])
def test_only_the_service_that_is_named_is_imported(words: tuple[str, ...]) -> None:
    """Start-up is short, however many are installed."""
    code = (
        "import sys; from asyncops.cli.app import app; "
        f"app({list(words)!r}, standalone_mode=False); "
        "print([each for each in ('zoo', 'chainloop') "
        "if f'asyncops.services.{each}' in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str([each for each in ("zoo",) if each in words])
