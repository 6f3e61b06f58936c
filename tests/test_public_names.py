"""The names that programs outside hold on to."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

import asyncops
from asyncops.client import ClientOptions


@pytest.mark.parametrize(
    "name",
    ["asyncops", "asyncops.kit", "asyncops.services.zoo", "asyncops.services.chainloop"],
)
def test_the_exported_names_are_exactly_all(name: str) -> None:
    """No name comes or goes unnoticed."""
    module = importlib.import_module(name)
    submodules = {each.name for each in pkgutil.iter_modules(module.__path__)}
    visible = {
        each
        for each, value in vars(module).items()
        if not each.startswith("_") and each not in submodules and not inspect.ismodule(value)
    }
    exported = set(module.__all__)
    assert visible - exported <= {"VERSION", "lazy_names"}
    # A module of the same name would take the place of what is exported, once it is imported.
    for submodule in submodules - {"__main__", "cli", "testing"}:
        importlib.import_module(f"{name}.{submodule}")
    for each in (*exported, *exported):
        assert not inspect.ismodule(getattr(module, each)), each
    assert sorted(module.__all__) == module.__all__
    assert len(exported) == len(module.__all__)


def test_a_service_is_described_with_exactly_these() -> None:
    """Programs outside this repository are written against them."""
    assert set(importlib.import_module("asyncops.kit").__all__) == {
        *("Service", "Client", "Resource", "Collection", "Lookup", "Group", "Within", "Listing"),
        *(
            "ListOptions",
            "WatchOptions",
            "UploadOptions",
            "param",
            "sent_as",
            "key",
            "Token",
            "NextURL",
            "After",
            "Pages",
        ),
        *("Offset", "Header", "Link", "Order", "Window", "ByStatus", "Auth", "Basic", "Signer"),
        *("SigV4", "Get"),
        *("RateLimit", "Action", "Sample", "Status", "State", "Tracked", "Timestamp"),
        *("EpochSeconds", "EpochMillis", "UtcTimestamp", "DescriptionError", "FromSuffix", "files"),
    }


def test_settings_have_the_promised_names_and_defaults() -> None:
    """As outside programs write them."""
    zoo = inspect.signature(asyncops.ZooClient)
    assert list(zoo.parameters)[:7] == [
        "token",
        "base_url",
        "retry",
        "timeout",
        "max_body",
        "session",
        "allow_insecure",
    ]
    chainloop = inspect.signature(asyncops.ChainloopClient)
    assert list(chainloop.parameters) == ["token", "organization", "options"]
    assert ["token", *ClientOptions.__annotations__] == list(zoo.parameters)
    retry = asyncops.RetryPolicy()
    assert (retry.attempts, retry.base, retry.cap) == (3, 0.5, 20.0)
    assert (retry.max_retry_after, retry.quota) == (120.0, 500)
    timeout = asyncops.Timeout()
    assert (timeout.connect, timeout.read, timeout.attempt) == (5.0, 30.0, 60.0)
    assert (timeout.deadline, timeout.pool) == (120.0, 5.0)


def test_every_module_says_what_it_exports() -> None:
    """And exports nothing that is not there."""
    for module in pkgutil.walk_packages(asyncops.__path__, "asyncops."):
        if module.name.endswith("__main__"):
            continue
        loaded = importlib.import_module(module.name)
        assert loaded.__doc__, module.name
        for name in getattr(loaded, "__all__", []):
            assert hasattr(loaded, name), f"{module.name}.{name}"


def test_importing_the_package_alone_loads_next_to_nothing() -> None:
    """Each run of pytest does it, as the plugin is found by its entry point."""
    code = (
        "import sys, asyncops, asyncops.testing.plugin; "
        "assert not {'aiohttp', 'attrs', 'msgspec'} & set(sys.modules); "
        "assert asyncops.errors.NotFound is asyncops.NotFound; "
        "import asyncops.services.zoo; "
        "assert asyncops.services.zoo.ZooClient is asyncops.ZooClient"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_the_core_needs_none_of_the_extras() -> None:
    """Nor cattrs, which only the second reading uses."""
    code = (
        "import sys; from asyncops import *; extras = {'typer', 'rich', 'pytest', 'cattrs', "
        "'hypothesis', 'tenacity', 'redis', 'opentelemetry'}; "
        "sys.exit(bool(extras & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
