"""What is loaded with the clients, and what only when a resource is used first."""

import subprocess
import sys

from asyncops.services import chainloop, zoo

PRINT = "import sys; print(*sys.modules)"


def loaded_by(code: str) -> set[str]:
    """The modules that a process has loaded that ran the code."""
    program = [sys.executable, "-c", f"{code}; {PRINT}"]
    return set(subprocess.run(program, check=True, capture_output=True, text=True).stdout.split())


def test_the_clients_are_imported_without_their_resources() -> None:
    """No models, options, checks of resources, and nothing that walks or polls."""
    loaded = loaded_by("from asyncops import ChainloopClient, ZooClient")
    chapters = {".".join(each.split(".")[:2]) for each in loaded if each.startswith("asyncops.")}
    assert chapters == {
        *("asyncops.checkpoints", "asyncops.client", "asyncops.errors", "asyncops.http"),
        *("asyncops.kit", "asyncops.models", "asyncops.retry", "asyncops.services"),
        *("asyncops.utils", "asyncops.version"),
    }
    assert {each for each in loaded if each.startswith(("asyncops.kit", "asyncops.services"))} == {
        *("asyncops.kit", "asyncops.kit.client", "asyncops.kit.home"),
        *("asyncops.kit.checks", "asyncops.kit.checks.client"),
        *("asyncops.services", "asyncops.services.chainloop", "asyncops.services.zoo"),
        *("asyncops.services.chainloop.client", "asyncops.services.zoo.client"),
    }
    assert not {"cattrs", "tenacity"} & loaded


def test_a_resource_is_loaded_without_the_others() -> None:
    loaded = loaded_by(
        "from asyncops import ZooClient; ZooClient('a-token-of-tests').api_calls.list()"
    )
    ours = {each for each in loaded if each.startswith("asyncops.services.zoo.")}
    assert f"{zoo.__name__}.api_calls" in ours
    others = ("datasets", "files", "operations", "org", "outputs", "prompts", "text_to_cad")
    assert not {f"{zoo.__name__}.{each}" for each in others} & ours
    assert f"{chainloop.__name__}.operations" not in loaded
