"""What has been read of several statuses, and how much of it is settled."""

from collections.abc import Sequence

import pytest
from attrs import frozen

from asyncops import UnexpectedPage
from asyncops.http.messages import Reply, Request
from asyncops.paging.statuses.buffer import MergeBuffer
from asyncops.paging.statuses.stream import END, StatusStream
from asyncops.paging.styles import Token


@frozen
class Call:
    id: str
    second: float
    status: str = ""


@frozen
class Body:
    items: tuple[Call, ...]
    next_page: str | None = None


def buffer_of(*names: str, descending: bool = False) -> MergeBuffer[Call]:
    streams: list[StatusStream] = []
    for name in names:
        after = streams[-1] if streams else None
        streams.append(StatusStream(name, Request(path="/"), Token(), after=after))
    return MergeBuffer(streams, lambda call: call.second, lambda call: call.id, descending)


def feed(
    buffer: MergeBuffer[Call], rank: int, calls: Sequence[Call], token: str | None = None
) -> None:
    buffer.streams[rank].ask()
    buffer.feed(buffer.streams[rank], Reply(value=Body(tuple(calls), token)))


def test_what_is_settled_comes_in_order_each_id_once_in_its_later_status() -> None:
    buffer = buffer_of("queued", "running")
    feed(buffer, 0, [Call("b", 2, "queued"), Call("c", 3, "queued")])
    feed(buffer, 1, [Call("a", 1, "running"), Call("b", 2, "running")])
    assert buffer.watermark == END
    buffer.settle(buffer.watermark)
    assert buffer.take(9) == (
        Call("a", 1, "running"),
        Call("b", 2, "running"),
        Call("c", 3, "queued"),
    )


def test_what_is_not_settled_waits() -> None:
    buffer = buffer_of("queued", "running")
    feed(buffer, 0, [Call("a", 1), Call("b", 2)], "more")
    feed(buffer, 1, [Call("c", 5)])
    assert buffer.watermark == 2
    assert buffer.bound(1) == 1
    buffer.settle(buffer.watermark)
    assert (buffer.ready, buffer.take(9)) == (1, (Call("a", 1),))


def test_what_was_settled_does_not_come_again() -> None:
    buffer = buffer_of("queued")
    feed(buffer, 0, [Call("a", 1), Call("b", 2)], "more")
    buffer.settle(2)
    feed(buffer, 0, [Call("b", 2), Call("c", 3)])
    buffer.settle(END)
    assert [call.id for call in buffer.take(9) if isinstance(call, Call)] == ["a", "b", "c"]


def test_a_service_that_answers_the_other_way_round_is_followed_once() -> None:
    buffer = buffer_of("queued", descending=True)
    feed(buffer, 0, [Call("a", 1), Call("b", 2)])
    assert (buffer.descending, buffer.proven, buffer.reversals) == (False, True, 1)
    assert buffer.bound(1) == END
    with pytest.raises(UnexpectedPage, match="not sorted by created_at"):
        feed(buffer, 0, [Call("b", 2), Call("a", 1)])
