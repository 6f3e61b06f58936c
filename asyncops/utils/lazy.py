"""Public names that are imported at their first use, for a short start-up.

Programs use a part of the package only, and every run of pytest imports the package for the plugin
in ``asyncops.testing``.
"""

import re
import sys
from collections.abc import Callable
from importlib import import_module


def lazy_names(package: str, file: str) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for a package whose names stand in its stub file.

    The stub, ``__init__.pyi``, holds a line ``from module import Name as Name`` for each name; type
    checkers read it, too.

    Args:
        package: The name of the package.
        file: The path of its ``__init__.py``.
    """
    modules: dict[str, str] = {}

    def read() -> dict[str, str]:
        if not modules:
            # Whoever only imports the package, as the command line does, needs none of it.
            from pathlib import Path  # noqa: PLC0415

            stub = Path(file).with_suffix(".pyi").read_text(encoding="utf-8")
            lines = re.findall(r"^from (\S+) import (\w+) as \2$", stub, re.MULTILINE)
            modules.update({name: module for module, name in lines})
        return modules

    def load(name: str) -> object:
        if name == "__all__":
            return sorted(each for each, module in read().items() if module != package)
        # Python itself asks for names such as __path__, which need no stub.
        if name.startswith("__") or name not in read():
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = read()[name]
        if home == package:
            return import_module(f"{package}.{name}")
        # Not kept here: a module that is imported anew, as by pytester, has new classes.
        return getattr(sys.modules.get(home) or import_module(home), name)

    return load, lambda: sorted({*read(), *vars(sys.modules[package])})
