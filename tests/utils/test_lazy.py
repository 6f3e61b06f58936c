"""Public names that are imported at their first use."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from asyncops.utils.lazy import lazy_names

STUB = "from json import dumps as dumps\nfrom colorsys import rgb_to_hsv as rgb_to_hsv\n"


def test_a_name_is_imported_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "__init__.pyi").write_text(STUB, encoding="utf-8")
    package = ModuleType("lazy_one")
    monkeypatch.setitem(sys.modules, "lazy_one", package)
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    load, listed = lazy_names("lazy_one", str(tmp_path / "__init__.py"))
    assert load("__all__") == ["dumps", "rgb_to_hsv"]
    assert {"dumps", "rgb_to_hsv", "__name__"} <= set(listed())
    assert "colorsys" not in sys.modules
    found = load("rgb_to_hsv")
    assert found is sys.modules["colorsys"].rgb_to_hsv
    # As pytester does between two runs in one process: no name may be of a module that is gone.
    monkeypatch.delitem(sys.modules, "colorsys")
    assert load("rgb_to_hsv") is not found
    assert load("rgb_to_hsv") is sys.modules["colorsys"].rgb_to_hsv
    for name in ("rgb", "__path__"):
        with pytest.raises(AttributeError, match=f"'lazy_one' has no attribute '{name}'"):
            load(name)
