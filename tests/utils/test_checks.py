"""Arguments: each bad one is refused before anything is sent, and named in the error."""

import math
from typing import Any
from uuid import UUID

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from asyncops.services.zoo import ApiCallStatus, CreatedAtSortMode
from asyncops.utils.checks import (
    check_count,
    check_seconds,
    count,
    enum_member,
    finite,
    flag,
    number_segment,
    plain_text,
    seconds,
    uuid_segment,
)

KNOWN = "f135d675-c44a-4e2e-9638-87d941fa1872"


@pytest.mark.parametrize("value", ["false", 0, 1, None])
def test_a_flag_is_true_or_false(value: Any) -> None:
    """A text is no flag, since that of False would be true."""
    assert flag("ordered", False) is False
    kind = type(value).__name__
    with pytest.raises(TypeError, match=f"ordered must be True or False, got {kind}"):
        flag("ordered", value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_no_json_can_hold_is_not_finite(value: float) -> None:
    assert (finite("mass", 1.5), finite("mass", 10**400), finite("mass", "")) == (1.5, 10**400, "")
    with pytest.raises(ValueError, match=f"mass must be a finite number, got {value}"):
        finite("mass", value)


class TestCount:
    @given(st.integers(), st.integers())
    def test_a_whole_number_is_given_back_or_refused_by_its_size(self, n: int, least: int) -> None:
        if n >= least:
            assert count("limit", n, least=least) == n
        else:
            with pytest.raises(ValueError, match=f"^limit must be at least {least}, got {n}$"):
                count("limit", n, least=least)

    @pytest.mark.parametrize("value", [True, False, 1.0, "1", None, b"1", math.nan, [1]])
    def test_nothing_else_is_a_count(self, value: Any) -> None:
        with pytest.raises(TypeError, match=f"^limit .*got {type(value).__name__}$"):
            count("limit", value)


class TestSeconds:
    @given(st.floats(0, allow_infinity=False) | st.integers(0, 10**300))
    def test_a_finite_time_is_given_back(self, value: float) -> None:
        assert seconds("read", value) == value

    @pytest.mark.parametrize("value", [-1, -1e-9, math.nan, math.inf, -math.inf])
    def test_no_other_number_is_a_time(self, value: float) -> None:
        with pytest.raises(ValueError, match=r"^read must be a finite number"):
            seconds("read", value)

    def test_an_integer_beyond_floats_is_no_time(self) -> None:
        with pytest.raises(ValueError, match=r"^read must be a finite number"):
            seconds("read", 10**400)

    @pytest.mark.parametrize("value", [True, "1", None, 1j, [1]])
    def test_nothing_else_is_a_time(self, value: Any) -> None:
        with pytest.raises(TypeError, match=f"^read .*got {type(value).__name__}$"):
            seconds("read", value)

    @pytest.mark.parametrize("zero", [0, 0.0, -0.0])
    def test_zero_is_refused_where_it_must_be_positive(self, zero: float) -> None:
        assert seconds("read", zero) == 0
        with pytest.raises(ValueError, match="above 0"):
            seconds("read", zero, positive=True)


def test_the_validators_name_the_field() -> None:
    @frozen
    class Setting:
        pages: int = field(default=1, validator=check_count(1))
        pause: float = field(default=1.0, validator=check_seconds(positive=True))

    assert Setting(pages=2, pause=0.5) == Setting(2, 0.5)
    with pytest.raises(ValueError, match=r"^pages must"):
        Setting(pages=0)
    with pytest.raises(ValueError, match=r"^pause must"):
        Setting(pause=0)


class TestPlainText:
    @given(st.text(st.characters(min_codepoint=128, codec="utf-8"), min_size=1))
    def test_any_printable_text_is_given_back(self, text: str) -> None:
        assert plain_text("kind", text) == text
        assert plain_text("kind", f"a +/=&?%{text}") == f"a +/=&?%{text}"

    @pytest.mark.parametrize("bad", ["\r\n", "\n", "\0", "\t", "\x1b[31m", "\x7f"])
    def test_control_characters_are_refused_and_not_shown(self, bad: str) -> None:
        with pytest.raises(ValueError, match=r"^kind must not hold control") as caught:
            plain_text("kind", f"a{bad}b")
        assert bad not in str(caught.value)

    def test_empty_text_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^kind must not be empty$"):
            plain_text("kind", "")

    def test_a_lone_surrogate_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"^kind must be text"):
            plain_text("kind", "a\ud800")

    @pytest.mark.parametrize("value", [None, 5, b"x", True, ["x"]])
    def test_what_is_no_text_is_a_type_error(self, value: Any) -> None:
        with pytest.raises(TypeError, match=f"^kind .*got {type(value).__name__}$"):
            plain_text("kind", value)


class TestUuidSegment:
    @given(st.uuids())
    def test_a_uuid_has_one_spelling(self, value: UUID) -> None:
        assert uuid_segment("id", value) == str(value)
        assert uuid_segment("id", str(value)) == str(value)
        assert uuid_segment("id", str(value).upper()) == str(value)

    @pytest.mark.parametrize(
        "value",
        [
            "",
            ".",
            "..",
            "%2e%2e",
            "a/b",
            "?x",
            "#",
            "\r\n",
            "\0",
            f"{KNOWN}\r\nX-Evil: 1",
            f"{KNOWN}\n",
            f" {KNOWN}",
            f"{KNOWN}/",
            f"{KNOWN}/..",
            f"{KNOWN}?x=1",
            f"../{KNOWN}",
            f"{{{KNOWN}}}",
            f"urn:uuid:{KNOWN}",
            KNOWN.replace("-", ""),
            KNOWN.replace("-", "_"),
            KNOWN.replace("1", "\uff11"),
            KNOWN.replace("1", "\u0661"),
            KNOWN[:-1],
            KNOWN + "0",
            "g" + KNOWN[1:],
            "\ud800" + KNOWN[1:],
        ],
        ids=ascii,
    )
    def test_what_is_no_uuid_is_refused(self, value: str) -> None:
        with pytest.raises(ValueError, match=r"^id must be a UUID"):
            uuid_segment("id", value)

    @given(st.text())
    def test_any_text_gives_a_clean_segment_or_a_value_error(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"^id must be a UUID"):
            uuid_segment("id", text)

    @pytest.mark.parametrize("value", [None, 5, UUID(KNOWN).int, KNOWN.encode(), True, [KNOWN]])
    def test_another_type_is_a_type_error(self, value: Any) -> None:
        with pytest.raises(TypeError, match=f"^id .*got {type(value).__name__}$"):
            uuid_segment("id", value)


class TestNumberSegment:
    @pytest.mark.parametrize("value", [0, "0", 42, "42", 2**70, str(2**70)])
    def test_a_number_and_its_digits_are_the_same_text(self, value: int | str) -> None:
        assert number_segment("id", value) == str(int(value))

    @pytest.mark.parametrize("value", [-1, "-1", "", "007", "4 2", "4.0", "٤", "42\n", "1e3"])
    def test_another_spelling_is_refused(self, value: int | str) -> None:
        with pytest.raises(ValueError, match=r"^id must be a whole number such as 42, got "):
            number_segment("id", value)

    @pytest.mark.parametrize("value", [True, 4.0, None, b"42"])
    def test_what_is_neither_is_refused(self, value: Any) -> None:
        with pytest.raises(TypeError, match=r"^id must be a whole number or its string, got "):
            number_segment("id", value)


class TestEnumMember:
    @pytest.mark.parametrize("member", list(ApiCallStatus))
    def test_a_member_and_its_string_are_the_member(self, member: ApiCallStatus) -> None:
        assert enum_member("status", ApiCallStatus, member) is member
        assert enum_member("status", ApiCallStatus, member.value) is member

    @pytest.mark.parametrize("text", ["", "FAILED", "fail", " failed", "failed\r\n", "cancelled"])
    def test_another_string_is_refused_with_what_is_possible(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"^status must be one of 'queued', 'uploaded', ") as e:
            enum_member("status", ApiCallStatus, text)
        assert repr(text) in str(e.value)

    @pytest.mark.parametrize("value", [None, 5, b"failed", True, ["failed"]])
    def test_what_is_no_string_is_refused(self, value: Any) -> None:
        with pytest.raises(ValueError, match=r"^status must be one of"):
            enum_member("status", ApiCallStatus, value)

    def test_a_member_that_is_new_is_taken_when_it_is_given_as_one(self) -> None:
        newer = ApiCallStatus("paused")
        found = enum_member("status", ApiCallStatus, newer)
        assert found == newer
        assert isinstance(found, ApiCallStatus)

    @pytest.mark.parametrize("text", ["", "a\r\nb", "a\0", "\ud800"])
    def test_a_new_member_that_cannot_be_sent_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"^status must"):
            enum_member("status", ApiCallStatus, ApiCallStatus(text))

    def test_both_orders_of_a_listing_are_known_by_name(self) -> None:
        for order in CreatedAtSortMode:
            assert enum_member("sort_by", CreatedAtSortMode, str(order)) is order
