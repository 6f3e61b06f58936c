"""What the README says about workers is what the tests here run."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
README = FOLDER.parents[1] / "README.md"


@pytest.mark.parametrize("name", ["backfill", "waiting"])
def test_the_readme_has_the_recipe_as_it_is_tested(name: str) -> None:
    """Word for word."""
    tested = (FOLDER / f"{name}.py").read_text()
    shown = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    assert tested in shown
