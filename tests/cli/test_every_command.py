"""Every command: its help, and each listing in a real terminal."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from asyncops.cli.commands.account_checks import missing_filters
from asyncops.cli.groups import app
from asyncops.cli.resources import SERVICES, dashed
from asyncops.kit.resources import resources_of
from asyncops.testing import Fake, FakeServer, ZooHabits
from asyncops.testing.contracts.abilities import made
from tests.cli.running import variables
from tests.cli.terminals import in_terminal

WIDTH = 80
STAFF = {"zoo ml-prompts", "zoo operations"}


def below(command: Any, *words: str) -> Iterator[tuple[str, bool]]:
    """The words of each command, and whether it is a group."""
    is_group = hasattr(command, "list_commands")
    yield " ".join(words), is_group
    context = typer.Context(command)
    for name in command.list_commands(context) if is_group else ():
        yield from below(command.get_command(context, name), *words, name)


EVERY = dict(below(typer.main.get_command(app)))
COMMANDS = [words for words, is_group in EVERY.items() if not is_group]
GROUPS = [words for words, is_group in EVERY.items() if is_group]
LISTINGS = [words.removesuffix(" list") for words in COMMANDS if words.endswith(" list")]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with FakeServer(operations=60, prompts=8, others=6, chainloop_operations=8) as server:
        yield server


def test_each_verb_of_each_service_is_found() -> None:
    assert {"zoo text-to-cad list", "demo"} <= set(COMMANDS)
    assert len(LISTINGS) >= 9


@pytest.mark.parametrize("words", COMMANDS)
def test_help_says_what_a_command_does(words: str) -> None:
    """In sentences for people: nothing of Python or of the markup of docstrings is left."""
    result = CliRunner().invoke(app, [*words.split(), "--help"], env={"COLUMNS": str(WIDTH)})
    assert result.exit_code == 0
    usage, about = re.split(r"\n\s*\n", result.stdout.strip())[:2]
    assert usage.startswith("Usage: ")
    assert re.match(r" [A-Z]\w* [\w ,]{5}", about)
    assert all(len(line) <= WIDTH for line in result.stdout.splitlines())
    assert "<bool>" not in result.stdout
    for left in ("``", ":class:", ":meth:", "Attributes:", "Args:", "--no-no-"):
        assert left not in result.stdout
    if len(words.split()) > 2:
        assert "Example" in result.stdout


@pytest.mark.parametrize("words", GROUPS)
def test_help_of_a_group_shows_no_type_for_what_takes_no_value(words: str) -> None:
    result = CliRunner().invoke(app, [*words.split(), "--help"], env={"COLUMNS": str(WIDTH)})
    assert result.exit_code == 0
    assert "--help " in result.stdout
    assert "<bool>" not in result.stdout


@contextmanager
def serving(server: FakeServer, words: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The command of a listing with all that it needs, and the variables that lead to a fake."""
    service, *names = words.split()
    command = [*words.split(), "list"]
    if service in {"zoo", "chainloop"}:
        dataset = str(server.zoo.items("org.datasets")[0].id)
        yield [*command, *([dataset] if names[-1] == "conversions" else [])], variables(server)
        return
    client = SERVICES[service]
    (found,) = (each for each in resources_of(client) if dashed(each.name).split(".") == names)
    place = [str(made(*each)) for each in found.place]
    with Fake(client, rows=8) as fake:
        env = {client.service.url_variable: fake.url, client.service.token or "": fake.token}
        item = fake.items(found.name, *place)[0]
        filters = [
            word
            for name in missing_filters(found.description)
            for word in (f"--{dashed(name)}", str(getattr(item, name)))
        ]
        yield [*command, *place, *filters], {**variables(server), **env}


@pytest.mark.parametrize("words", LISTINGS)
def test_each_listing_fits_a_terminal(server: FakeServer, words: str) -> None:
    """Rows with whole ids that tell the items apart, and no line that wraps."""
    with (
        serving(server, words) as (command, env),
        in_terminal(*command, "--max-items", "5", env=env, columns=WIDTH) as terminal,
    ):
        assert terminal.wait() == 0, terminal.shown
    heading, *lines = [line for line in terminal.screen if line]
    assert heading.split()[0] == "ID"
    assert len(heading.split()) >= 3
    rows = [line for line in lines if not line.startswith("  ")]
    assert len({row.split()[0] for row in rows}) == 5
    reasons = [line for line in lines if line.startswith("  ")]
    assert len(reasons) < len(rows)


@pytest.mark.parametrize("words", LISTINGS)
def test_each_listing_goes_through_a_pipe_in_each_format(server: FakeServer, words: str) -> None:
    with serving(server, words) as (command, env):
        for form, count in (("--jsonl", 3), ("--json", 5), ("--csv", 4)):
            result = CliRunner().invoke(app, [*command, "--max-items", "3", form], env=env)
            assert result.exit_code == 0, result.output
            assert len(result.stdout.splitlines()) >= count
            assert "\x1b" not in result.stdout


@pytest.mark.parametrize("words", LISTINGS)
def test_each_listing_is_the_same_with_several_requests_at_once(
    server: FakeServer, words: str
) -> None:
    """Also one without an order by creation."""
    with serving(server, words) as (command, env):
        listed = [
            CliRunner().invoke(app, [*command, "--jsonl", "--concurrency", n], env=env)
            for n in ("1", "4")
        ]
        assert [each.exit_code for each in listed] == [0, 0], listed[1].output
        one, several = (sorted(each.stdout.splitlines()) for each in listed)
        assert one == several


def test_an_error_breaks_between_words_on_a_narrow_terminal(server: FakeServer) -> None:
    """And is one line elsewhere."""
    nobody = "00000000-0000-4000-8000-000000000000"
    command = ["zoo", "text-to-cad", "get", nobody]
    with in_terminal(*command, env=variables(server), columns=50) as terminal:
        assert terminal.wait() == 4
    assert len([line for line in terminal.screen if line]) > 2
    assert "Check the id, and whether it belongs to this account." in " ".join(terminal.screen)
    assert any(line.strip().startswith(f"'{nobody}'") for line in terminal.screen)
    result = CliRunner().invoke(app, command, env=variables(server))
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", sorted(STAFF))
def test_an_ordinary_account_is_told_who_may_list(words: str) -> None:
    with FakeServer(zoo=ZooHabits(staff=False)) as server:
        for verb in ("list", "report", "watch"):
            more = {"report": ["-o", "page.html"], "watch": ["--timeout", "1s", "--lines"]}
            command = [*words.split(), verb, *more.get(verb, [])]
            result = CliRunner().invoke(app, command, env=variables(server))
            assert result.exit_code == 4
            assert "only to accounts with staff access" in result.stderr


def test_doctor_tells_an_ordinary_account_between_words_what_it_may_not_list() -> None:
    with (
        FakeServer(zoo=ZooHabits(staff=False)) as server,
        in_terminal("doctor", "zoo", env=variables(server), columns=60, lines=60) as terminal,
    ):
        assert terminal.wait() == 0, terminal.shown
    words = " ".join(" ".join(terminal.screen).split())
    assert "! operations cannot be listed: Zoo does not allow this" in words
    assert words.count("Zoo answers this only to accounts with staff access.") == 2
