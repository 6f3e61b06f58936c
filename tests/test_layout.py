"""The tests mirror the package: each module of the core has a test file of its name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import asyncops

PACKAGE = Path(asyncops.__file__).parent
TESTS = Path(__file__).parent
CHAPTERS = (
    "models",
    "http",
    "retry",
    "stats",
    "paging",
    "listing",
    "sharding",
    "polling",
    "utils",
    "kit",
)
TOP = ("client", "errors", "checkpoints", "unstructure")


def modules() -> Iterator[str]:
    """The modules of the core as paths from the package, such as ``http/body``."""
    for chapter in CHAPTERS:
        for path in sorted((PACKAGE / chapter).rglob("*.py")):
            if path.name != "__init__.py":
                yield path.relative_to(PACKAGE).with_suffix("").as_posix()
    yield from TOP


def imported_by(test: Path) -> set[str]:
    """The modules that a test file imports, and the names that it imports from them."""
    found = set()
    for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("module", list(modules()))
def test_each_module_of_the_core_is_imported_by_a_test_of_its_name(module: str) -> None:
    path = TESTS / module
    tests = sorted(path.parent.glob(f"test_{path.name}*.py"))
    dotted = "asyncops." + module.replace("/", ".")
    assert any(dotted in imported_by(test) for test in tests), f"no test of {module}"


def files_of_the_core() -> Iterator[str]:
    """The test files of the chapters, as paths from the tests."""
    for chapter in CHAPTERS:
        for path in sorted((TESTS / chapter).rglob("test_*.py")):
            yield path.relative_to(TESTS).as_posix()


@pytest.mark.parametrize("test", list(files_of_the_core()))
def test_each_test_of_the_core_is_of_a_module(test: str) -> None:
    """``test_decoding_fields.py`` is of ``decoding``."""
    path = TESTS / test
    names = [each.stem for each in (PACKAGE / test).parent.glob("*.py")]
    subject = path.stem.removeprefix("test_")
    assert any(f"{subject}_".startswith(f"{name}_") for name in names)
