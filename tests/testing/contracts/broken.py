"""What may be wrong with an engine: each function breaks it for one test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

import pytest
from attrs import evolve

from asyncops.client import BaseClient
from asyncops.http import upload
from asyncops.http.credential import Credential
from asyncops.http.messages import Request
from asyncops.http.page_decoding import PageDecoder
from asyncops.kit import acting, bound, lister, operations, started
from asyncops.kit.action import Accepted
from asyncops.kit.lister import Lister
from asyncops.kit.query import QueryPlan
from asyncops.listing.pager import Pager
from asyncops.listing.walk import Walk
from asyncops.paging.cursors.cycles import SentCursors
from asyncops.polling.change import ChangeKind
from asyncops.polling.watch import Watch
from asyncops.retry import rate_headers
from asyncops.retry.policy import RetryPolicy
from asyncops.testing.described.service import DescribedService

Patch = pytest.MonkeyPatch


def _wrap(patch: Patch, owner: Any, name: str, make: Any) -> None:
    """Replace a function by what is made of it."""
    usual = getattr(owner, name)
    patch.setattr(owner, name, wraps(usual)(make(usual)))


def gets_another_item(patch: Patch) -> None:
    known: list[str] = []

    def make(usual: Any) -> Any:
        async def first_one_again(self: Any, segment: str) -> Any:
            known.append(segment)
            return await usual(self, known[0])

        return first_one_again

    _wrap(patch, bound.Bound, "fetch_one", make)


def gets_what_is_missing(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def whatever(self: Any, segment: str) -> Any:
            try:
                return await usual(self, segment)
            except Exception:  # noqa: BLE001
                return None

        return whatever

    _wrap(patch, bound.Bound, "fetch_one", make)


def loses_rows(patch: Patch) -> None:
    patch.setattr(
        Lister, "_keep", lambda *_: lambda item: not str(item.id).endswith(("1", "5", "a"))
    )


def asks_twice(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def twice(*args: Any, **options: Any) -> Any:
            await usual(*args, **options)
            return await usual(*args, **options)

        return twice

    _wrap(patch, BaseClient, "fetch", make)


def finds_what_is_not_there(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def more(*args: Any, **options: Any) -> Any:
            return [*await usual(*args, **options), "more"]

        return more

    _wrap(patch, Pager, "collect", make)


def ends_after_a_page(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def alone(self: Any) -> Any:
            return evolve(await usual(self), next_cursor=None)

        return alone

    _wrap(patch, Pager, "_first", make)


def ignores_the_size(patch: Patch) -> None:
    patch.setattr(QueryPlan, "_size", lambda *_: None)


def goes_on_at_the_page(patch: Patch) -> None:
    usual = Walk.checkpoint
    patch.setattr(Walk, "checkpoint", property(lambda self: evolve(_get(usual, self), seen=())))


def _get(prop: Any, self: Any) -> Any:
    return prop.fget(self)


def ignores_max_items(patch: Patch) -> None:
    _wrap(
        patch,
        lister,
        "Limits",
        lambda usual: lambda **given: usual(**{**given, "max_items": None}),
    )


def is_concurrent_and_short(patch: Patch) -> None:
    def make(_: Any) -> Any:
        @asynccontextmanager
        async def some(self: Any, *_: Any, **__: Any) -> AsyncIterator[Any]:
            yield aiter(_Some(await self.collect(max_items=3)))

        return some

    _wrap(patch, Pager, "concurrent", make)


class _Some:
    def __init__(self, items: list[Any]) -> None:
        self._items = items

    async def __aiter__(self) -> AsyncIterator[Any]:
        for each in self._items:
            yield each


def reads_the_first_shard_alone(patch: Patch) -> None:
    seen: list[Any] = []

    def make(usual: Any) -> Any:
        def first(self: Any, shard: Any, options: Any) -> Any:
            seen.append(shard)
            return usual(self, seen[0], options)

        return first

    _wrap(patch, bound.Bound, "shard", make)


def sends_no_window(patch: Patch) -> None:
    patch.setattr(lister, "window_params", lambda *_, **__: ())


def sends_no_status(patch: Patch) -> None:
    patch.setattr(lister, "_status_params", lambda *_: ())


def turns_pages_round(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def backwards(self: Any, *args: Any, **options: Any) -> Any:
            reply = await usual(self, *args, **options)
            reply.value.items = reply.value.items[::-1]
            return reply

        return backwards

    _wrap(patch, BaseClient, "fetch", make)


def stops_at_an_empty_page(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def fetch(self: Any, *args: Any, **options: Any) -> Any:
            reply = await usual(self, *args, **options)
            if not reply.value.items:
                reply.value.next_page = None
            return reply

        return fetch

    _wrap(patch, BaseClient, "fetch", make)


def raises_for_no_failure(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        return lambda *args, **options: usual(*args, **{**options, "raise_on_failure": False})

    _wrap(patch, bound, "wait_for_one", make)


def waits_for_one_poll(patch: Patch) -> None:
    def make(_: Any) -> Any:
        return lambda poll, *_, **__: poll()

    _wrap(patch, bound, "wait_for_one", make)


def waits_for_all_but_one(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        return lambda self, ids: usual(self, list(ids)[1:])

    _wrap(patch, operations._WaitsForMany, "pending", make)


def tells_ends_twice(patch: Patch) -> None:
    told: list[Any] = []

    def make(usual: Any) -> Any:
        async def again(self: Any) -> Any:
            if told:
                return told.pop()
            change = await usual(self)
            told.extend([change] if change.kind is ChangeKind.FINISHED else [])
            return change

        return again

    _wrap(patch, Watch, "__anext__", make)


def ignores_watch_options(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        return lambda *args, **options: usual(
            *args, **{**options, "from_start": False, "resume": None}
        )

    _wrap(patch, bound, "Watch", make)


def reopens_nothing(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        return lambda *args, **options: evolve(usual(*args, **options), reopens=False)

    _wrap(patch, bound, "target_of", make)


def follows_nothing(patch: Patch) -> None:
    """What was just started is taken for its end."""

    def make(_: Any) -> Any:
        async def at_once(self: Any, **_: Any) -> Any:
            return self.operation

        return at_once

    _wrap(patch, started.Started, "wait", make)


def asks_for_the_end(patch: Patch) -> None:
    patch.setattr(started, "has_ended", lambda _: False)


def blanks_contents(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def nothing(self: Any) -> AsyncIterator[bytes]:
            async for piece in usual(self):
                yield bytes(len(piece))

        return nothing

    _wrap(patch, upload.Upload, "pieces", make)


def starts_another(patch: Patch) -> None:
    patch.setattr(acting.Acting, "result", lambda *_: Accepted(id="another"))


def sends_starts_again(patch: Patch) -> None:
    patch.setattr(Request, "safe", property(lambda _: True))


def cancels_nothing(patch: Patch) -> None:
    async def act(*_: Any, **__: Any) -> None:
        return None

    patch.setattr(bound.Bound, "act", act)


def walks_in_circles(patch: Patch) -> None:
    patch.setattr(SentCursors, "refuse", lambda *_, **__: None)


def ends_in_silence(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def quiet(self: Any) -> Any:
            try:
                return await usual(self)
            except StopAsyncIteration:
                raise
            except Exception:  # noqa: BLE001
                raise StopAsyncIteration from None

        return quiet

    _wrap(patch, Walk, "__anext__", make)


def waits_for_no_rate(patch: Patch) -> None:
    patch.setattr(rate_headers, "parse_retry_after", lambda *_: None)


def retries_nothing(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        return lambda self, *args, **options: usual(
            self, *args, **{**options, "retry": RetryPolicy(attempts=1)}
        )

    _wrap(patch, BaseClient, "__init__", make)


def forgets_the_place(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        async def lost(self: Any) -> Any:
            try:
                return await usual(self)
            except Exception as error:
                if hasattr(error, "checkpoint"):
                    error.checkpoint = None
                raise

        return lost

    _wrap(patch, Walk, "__anext__", make)


def passes_over_invalid_rows(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        return lambda self, fetch, _=None: usual(self, fetch, lambda _: None)

    _wrap(patch, PageDecoder, "fetching", make)


def passes_over_no_row(patch: Patch) -> None:
    def make(usual: Any) -> Any:
        return lambda self, fetch, _=None: usual(self, fetch, None)

    _wrap(patch, PageDecoder, "fetching", make)


def lets_anyone_in(patch: Patch) -> None:
    async def permits(*_: object) -> bool:
        return True

    patch.setattr(DescribedService, "permits", permits)


def shows_credentials(patch: Patch) -> None:
    patch.setattr(Credential, "redact", lambda _, text: text)
