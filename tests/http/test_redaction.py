"""What is shown of a body, without secrets."""

import html
import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.http.redaction import parts_of, redactor, snippet


class TestSnippet:
    @given(st.text(), st.integers(1, 200))
    def test_it_is_one_short_line_of_printable_text(self, text: str, limit: int) -> None:
        shown = snippet(text.encode(), limit)
        assert len(shown) <= limit
        assert shown.isprintable()
        assert shown == shown.strip()

    @given(st.binary(max_size=2000))
    def test_any_bytes_have_one(self, body: bytes) -> None:
        assert len(snippet(body)) <= 100
        assert snippet(body).isprintable()

    def test_a_short_body_is_shown_whole_and_a_long_one_is_marked(self) -> None:
        assert snippet(b" a\r\n\tb  c\n") == "a b c"
        assert snippet(b"") == ""
        long = snippet(b"word " * 50)
        assert len(long) == 100
        assert long.endswith("\u2026")
        assert snippet(b"a" * 10, 10) == "a" * 10

    def test_what_a_terminal_would_act_on_is_not_passed_on(self) -> None:
        assert snippet(b"a\x1b[31mb\0c\xffd") == "a?[31mb?c\ufffdd"


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in JSON": json.dumps,
    "in JSON of Unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "in a URL": lambda text: quote(text, safe=""),
    "in JSON with slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "in a URL's path": quote,
    "in a form": quote_plus,
    "in a URL in lower case": lambda text: re.sub(
        "%..", lambda match: match[0].lower(), quote(text, safe="")
    ),
    "in HTML": html.escape,
    "in HTML by number": lambda text: "".join(
        f"&#{ord(char)};" if char in "'<>&" else char for char in text
    ),
}


# Of few characters, so that one often overlaps another.
SECRETS = st.text("ab", min_size=6) | st.text(st.characters(exclude_characters="*"), min_size=6)


class TestRedacted:
    @pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
    @pytest.mark.parametrize(
        "secret",
        [
            "a+b/c==",
            'quo"ted\\',
            "<p>&'x'",
            "p\xe4ssw\xf6rd",
            "open sesame",
            "%41%42%43",
            "\U0001f511-key-1",
        ],
    )
    def test_a_secret_is_found_however_it_is_spelled(
        self, spelling: Callable[[str], str], secret: str
    ) -> None:
        text = f"before {spelling(secret).strip(chr(34))} after"
        assert redactor([secret])(text) == "before *** after"

    @given(st.lists(SECRETS, max_size=3), st.text(), st.text())
    def test_no_secret_is_left(self, secrets: list[str], before: str, after: str) -> None:
        shown = redactor(secrets)(before + "".join(secrets) + after)
        assert not [secret for secret in secrets if secret in shown]

    def test_a_secret_within_another_leaves_nothing_of_it(self) -> None:
        secrets = ["password", "user:password", "password-2"]
        assert redactor(secrets)("user:password, password-2, password") == "***, ***, ***"

    def test_a_few_characters_are_no_secret(self) -> None:
        assert redactor(["abcde", ""])("a text with abcde") == "a text with abcde"


class TestParts:
    def test_the_long_words_of_a_signature_are_secret_too(self) -> None:
        value = "HMAC Credential=AKIDEXAMPLE0000/20260101, Signature=0123456789abcdef=="
        assert list(parts_of(value)) == [value, "AKIDEXAMPLE0000/20260101", "0123456789abcdef"]
