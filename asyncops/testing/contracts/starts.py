"""What is promised of starting operations: once, with any content, and followed to their ends."""

import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from asyncops.errors import MayHaveStarted, OperationFailed
from asyncops.http.sending import UploadProgress
from asyncops.kit.action import Accepted
from asyncops.models import State
from asyncops.testing.contracts.case import Case, Live, needs

_CONTENT = b"content \x00\xff" * 10_000
_PIECE = 7_000


@needs(Case.is_started)
async def test_what_is_started_is_there(live: Live) -> None:
    """``start`` starts an operation that the service then has."""
    content, given = live.least("start")
    started = await live.verbs.start(*content, **given)
    newest = live.fake.items(live.case.resource.name, *live.case.texts)[0]
    if not isinstance(started, Accepted) or started.id is not None:
        assert str(started.id) in {str(newest.id), str(live.id(newest))}
    if live.case.waits():
        await live.verbs.wait(live.id(newest), timeout=300, raise_on_failure=False)


@needs(Case.is_followed)
async def test_what_is_started_is_followed_to_its_end(live: Live) -> None:
    """A call starts an operation, and what it gives waits for that one."""
    content, given = live.least("start")
    started = await live.verbs(*content, **given)
    ended = await started.wait(timeout=300, raise_on_failure=False)
    assert ended.state.ended
    assert str(live.id(ended)) == str(started.id)
    assert type(ended) is type(await live.verbs.get(started.id)), "its class is another"


@needs(Case.is_answered_whole)
async def test_an_answer_that_holds_the_end_is_taken_at_once(live: Live) -> None:
    """Where an operation has ended when its start is answered, the wait sends nothing."""
    content, given = live.least("start")
    for look in live.served.maker.looks.ended:
        live.fake.start_as(live.case.resource.name, status=look.state.value)
        started = await live.verbs(*content, **given)
        before = live.fake.count()
        if look.state is State.SUCCEEDED:
            ended = await started.wait(timeout=1)
        else:
            with pytest.raises(OperationFailed) as raised:
                await started.wait(timeout=1)
            ended = raised.value.operation
        assert (ended, ended.state) == (started.operation, look.state)
        assert live.fake.count() == before, "it was asked for"
        assert ended == await live.verbs.get(started.id), "the answer was another than later"


@needs(Case.sends_a_file)
async def test_a_content_of_any_kind_arrives_whole(live: Live) -> None:
    """Bytes, a file by its path or opened, a stream: each is what the service gets, and told of."""
    _, given = live.least("start")
    with _contents() as contents:
        for kind, (make, total) in contents.items():
            told: list[UploadProgress] = []
            await live.verbs.start(make(), **given, on_upload=told.append)
            # pytest would look for each difference between the two, for minutes.
            arrived = live.fake.requests[-1].body == _CONTENT
            assert arrived, f"{kind}: another content arrived"
            ends = told[0], told[-1]
            whole = UploadProgress(len(_CONTENT), total)
            assert ends == (UploadProgress(0, total), whole), f"{kind}: on_upload was told {ends}"


@needs(Case.is_started)
async def test_a_start_is_sent_again_only_if_it_was_refused(live: Live) -> None:
    """Where the answer is lost, ``start`` is an error, since the operation may have started."""
    (content, given), fake = live.least("start"), live.fake
    for lose in (fake.drop, fake.fail, fake.garbage):
        before = fake.count()
        lose()
        with pytest.raises(MayHaveStarted):
            await live.verbs.start(*content, **given)
        assert fake.count() == before + 1, "it was sent again"
    fake.throttle(retry_after=1)
    await live.verbs.start(*content, **given)
    assert fake.count() == before + 3, "after 429 it was not sent again once"


@needs(Case.sends_a_file)
async def test_a_content_of_any_kind_is_sent_once(live: Live) -> None:
    """Where the answer is lost, nothing is sent again, though a file could be."""
    _, given = live.least("start")
    with _contents() as contents:
        for kind, (make, _) in contents.items():
            before = live.fake.count()
            live.fake.drop()
            with pytest.raises(MayHaveStarted):
                await live.verbs.start(make(), **given)
            assert live.fake.count() == before + 1, f"{kind}: it was sent again"


_Contents = dict[str, tuple[Callable[[], Any], int | None]]


@contextmanager
def _contents() -> Iterator[_Contents]:
    """What makes the same content in each of its kinds, with its length where that is known."""

    async def stream() -> AsyncIterator[bytes]:
        for at in range(0, len(_CONTENT), _PIECE):
            yield _CONTENT[at : at + _PIECE]

    size = len(_CONTENT)
    with TemporaryDirectory() as folder:
        path = Path(folder, "content")
        path.write_bytes(_CONTENT)
        with path.open("rb") as file:
            yield {
                "bytes": (lambda: _CONTENT, size),
                "a path": (lambda: path, size),
                "a file": (lambda: file, size),
                "a file in memory": (lambda: io.BytesIO(_CONTENT), size),
                "a stream": (stream, None),
            }
