"""URL-safe base64, with nothing else in it."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.utils.url_safe import decode_url_safe


@given(st.binary())
def test_what_was_encoded_is_decoded(data: bytes) -> None:
    assert decode_url_safe(urlsafe_b64encode(data).decode()) == data


@pytest.mark.parametrize(
    "text", ["+-_A", "/-_A", "A!AAA", "AAAA\n", "AA", "AAAAA", "AA==AA==", "\xe9AAA", "=AAA"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|padding|ASCII"):
        decode_url_safe(text)
