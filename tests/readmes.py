"""The README files of the repository, and the blocks of code in them.

``python -m tests.readmes FOLDER`` writes each program to a file of its own, for type checkers.
"""

import re
import sys
from pathlib import Path

from attrs import field, frozen

import asyncops

ROOT = Path(__file__).parent.parent
# Beside the tests, or where the wheel was installed.
PACKAGE = Path(asyncops.__file__).parent

READMES = {
    path.relative_to(top).as_posix(): path
    for top, paths in (
        (ROOT, [ROOT / "README.md", *ROOT.glob("[!.]*/**/README.md")]),
        (PACKAGE.parent, PACKAGE.rglob("README.md")),
    )
    for path in sorted(paths)
}
"""Each by its path in the repository."""

# A fence is read as a whole, so that a comment in a program is no heading.
_PARTS = re.compile(r"^```(\w*)\n(.*?)^```$|^#+ ([^\n]*)$", re.DOTALL | re.MULTILINE)


@frozen
class Block:
    """A fenced block of a README.

    Attributes:
        readme: The README's path in the repository.
        title: The heading above the block.
        language: The word behind the opening fence.
        text: The lines between the fences.
    """

    readme: str
    title: str
    language: str
    text: str = field(repr=False)

    @property
    def file(self) -> str | None:
        """The name of the file that a comment in the first line gives to a program."""
        named = re.match(r"# (\w+\.py)\n", self.text)
        return named and named[1]


def blocks(language: str, readme: str | None = None) -> list[Block]:
    """The blocks in a language, of one README or of all."""
    return [
        block
        for name in ([readme] if readme else READMES)
        for block in _blocks(name)
        if block.language == language
    ]


def _blocks(readme: str) -> list[Block]:
    found: list[Block] = []
    title = ""
    for part in _PARTS.finditer(READMES[readme].read_text()):
        language, text, heading = part.groups()
        if heading is not None:
            title = heading
        else:
            found.append(Block(readme, title, language, text))
    return found


def write_programs(folder: Path) -> None:
    """Write each program to a file of its own name, or named after its README."""
    folder.mkdir()
    for number, program in enumerate(blocks("python")):
        name = "_".join(Path(program.readme).with_suffix("").parts)
        path = folder / (program.file or f"{name}_{number}.py")
        with path.open("x") as file:
            file.write(program.text)


if __name__ == "__main__":
    write_programs(Path(sys.argv[1]))
