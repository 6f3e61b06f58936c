"""What names usually mean."""

import pytest

from asyncops import State
from asyncops.cli.init_service.guess import first_of, identifier, quoted, state_of


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("createdAt", "created_at"),
        ("filter[kind]", "filter_kind"),
        ("page-token", "page_token"),
        ("class", "class_"),
        ("2xx", "n2xx"),
        ("", "unnamed"),
        ("ID", "id"),
    ],
)
def test_any_name_becomes_one_of_python(name: str, own: str) -> None:
    assert identifier(name) == own
    assert own.isidentifier()


def test_names_are_known_however_they_are_written() -> None:
    assert first_of("total_count total", ["meta.pagination.total-count", "total"]) == (
        "meta.pagination.total-count"
    )
    assert first_of("cursor", ["page"]) is None


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("TIMED-OUT", State.FAILED),
        ("in_progress", State.RUNNING),
        ("cancelling", State.RUNNING),
        ("Canceled", State.CANCELLED),
        ("on_hold", State.BLOCKED),
        ("not_started", State.PENDING),
        ("succeeded", State.SUCCEEDED),
        ("purple", None),
    ],
)
def test_states_are_guessed_by_words(status: str, state: State | None) -> None:
    assert state_of(status) is state


@pytest.mark.parametrize("text", ["plain", "it's", 'a "b"', "back\\slash", "a\nb", "é", "{x}"])
def test_a_text_is_quoted_as_python_reads_it(text: str) -> None:
    assert eval(quoted(text)) == text  # noqa: S307 - what it is for
