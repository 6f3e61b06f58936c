"""What asyncops/taskiq/README.md shows is what the tests here run."""

from pathlib import Path

from tests.readmes import blocks

FOLDER = Path(__file__).parent


def test_the_readme_has_the_programs_as_they_are_tested() -> None:
    """Word for word, and no other."""
    shown = [each.text for each in blocks("python", "asyncops/taskiq/README.md")]
    assert shown == [(FOLDER / f"{name}.py").read_text() for name in ("waiting", "backfill")]
