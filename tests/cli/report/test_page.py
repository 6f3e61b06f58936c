"""The report: one page that needs nothing else, says what is so, and obeys nobody's markup."""

import re
from collections.abc import Iterable
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from asyncops import Operation
from asyncops.cli.report.lives import NewestLives
from asyncops.cli.report.page import Tally, page_of
from asyncops.services.chainloop import AsyncOperationStatus
from tests.cli.samples import NOON, operation

SECOND = timedelta(seconds=1)
EVIL = "<script>alert(1)</script><img src=x onerror=y>\x1b[31m\u202e&amp;"
GOLDEN = Path(__file__).with_name("page.html")
VOID = {"meta", "link", "img", "br"}


class Elements(HTMLParser):
    """The elements of a page with their attributes; each is closed in its turn."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page.decode())
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, name: str) -> list[str]:
        return [value for _, given in self.found if (value := given.get(name)) is not None]


def ended(number: int, *, fails: bool = False, seconds: float = 10, **fields: Any) -> Operation:
    created = NOON + number * SECOND
    given: dict[str, Any] = {
        "id": f"{number:08}",
        "status": AsyncOperationStatus.FAILED if fails else AsyncOperationStatus.COMPLETED,
        "created_at": created,
        "started_at": created + 2 * SECOND,
        "finished_at": created + (2 + seconds) * SECOND,
        "error_message": "timed out" if fails else "",
        **fields,
    }
    return operation(**given)


def tally_of(operations: Iterable[Operation], lanes: int = 500) -> Tally:
    tally = Tally(now=NOON + 3600 * SECOND, newest=NewestLives(lanes))
    for each in operations:
        tally.add(each)
    return tally


def chainloop_page(operations: Iterable[Operation]) -> bytes:
    return page_of("Chainloop operations", (), tally_of(operations))


def page(*operations: Operation) -> Elements:
    return Elements(chainloop_page(operations))


def test_the_page_says_how_many_failed_of_what_and_which_took_longest() -> None:
    operations = [ended(number, fails=number % 5 == 0, seconds=number + 1) for number in range(50)]
    text = page(*operations).text
    assert "operations 50" in text
    assert "succeeded 40" in text
    assert "of those that ended failed 20.0%" in text
    assert "evidence_evaluation 50 10 20.0% timed out 10" in text
    assert re.findall(r"\b000000\d\d\b", text.partition("The slowest twenty")[2]) == [
        f"{number:08}" for number in range(49, 29, -1)
    ]
    assert "Waiting time 50 2s 2s 2s 2s 2s 2s 0" in text


@pytest.fixture(scope="module")
def thirty() -> bytes:
    """The page of thirty operations, a third of which failed."""
    return chainloop_page(ended(number, fails=number % 3 == 0) for number in range(30))


def test_the_page_needs_no_network_and_no_scripts(thirty: bytes) -> None:
    elements = Elements(thirty)
    tags = {tag for tag, _ in elements.found}
    assert not tags & {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "base",
        "image",
        "foreignobject",
    }
    references = [*elements.attributes("href"), *elements.attributes("xlink:href")]
    assert all(each.startswith("#") for each in references)
    assert elements.attributes("src") == []
    assert not [name for _, given in elements.found for name in given if name.startswith("on")]
    policy = next(given for tag, given in elements.found if "http-equiv" in given)
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_every_id_is_unique_and_every_reference_has_its_own(thirty: bytes) -> None:
    """Three pictures on one page must not take each other's shapes for theirs."""
    ids = Elements(thirty).attributes("id")
    assert len(ids) == len(set(ids))
    used = set(re.findall(rb'(?:href="#|url\(#)([^")]+)', thirty))
    assert used <= {each.encode() for each in ids}
    assert used


def test_nothing_that_a_service_says_is_taken_for_markup() -> None:
    hostile = ended(1, fails=True, id=EVIL, kind=EVIL, error_message=EVIL)
    content = chainloop_page([hostile])
    elements = Elements(content)
    assert not {"script", "img"} & {tag for tag, _ in elements.found}
    assert b"\x1b" not in content
    assert "\u202e" not in content.decode()
    assert "<script>alert(1)</script>" in elements.text


def test_what_was_asked_for_and_what_was_left_out_is_said() -> None:
    tally = tally_of((ended(number) for number in range(30)), lanes=10)
    query = [("status", "failed"), ("sort", "oldest")]
    text = Elements(page_of("Zoo operations", query, tally, cut_at=30)).text
    assert "Asked for: status failed, sort oldest." in text
    assert "There is more: this report is about the first 30 that came." in text
    assert "The newest 10 of 30; all other figures of this page are about all of them." in text


def test_a_page_about_nothing_says_so() -> None:
    text = page().text
    assert "operations 0" in text
    assert "None has ended." in text
    assert "None has started." in text


def test_a_page_without_failures_says_so() -> None:
    assert "None failed." in page(ended(1)).text


def test_what_still_runs_is_among_the_slowest() -> None:
    status = AsyncOperationStatus.RUNNING
    text = page(ended(1), ended(2, status=status, finished_at=None)).text
    assert re.search(r"00000002 evidence_evaluation running .* 59m56s so far", text)


def test_those_without_a_time_of_creation_are_counted() -> None:
    text = page(operation(created_at=None), ended(1)).text
    assert "operations 2" in text
    assert "1 without a time of creation are not drawn." in text


def test_the_same_operations_give_the_same_page(thirty: bytes) -> None:
    operations = [ended(number, fails=number % 3 == 0) for number in range(30)]
    assert chainloop_page(operations) == thirty


def test_pictures_and_tables_can_be_read_without_eyes(thirty: bytes) -> None:
    elements = Elements(thirty)
    pictures = [given for tag, given in elements.found if tag == "svg"]
    assert len(pictures) == 3
    assert all(given["role"] == "img" and given["aria-label"] for given in pictures)
    tags = [tag for tag, _ in elements.found]
    assert tags.count("table") == tags.count("caption") == 3
    assert all(given.get("scope") in {"col", "row"} for tag, given in elements.found if tag == "th")
    assert ("html", {"lang": "en"}) in elements.found


def test_colours_of_the_pictures_follow_the_page_into_the_dark(thirty: bytes) -> None:
    content = thirty.decode()
    pictures = content[content.index("<svg") :]
    assert "fill: var(--failed)" in pictures
    assert not re.search(r"#(?:d55e00|0072b2|1f2933)", pictures)
    assert "prefers-color-scheme: dark" in content


def test_the_most_frequent_error_of_a_kind_does_not_depend_on_the_order() -> None:
    errors = ["b", "a", "b", "a", "c"]
    tallies = [Tally(now=NOON, newest=NewestLives(5)), Tally(now=NOON, newest=NewestLives(5))]
    for tally, given in zip(tallies, (errors, errors[::-1]), strict=True):
        for number, error in enumerate(given):
            tally.add(ended(number, fails=True, error_message=error))
    assert [(each.error, each.times) for tally in tallies for each in tally.failures] == [
        ("a", 2),
        ("a", 2),
    ]


def test_a_service_that_makes_up_kinds_and_errors_does_not_fill_the_memory() -> None:
    tally = Tally(now=NOON, newest=NewestLives(5))
    for number in range(2_000):
        tally.add(ended(number, fails=True, kind=f"kind {number}", error_message=f"error {number}"))
    assert len(tally.failures) == 1001
    assert max(each.failed for each in tally.failures) == 1_000
    assert len(page_of("x", (), tally)) < 300_000


@pytest.mark.parametrize("seconds", [0, 1e-6, 1e8])
def test_any_duration_makes_a_page(seconds: float) -> None:
    assert "The slowest twenty" in page(ended(1, seconds=seconds), ended(2)).text


def test_the_page_is_to_the_byte_as_it_has_always_been() -> None:
    """But for the pictures, whose shapes are matplotlib's."""
    status = AsyncOperationStatus("odd <b> 'status'")
    tally = tally_of(
        [
            *(
                ended(number, fails=number % 3 == 0, kind=f"kind {number % 2}")
                for number in range(9)
            ),
            ended(20, fails=True, id=EVIL, kind=EVIL, error_message=EVIL),
            ended(21, status=AsyncOperationStatus.RUNNING, finished_at=None, kind=""),
            ended(22, status=status),
            operation(created_at=None),
        ],
        lanes=5,
    )
    query = [("status", 'failed & "more"'), ("sort", "oldest")]
    page = page_of("Zoo <operations>", query, tally, cut_at=1234)
    found = re.sub(rb"<svg.*?</svg>", b"<svg></svg>", page, flags=re.DOTALL)
    assert found == GOLDEN.read_bytes()
