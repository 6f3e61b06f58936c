"""What is promised where something goes wrong."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest

from asyncops.errors import (
    APIError,
    AsyncOpsError,
    DecodeError,
    PaginationError,
    ServerError,
    Unauthorized,
)
from asyncops.http.auth import Auth, Basic
from asyncops.testing.contracts.case import MANY, Case, Live, needs
from asyncops.testing.contracts.listings import same


@needs(Case.has_cursors, Case.repeats_no_token, rows=MANY)
async def test_pages_that_lead_in_circles_are_an_error(live: Live) -> None:
    """A page that leads to one that was read before ends the walk with an error."""
    live.fake.lead_in_circles()
    with pytest.raises(PaginationError):
        await live.pager(max_pages=100).collect()
    assert live.fake.count() < 100, "the walk ended by max_pages alone"


@needs(Case.has_tokens, rows=MANY)
async def test_a_token_that_is_refused_loses_no_row(live: Live) -> None:
    """Where a token has expired, the walk goes on by time, or ends with a checkpoint."""
    found: list[Any] = []
    error = await _walk(live, found, live.fake.expire_tokens)
    if error is None:
        same(live, found)
    else:
        assert isinstance(error, APIError)
        assert error.checkpoint is not None, "the error does not say where to go on"


@needs(Case.is_listed)
async def test_a_request_that_is_refused_for_its_rate_is_sent_again(live: Live) -> None:
    """After 429, the walk waits as long as ``Retry-After`` says, and goes on."""
    live.fake.throttle(retry_after=17)
    same(live, await live.pager().collect())
    assert max(live.fake.clock.slept) >= 17, f"it waited {live.fake.clock.slept} s"


@needs(Case.is_listed)
async def test_errors_of_the_server_are_outlasted(live: Live) -> None:
    """After 500 and 503, and after a lost connection, a request is sent again."""
    live.fake.fail(500)
    live.fake.drop()
    live.fake.fail(503, on=4)
    same(live, await live.pager().collect())
    live.fake.assert_all_faults_used()


@needs(Case.is_listed, rows=MANY)
async def test_an_outage_ends_a_walk_where_it_can_go_on(live: Live) -> None:
    """A walk that an outage ends goes on from the checkpoint of the error, without a row lost."""
    whole = await live.pager().collect()
    found: list[Any] = []
    error = await _walk(live, found, live.fake.down)
    assert isinstance(error, ServerError), f"the outage ended in {error!r}"
    live.fake.recover()
    found += await live.pager(resume=error.checkpoint).collect()
    assert live.keys(found) == live.keys(whole)


async def _walk(live: Live, found: list[Any], event: Callable[[], None]) -> AsyncOpsError | None:
    """Walk, have something happen after three items, and return the error that ends the walk."""
    try:
        async for item in live.pager():
            found.append(item)
            if len(found) == 3:
                event()
    except AsyncOpsError as error:
        return error
    return None


@needs(Case.is_listed, Case.is_got)
async def test_a_row_that_does_not_fit_is_named(live: Live) -> None:
    """A row that does not fit its class ends the walk with an error that names row and field."""
    broken, _ = _break(live)
    with pytest.raises(DecodeError) as raised:
        await live.pager().collect()
    assert re.search(r"\[\d\]\.\w", raised.value.path), f"no row: {raised.value.path}"
    if live.case.has_named_ids():
        named = str(live.key(broken)) in str(raised.value)
        assert named, "the error does not name the row's id"


@needs(Case.is_listed, Case.is_got)
async def test_a_walk_goes_on_behind_a_row_that_does_not_fit(live: Live) -> None:
    """With ``on_invalid``, the row is given as it is, and the others come."""
    _, others = _break(live)
    told: list[object] = []
    found = await live.pager(on_invalid=told.append).collect()
    assert len(told) == 1
    assert set(live.keys(found)) == set(others)


def _break(live: Live) -> tuple[Any, list[object]]:
    """Break a row in the middle; return it, and what tells the others apart."""
    rows = live.rows()
    broken = rows.pop(6)
    live.break_row(broken)
    return broken, live.keys(rows)


@needs(Case.has_token)
async def test_a_wrong_credential_is_refused(live: Live) -> None:
    """A token that the service does not know is an ``Unauthorized``."""
    live.fake.token = "another-token:another-password"  # noqa: S105
    with pytest.raises(Unauthorized):
        await _ask(live)


async def _ask(live: Live) -> None:
    """Send the plainest request that the resource has."""
    if live.case.is_listed():
        await live.pager()
    else:
        await live.verbs.get(live.id(live.rows()[0]))


@needs(Case.has_token)
async def test_no_text_shows_the_credential(live: Live) -> None:
    """Neither errors nor logs nor any ``repr`` show a credential, even if the service echoes it."""
    auth = live.case.client.service.auth
    assert isinstance(auth, Auth | Basic)
    secrets = auth.secrets(live.fake.token)
    texts = [repr(live.client), repr(live.verbs)]
    with _logged() as log:
        for secret in secrets:
            live.fake.fail(503, message=f"not with {secret}")
            live.fake.fail(400, message=f"{secret} is not good")
            try:
                await _ask(live)
            except AsyncOpsError as error:
                texts += [str(error), repr(error), repr(vars(error)), repr(error.__cause__)]
        live.fake.recover()
        await _ask(live)
        if live.case.is_listed():
            walk = aiter(live.pager())
            await anext(walk)
            texts += [walk.checkpoint.to_json(), repr(walk.checkpoint), repr(live.pager())]
            await walk.aclose()
    texts.append(log.getvalue())
    for secret in secrets:
        shown = [text for text in texts if secret in text]
        assert not shown, "a credential is shown: " + shown[0].replace(secret, "<SECRET>")


@contextmanager
def _logged() -> Iterator[StringIO]:
    """Collect what is logged."""
    logger, text = logging.getLogger("asyncops"), StringIO()
    collector, level = logging.StreamHandler(text), logger.level
    logger.addHandler(collector)
    logger.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        logger.removeHandler(collector)
        logger.setLevel(level)
