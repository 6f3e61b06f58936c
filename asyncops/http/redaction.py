"""Answers as text for errors: short and without secrets."""

import json
import re
from collections.abc import Callable, Iterable
from functools import partial

# A secret of a few characters is none, and may occur in any text.
_SHORTEST_SECRET = 6
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """Return a function that removes secrets from a text, however a service has escaped them."""
    # A secret may be a part of another one.
    longest_first = sorted(set(secrets), key=len, reverse=True)
    spelled = [_spelled(each) for each in longest_first if len(each) >= _SHORTEST_SECRET]
    return partial(re.compile("|".join(spelled)).sub, "***") if spelled else str


def _spelled(secret: str) -> str:
    """Return a pattern for a text, each character of which may be escaped or not."""
    return "".join(
        each if each.isascii() and each.isalnum() else _escaped_or_not(each) for each in secret
    )


def _escaped_or_not(char: str) -> str:
    in_url = "".join(f"%{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))
    in_json = json.dumps(char)[1:-1]
    code = ord(char)
    spellings = {in_url, in_json, f"\\{char}", f"&#{code};", f"&#x{code:x};", _HTML.get(char, char)}
    if char == " ":
        spellings.add("+")
    # The character itself comes last: it may be the beginning of an escape.
    every = [*sorted(spellings - {char}), char]
    return f"(?i:{'|'.join(map(re.escape, every))})"


def parts_of(secret: str) -> Iterable[str]:
    """Return a secret, and its long words: a service may echo one field of a signature."""
    return (secret, *re.findall(r"[^\s,;:=\"']{12,}", secret))


def redacted_body(body: bytes, redact: Callable[[str], str]) -> bytes:
    """Return the body without the credential."""
    return redact(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


# Texts instead of compiled patterns: re compiles and keeps them at the first error.
_MASKED = (
    r"(?i)(?:(?:bearer|basic)\s+\S+"
    r"|[\"']?(?:token|secret|password|authorization|api[-_]?key)[\"']?\s*[:=]\s*"
    r"(?:(?:bearer|basic)\s+)?\S+"
    r"|[A-Za-z0-9+/_.=-]{24,})"
)
_LAST_WORD = r"\S+\Z"


def snippet(body: bytes, limit: int = 100) -> str:
    """Return the beginning of a body on one line, with the parts masked that look secret."""
    window = body[: 4 * limit]
    text = window.decode("utf-8", "replace")
    if len(window) < len(body):
        # Half of a secret would be too short to be recognized.
        text = re.sub(_LAST_WORD, "", text)
    text = " ".join(text.split())
    text = "".join(char if char.isprintable() else "?" for char in text)
    text = re.sub(_MASKED, "***", text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
