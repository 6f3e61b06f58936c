"""Lines of code of the package, without docstrings, comments and blank lines.

``python -m benchmarks.lines`` prints them for each chapter and in all.
"""

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "asyncops"
_EMPTY = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


def lines_of_code(source: str) -> int:
    """Lines that hold code, of one module."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {
        number
        for token in tokens
        if token.type not in _EMPTY
        for number in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(source)):
        match node:
            # A text that stands alone documents what it stands under.
            case ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=last):
                lines -= set(range(first, (last or first) + 1))
    return len(lines)


def main() -> None:
    """Print the table."""
    chapters: Counter[str] = Counter()
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).parts
        chapters[inside[0] if len(inside) > 1 else "(top)"] += lines_of_code(path.read_text())
    for chapter, lines in sorted(chapters.items()):
        print(f"{lines:7,}  {chapter}")
    print(f"{chapters.total():7,}  in all")


if __name__ == "__main__":
    main()
