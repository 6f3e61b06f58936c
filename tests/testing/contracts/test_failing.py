"""Each test of a contract fails where the engine, or the description, is wrong in its own way."""

from typing import Any

import pytest
from attrs import frozen

from asyncops.kit import (
    Client,
    Listing,
    ListOptions,
    Resource,
    Sample,
    State,
    Timestamp,
    Token,
    Tracked,
    WatchOptions,
)
from asyncops.testing import contract
from tests.kit.parts import SERVICE
from tests.testing.contracts import broken
from tests.testing.contracts.farms import CursorsClient, NestedClient, Phase, SortedClient


def run(client: type[Client], resource: str, name: str) -> None:
    """Run one test of a contract."""
    test = vars(contract(client))[f"test_{name}"]
    [mark] = test.pytestmark
    [case] = [case for case in mark.args[1] if case.resource.name == resource]
    test(None, case)


FAILS: tuple[type[BaseException], ...] = (Exception, pytest.fail.Exception)

BREAKS: list[tuple[str, Any, Any, str]] = [
    ("get_gives_the_item_of_the_listing", CursorsClient, broken.gets_another_item, "assert"),
    ("what_is_missing_is_not_found", CursorsClient, broken.gets_what_is_missing, "DID NOT RAISE"),
    (
        "get_many_gives_each_id_once_and_an_error_for_what_is_missing",
        CursorsClient,
        broken.gets_what_is_missing,
        "isinstance|assert",
    ),
    ("a_walk_is_the_rows", CursorsClient, broken.loses_rows, "not given"),
    ("each_page_is_asked_for_once", CursorsClient, broken.asks_twice, "asked for twice"),
    ("an_empty_listing_has_no_items", CursorsClient, broken.finds_what_is_not_there, "more"),
    ("a_page_leads_to_the_next_one", CursorsClient, broken.ends_after_a_page, "not given"),
    ("a_page_has_the_size_that_is_asked_for", SortedClient, broken.ignores_the_size, "pages of"),
    ("a_walk_goes_on_after_any_item", CursorsClient, broken.goes_on_at_the_page, "after item"),
    ("a_walk_ends_after_max_items", CursorsClient, broken.ignores_max_items, "assert"),
    ("a_concurrent_walk_is_the_walk", SortedClient, broken.is_concurrent_and_short, "assert"),
    ("the_shards_are_the_walk", SortedClient, broken.reads_the_first_shard_alone, "same item"),
    ("a_window_is_a_part_of_the_walk", CursorsClient, broken.sends_no_window, "not created in"),
    ("a_status_is_a_part_of_the_walk", CursorsClient, broken.sends_no_status, "assert"),
    ("the_order_is_the_one_that_is_declared", CursorsClient, broken.turns_pages_round, "assert"),
    ("empty_pages_are_followed", NestedClient, broken.stops_at_an_empty_page, "not given"),
    ("a_wait_comes_to_each_end", CursorsClient, broken.raises_for_no_failure, "DID NOT RAISE"),
    ("a_wait_goes_through_a_life", CursorsClient, broken.waits_for_one_poll, "assert"),
    ("a_wait_gives_up_in_time", CursorsClient, broken.waits_for_one_poll, "DID NOT RAISE"),
    ("a_wait_for_many_gives_each_once", CursorsClient, broken.waits_for_all_but_one, "assert"),
    ("a_watch_tells_each_end_once", CursorsClient, broken.tells_ends_twice, "assert"),
    (
        "a_watch_tells_what_is_there_only_if_asked",
        CursorsClient,
        broken.ignores_watch_options,
        "assert",
    ),
    (
        "a_watch_goes_on_from_a_checkpoint",
        CursorsClient,
        broken.ignores_watch_options,
        "not enough values",
    ),
    (
        "a_watch_tells_that_an_operation_goes_on",
        CursorsClient,
        broken.reopens_nothing,
        "REOPENED|reopened",
    ),
    ("what_is_started_is_there", NestedClient, broken.starts_another, "assert"),
    (
        "what_is_started_is_followed_to_its_end",
        NestedClient,
        broken.follows_nothing,
        r"PENDING: .*\.ended",
    ),
    (
        "a_start_is_sent_again_only_if_it_was_refused",
        NestedClient,
        broken.sends_starts_again,
        "DID NOT RAISE|sent again",
    ),
    (
        "an_answer_that_holds_the_end_is_taken_at_once",
        NestedClient,
        broken.asks_for_the_end,
        "it was asked for",
    ),
    (
        "a_content_of_any_kind_arrives_whole",
        NestedClient,
        broken.blanks_contents,
        "bytes: another content arrived",
    ),
    (
        "a_content_of_any_kind_is_sent_once",
        NestedClient,
        broken.sends_starts_again,
        "DID NOT RAISE|sent again",
    ),
    ("what_is_cancelled_ends", CursorsClient, broken.cancels_nothing, "assert"),
    ("what_has_ended_is_not_cancelled", CursorsClient, broken.cancels_nothing, "DID NOT RAISE"),
    (
        "pages_that_lead_in_circles_are_an_error",
        CursorsClient,
        broken.walks_in_circles,
        "max_pages alone|assert",
    ),
    ("a_token_that_is_refused_loses_no_row", NestedClient, broken.ends_in_silence, "not given"),
    (
        "a_request_that_is_refused_for_its_rate_is_sent_again",
        CursorsClient,
        broken.waits_for_no_rate,
        "it waited",
    ),
    ("errors_of_the_server_are_outlasted", CursorsClient, broken.retries_nothing, "500"),
    (
        "an_outage_ends_a_walk_where_it_can_go_on",
        CursorsClient,
        broken.forgets_the_place,
        "assert",
    ),
    (
        "a_row_that_does_not_fit_is_named",
        CursorsClient,
        broken.passes_over_invalid_rows,
        "DID NOT RAISE",
    ),
    (
        "a_walk_goes_on_behind_a_row_that_does_not_fit",
        CursorsClient,
        broken.passes_over_no_row,
        "data",
    ),
    ("a_wrong_credential_is_refused", CursorsClient, broken.lets_anyone_in, "DID NOT RAISE"),
    ("no_text_shows_the_credential", CursorsClient, broken.shows_credentials, "a credential"),
]

STARTS = (
    "what_is_started_is_there",
    "what_is_started_is_followed_to_its_end",
    "an_answer_that_holds_the_end_is_taken_at_once",
    "a_content_of_any_kind_arrives_whole",
    "a_content_of_any_kind_is_sent_once",
    "a_start_is_sent_again_only_if_it_was_refused",
)
WHICH = {CursorsClient: "batches", SortedClient: "jobs", NestedClient: "org.scenes"}


@pytest.mark.parametrize(
    ("name", "client", "breaks", "says"), BREAKS, ids=[name for name, *_ in BREAKS]
)
def test_a_broken_engine_fails_it(
    name: str, client: Any, breaks: Any, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = "scans" if name in STARTS else WHICH[client]
    run(client, resource, name)
    breaks(monkeypatch)
    with pytest.raises(FAILS, match=says):
        run(client, resource, name)


@frozen(kw_only=True)
class Plain(Tracked):
    """What a job is."""

    id: str
    status: Phase
    created_at: Timestamp
    started_at: Timestamp | None = None
    ended_at: Timestamp | None = None
    why: str | None = None

    @property
    def finished_at(self) -> Timestamp | None:
        """Its end."""
        return self.ended_at

    @property
    def error(self) -> str | None:
        """Its reason."""
        return self.why


class Stopless(Plain):
    """A stopped job that is taken for a failed one."""

    @property
    def state(self) -> State:
        """Never cancelled."""
        state = super().state
        return State.FAILED if state is State.CANCELLED else state


class Early(Plain):
    """The end is taken from the wrong field."""

    @property
    def finished_at(self) -> Timestamp | None:
        """The creation."""
        return self.created_at


class Endless(Plain):
    """The end is not told."""

    @property
    def finished_at(self) -> Timestamp | None:
        """Nothing."""
        return None


class Reasonless(Plain):
    """The reason is not told."""

    @property
    def error(self) -> str | None:
        """Nothing."""
        return None


SAMPLE = {
    "id": "job-1",
    "status": "done",
    "created_at": "2026-01-01T00:00:00Z",
    "started_at": "2026-01-01T00:00:01Z",
    "ended_at": "2026-01-01T00:00:02Z",
    "why": None,
}


def described(item: Any, sample: dict[str, Any] = SAMPLE) -> type[Client]:
    """A client of jobs of a class."""
    if "__attrs_attrs__" not in vars(item):
        item = frozen(kw_only=True)(item)
    jobs: Any = Resource(
        item,
        Listing("/jobs", "jobs", paging=Token()),
        options=ListOptions,
        watch=WatchOptions,
        get="/jobs/{id}",
        sample=Sample(item=sample, finished="ended_at", error="why"),
    )
    return type("PlainClient", (Client,), {"service": SERVICE, "jobs": jobs})


@pytest.mark.parametrize(
    ("item", "name", "says"),
    [
        (Stopless, "every_state_is_reached", "no item reaches cancelled"),
        (Early, "times_are_in_the_order_of_a_life", "not in order|finished before"),
        (Endless, "an_ended_item_tells_when_and_why", "finished_at is not ended_at"),
        (Reasonless, "an_ended_item_tells_when_and_why", "error is not why"),
    ],
)
def test_a_wrong_description_fails_it(item: Any, name: str, says: str) -> None:
    run(described(Plain), "jobs", name)
    with pytest.raises(AssertionError, match=says):
        run(described(item), "jobs", name)


def test_a_sample_that_does_not_fit_fails_it() -> None:
    wrong = {**SAMPLE, "started_at": "soon"}
    with pytest.raises(ValueError, match=r"sample: item does not fit Plain: .*started_at"):
        run(described(Plain, wrong), "jobs", "items_fit_their_class")


def test_every_test_of_a_contract_can_fail() -> None:
    """A test that is new is to be broken here, too."""
    tests = {
        name.removeprefix("test_")
        for client in (CursorsClient, NestedClient, SortedClient)
        for name in vars(contract(client))
        if name.startswith("test_")
    }
    described_ones = {
        "items_fit_their_class",
        "every_state_is_reached",
        "times_are_in_the_order_of_a_life",
        "an_ended_item_tells_when_and_why",
    }
    assert tests == {name for name, *_ in BREAKS} | described_ones
