"""The commands' options, and how the command line begins."""

import importlib
import pkgutil
import shlex
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import asyncops
from asyncops import cli
from asyncops.cli.app import app
from asyncops.cli.commands import serve as serve_module
from asyncops.cli.options.serve import ServeSettings
from tests.cli.processes import environment


def test_the_version_is_shown() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output.strip()) == (0, f"asyncops {asyncops.__version__}")


@pytest.mark.parametrize("command", [[], ["demo"], ["serve"], ["zoo"], ["chainloop"]])
def test_help_is_shown(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_the_demo_takes_its_sizes() -> None:
    result = CliRunner().invoke(app, shlex.split("demo --operations 20 --prompts 10 --seed 3"))
    assert result.exit_code == 0
    assert "Every item came exactly once, in order" in result.output


@pytest.mark.parametrize(
    "command",
    [
        "demo --operations -1",
        "demo --operations many",
        "demo --prompts -1",
        "serve --port 65536",
        "serve --port -1",
        "serve --operations -1",
        "serve --page-base 2",
        "serve --max-page-size 0",
        "serve --rate-limit 0",
        "serve --rate-limit -1",
        "serve --rate-limit inf",
        "serve --arrivals -1",
        "serve --arrivals nan",
        "serve --latency -1",
        "serve --latency nan",
        "serve --latency inf",
        "serve --token ''",
        "serve --token 'a b'",
        "serve --token é",
        "serve --token '\x01'",
        "serve --nonsense",
        "nonsense",
    ],
)
def test_bad_values_are_usage_errors(command: str) -> None:
    """Exit code 2, and nothing was served or listed."""
    result = CliRunner().invoke(app, shlex.split(command))
    assert result.exit_code == 2
    assert "Usage:" in result.output
    assert "http" not in result.output


def test_the_options_of_serve_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option is the setting of the same name."""
    arrived: list[ServeSettings] = []

    async def record(settings: ServeSettings, _: object) -> int:
        arrived.append(settings)
        return 0

    monkeypatch.setattr(serve_module, "serve", record)
    command = (
        "serve --host localhost --port 8000 --operations 1 --prompts 2 --chainloop-operations 3 "
        "--seed 4 --token secret --latency 0.5 --page-base 1 --max-page-size 7 --rate-limit 2.5 "
        "--arrivals 0.25"
    )
    assert CliRunner().invoke(app, shlex.split(command)).exit_code == 0
    assert CliRunner().invoke(app, ["serve"]).exit_code == 0
    assert arrived == [
        ServeSettings(
            host="localhost",
            port=8000,
            operations=1,
            prompts=2,
            chainloop_operations=3,
            seed=4,
            token="secret",
            latency=0.5,
            page_base=1,
            max_page_size=7,
            rate_limit=2.5,
            arrivals=0.25,
        ),
        ServeSettings(),
    ]


def test_main_runs_the_command_of_the_program_s_arguments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["asyncops", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    assert asyncops.__version__ in capsys.readouterr().out


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_the_extra_main_says_what_to_install(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and exit code 2, no traceback."""
    forget_commands(monkeypatch)
    for name in [name for name in sys.modules if name.startswith(f"{missing}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    assert cli.main() == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == ("the command line needs the extra: pip install 'asyncops[cli]'\n")


def test_another_missing_module_is_not_blamed_on_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget_commands(monkeypatch)
    monkeypatch.setitem(sys.modules, "asyncops.cli.groups", None)
    with pytest.raises(ModuleNotFoundError, match="groups"):
        cli.main()


def test_what_few_commands_need_is_loaded_by_these_alone() -> None:
    """The shell asks this program for completions at each press of a key."""
    rare = {
        "pyarrow",
        "matplotlib",
        "jinja2",
        "keyring",
        "aiohttp.web",
        "cattrs",
        "asyncops.testing",
        "asyncops.kit.doctor",
    }
    code = f"import asyncops.cli.app, sys; print(*{rare!r}.intersection(sys.modules))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def forget_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = []
    for module in pkgutil.walk_packages(cli.__path__, "asyncops.cli."):
        if not module.name.endswith("__main__"):
            loaded = importlib.import_module(module.name)
            package, _, name = module.name.rpartition(".")
            # Its package is given it back as well, by whatever else is imported meanwhile.
            monkeypatch.setattr(sys.modules[package], name, loaded)
            modules.append(module.name)
    for each in modules:
        monkeypatch.delitem(sys.modules, each)
