"""``login``, ``logout`` and ``profiles``, with keyrings that hold nothing of this machine's."""

import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import keyring
import pytest
from attrs import evolve
from keyring.backend import KeyringBackend
from typer.testing import CliRunner

from asyncops.cli import resources
from asyncops.cli.app import app
from asyncops.cli.connect import account_for
from asyncops.cli.options.fields import Settings
from asyncops.cli.shell import Failure
from asyncops.http.auth import Basic
from asyncops.services.zoo import ZooClient
from tests.cli.keyrings import BrokenRing, LockedRing, MemoryRing, NoRing
from tests.cli.processes import Done

TOKEN = "hunter2-hunter2"

Ask = Callable[..., Done]


@pytest.fixture
def ring() -> Iterator[MemoryRing]:
    """The keyring of this test."""
    before = keyring.get_keyring()
    mine = MemoryRing()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Where the configuration file will be."""
    return tmp_path / "folder" / "config.toml"


@pytest.fixture
def ask(config: Path) -> Ask:
    """Runs a command with this configuration file and no account in the environment."""

    def run(*arguments: str, stdin: str = "", **more: str) -> Done:
        env = {"ZOO_API_TOKEN": "", "CHAINLOOP_TOKEN": "", "ASYNCOPS_CONFIG": str(config), **more}
        done = CliRunner().invoke(app, list(arguments), input=stdin, env=env)
        return Done(done.exit_code, done.stdout, done.stderr)

    return run


def test_a_login_keeps_the_token_in_the_keyring_alone(
    ring: MemoryRing, config: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is made, says where the token is, and makes the profile the default."""
    done = ask("login", "zoo", "--profile", "work", stdin=f"{TOKEN}\n")
    assert (done.code, done.err) == (0, "")
    assert ring.kept == {("asyncops", "work/zoo"): TOKEN}
    text = config.read_text(encoding="utf-8")
    assert tomllib.loads(text) == {
        "default": "work",
        "profiles": {"work": {"zoo": {"keyring": True}}},
    }
    assert TOKEN not in text + done.out
    monkeypatch.setenv("ASYNCOPS_CONFIG", str(config))
    monkeypatch.delenv("ZOO_API_TOKEN", raising=False)
    account = account_for(Settings(), "zoo")
    assert (account.token, account.token_source) == (TOKEN, "the keyring")


@pytest.mark.usefixtures("ring")
def test_a_second_login_adds_to_the_file_and_keeps_what_is_there(config: Path, ask: Ask) -> None:
    assert ask("login", "zoo", stdin=TOKEN).code == 0
    before = config.read_text(encoding="utf-8") + "# mine"
    config.write_text(before, encoding="utf-8")
    url = 'https://chainloop.example/"quoted"'
    said = ("--base-url", url, "--organization", "acme")
    done = ask("login", "chainloop", "-p", "other", *said, stdin=TOKEN)
    assert (done.code, done.err) == (0, "")
    text = config.read_text(encoding="utf-8")
    assert text.startswith(before)
    assert tomllib.loads(text) == {
        "default": "default",
        "profiles": {
            "default": {"zoo": {"keyring": True}},
            "other": {"chainloop": {"base_url": url, "organization": "acme", "keyring": True}},
        },
    }
    done = ask("login", "chainloop", "-p", "more", "--organization", "a\nb", stdin=TOKEN)
    assert (done.code, "organization must not hold control" in done.err) == (2, True)


def test_a_new_token_takes_the_place_of_the_old_one(
    ring: MemoryRing, config: Path, ask: Ask
) -> None:
    ask("login", "zoo", stdin=TOKEN)
    text = config.read_text(encoding="utf-8")
    assert ask("login", "zoo", stdin="another").code == 0
    assert ring.kept == {("asyncops", "default/zoo"): "another"}
    assert config.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("written", ["", "\n", "  \n", "two words\n", "caf\u00e9\n", "a\x07b\n"])
def test_what_is_no_token_is_not_stored(
    written: str, ring: MemoryRing, config: Path, ask: Ask
) -> None:
    done = ask("login", "zoo", stdin=written)
    assert done.code == 2
    assert "Nothing was stored." in done.err
    assert ring.kept == {}
    assert not config.exists()


def test_standard_input_that_is_closed_has_no_token(
    ring: MemoryRing, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asyncops.cli.commands.login.sys", SimpleNamespace(stdin=None))
    done = ask("login", "zoo")
    assert (done.code, ring.kept) == (2, {})
    assert done.err == "asyncops: no token was given. Nothing was stored.\n"


def test_a_token_is_checked_as_its_service_sends_it(
    ring: MemoryRing, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    class WithLogin(ZooClient):
        service = evolve(ZooClient.service, auth=Basic())

    monkeypatch.setattr(resources, "_loaded", lambda _: WithLogin)
    done = ask("login", "zoo", stdin=f"{TOKEN}\n")
    assert (done.code, ring.kept) == (2, {})
    assert "token must be 'user:password'" in done.err
    assert ask("login", "zoo", stdin="me:two words \n").code == 0
    assert ring.kept == {("asyncops", "default/zoo"): "me:two words "}


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        (
            "[profiles.a.zoo]\n",
            ("-p", "a"),
            "the variable ZOO_API_TOKEN. Write keyring = true",
        ),
        ("[profiles.a.zoo]\ntoken_env = 'T'", ("-p", "a"), "from the variable T. Write keyring"),
        (
            "[profiles.a.zoo]\nkeyring = true",
            ("-p", "a", "--base-url", "https://x.example"),
            "is configured for Zoo already. Change its base_url",
        ),
        ("", ("-p", "a", "--organization", "acme"), "Zoo has no organizations to choose from"),
        ("", ("-p", "a/b"), "a profile's name has letters, digits, - and _ only, not 'a/b'"),
        ("", ("-p", "a", "--base-url", "ftp://x"), "base_url must look like"),
        ("nonsense", ("-p", "a"), "is not TOML"),
    ],
)
def test_a_login_that_cannot_be_asks_for_no_token(
    text: str, arguments: tuple[str, ...], words: str, ring: MemoryRing, config: Path, ask: Ask
) -> None:
    config.parent.mkdir()
    config.write_text(text, encoding="utf-8")
    done = ask("login", "zoo", *arguments, stdin=TOKEN)
    assert done.code == 2
    assert words in done.err
    assert ring.kept == {}
    assert config.read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("ring")
def test_a_file_that_nothing_can_be_added_to_says_what_to_write(config: Path, ask: Ask) -> None:
    config.parent.mkdir()
    text = "profiles = { a = { zoo = { keyring = true } } }"
    config.write_text(text, encoding="utf-8")
    done = ask("login", "chainloop", "-p", "a", stdin=TOKEN)
    assert done.code == 2
    assert "Add [profiles.a.chainloop], keyring = true by hand." in done.err
    assert config.read_text(encoding="utf-8") == text


def test_a_logout_deletes_the_token(ring: MemoryRing, ask: Ask) -> None:
    """A second one says that there is none."""
    ask("login", "zoo", stdin=TOKEN)
    assert ask("logout", "zoo").code == 0
    assert ring.kept == {}
    done = ask("logout", "zoo")
    assert (done.code, done.err) == (
        2,
        "asyncops: the keyring holds no token of profile default for Zoo\n",
    )
    done = ask("zoo", "operations", "list")
    assert done.code == 2
    assert done.err.endswith("for Zoo. asyncops login zoo --profile default stores one.\n")


RINGS: list[tuple[KeyringBackend, str]] = [
    (NoRing(), "this system has no keyring that asyncops could use"),
    (LockedRing(), "cannot read the token from the keyring: it is locked. Unlock it"),
    (BrokenRing(), "cannot store the token in the keyring: RuntimeError: no bus"),
]


@pytest.mark.parametrize(("backend", "words"), RINGS, ids=["none", "locked", "broken"])
@pytest.mark.usefixtures("ring")
def test_a_keyring_that_does_not_serve_is_a_line(
    backend: KeyringBackend, words: str, config: Path, ask: Ask
) -> None:
    keyring.set_keyring(backend)
    done = ask("login", "zoo", stdin=TOKEN)
    assert done.code == 2
    (line,) = done.err.splitlines()
    assert line.startswith(f"asyncops: {words}")
    assert not config.exists()


@pytest.mark.usefixtures("ring")
def test_a_keyring_that_deletes_nothing_is_a_line(ask: Ask) -> None:
    broken = BrokenRing()
    broken.kept["asyncops", "default/zoo"] = TOKEN
    keyring.set_keyring(broken)
    done = ask("logout", "zoo")
    assert (done.code, done.err) == (2, "asyncops: cannot delete the token from the keyring\n")


def test_without_the_extra_a_line_names_it(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    done = ask("login", "zoo", stdin=TOKEN)
    assert done.code == 2
    assert "pip install 'asyncops[keyring]'" in done.err


def test_profiles_are_listed_without_their_tokens(ring: MemoryRing, config: Path, ask: Ask) -> None:
    config.parent.mkdir()
    config.write_text(
        "default = 'work'\n[profiles.work.zoo]\nkeyring = true\n[profiles.work.chainloop]\n"
        "base_url = 'https://c.example'\ntoken_env = 'SET'\n"
        "[profiles.home.zoo]\ntoken_env = 'NO'\n",
        encoding="utf-8",
    )
    ring.kept["asyncops", "work/zoo"] = TOKEN
    done = ask("profiles", SET=TOKEN, CHAINLOOP_TOKEN=TOKEN)
    assert (done.code, done.err) == (0, "")
    assert TOKEN not in done.out
    rows = [line.split() for line in done.out.splitlines()]
    assert rows[:5] == [
        ["PROFILE", "SERVICE", "ADDRESS", "TOKEN"],
        ["(environment)", "chainloop", "https://api.app.chainloop.dev", "CHAINLOOP_TOKEN"],
        ["home", "zoo", "https://api.zoo.dev", "NO", "(not", "set)"],
        ["work", "(default)", "chainloop", "https://c.example", "SET"],
        ["work", "(default)", "zoo", "https://api.zoo.dev", "keyring"],
    ]
    assert done.out.endswith(f"configured in {config}\n")


def test_a_folder_that_cannot_be_made_is_a_line(ring: MemoryRing, config: Path, ask: Ask) -> None:
    config.parent.write_text("a file", encoding="utf-8")
    done = ask("login", "zoo", stdin=TOKEN)
    assert done.code == 2
    assert str(config.parent) in done.err
    assert len(done.err.splitlines()) == 1


def test_a_failure_says_its_hint_as_a_sentence() -> None:
    assert str(Failure("no", "asyncops login helps")) == "no. asyncops login helps."
    assert str(Failure("no", "try")) == "no. Try."
