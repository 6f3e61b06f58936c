"""Checkpoints: the position of a walk or of a watch, as JSON that outlives the process."""

from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

import attrs
import msgspec
from attrs import field, frozen

from asyncops.models import Cursor

_Seconds = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]


def write_versioned(version: int, **fields: Any) -> str:
    """Write fields as one line of JSON, behind the version of their form."""
    return msgspec.json.encode({"version": version, **fields}).decode()


def read_versioned(
    text: str | bytes, shape: Any, name: str, versions: Collection[int] = (1,)
) -> dict[str, Any]:
    """Read the fields that :func:`write_versioned` wrote, without the version.

    Args:
        text: The JSON.
        shape: An attrs class with a field ``version`` and one for each field of the JSON.
        name: What the text should be, for the errors.
        versions: The versions that this release reads.

    Raises:
        TypeError: It is no text.
        ValueError: The text has another shape or another version.
    """
    if not isinstance(text, str | bytes | bytearray | memoryview):
        raise TypeError(f"a {name} is read from text or bytes, got {type(text).__name__}")
    try:
        stored = msgspec.json.decode(text, type=shape)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"not a {name}: {error}") from None
    fields = attrs.asdict(stored, recurse=False)
    version = fields.pop("version")
    if version not in versions:
        raise ValueError(
            f"{name.partition(' ')[0]} version {version} is not supported; "
            f"expected {' or '.join(map(str, versions))}"
        )
    return fields


@frozen
class KnownAlive:
    """An operation that had not ended at the last poll.

    Attributes:
        id: Its id.
        mark: Its content then, as a text; a different text means an update. ``None`` if the
            operation existed when the watch began and has not been reported yet.
        created: Its creation time in seconds since the epoch; ``None`` if unknown.
    """

    id: str
    mark: str | None
    created: _Seconds | None


@frozen(kw_only=True)
class WatchCheckpoint:
    """The position of a watch, to go on from in another process.

    ::

        path.write_text(watch.checkpoint.to_json())
        ...
        checkpoint = WatchCheckpoint.from_json(path.read_text())
        async with zoo.operations.watch(resume=checkpoint) as changes: ...

    Its size grows with the operations that are alive and those that ended within the overlap.

    Attributes:
        query: Fingerprint of the query; a checkpoint fits only the query that it was taken from.
        alive: The operations that had not ended.
        ended: Ids and creation times (seconds since the epoch) of the ended operations that the
            next poll may find again.
        watermark: Everything created up to this time has been seen, apart from what the service
            committed late; in seconds since the epoch, ``None`` if nothing had been created.
        newest: The latest creation time seen.
        interrupted: Whether the last poll failed.
        floor: The next poll ignores operations created before this time, and ``ended`` leaves them
            out; in seconds since the epoch. ``None`` means that no operation is ignored, or that
            an earlier release wrote the checkpoint.
    """

    query: str
    alive: tuple[KnownAlive, ...] = field(default=(), repr=False)
    ended: tuple[tuple[str, float], ...] = field(default=(), repr=False)
    watermark: float | None = None
    newest: float | None = None
    interrupted: bool = False
    floor: float | None = None

    def to_json(self) -> str:
        """Return the checkpoint as one line of JSON."""
        fields = attrs.asdict(self, recurse=False)
        fields["alive"] = list(map(attrs.astuple, self.alive))
        return write_versioned(1, watch=fields.pop("query"), **fields)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read the JSON of :meth:`to_json`.

        Raises:
            ValueError: The text is no checkpoint of a watch, or of a version unknown here.
        """
        fields = read_versioned(text, _StoredWatchCheckpoint, "checkpoint of a watch")
        alive = tuple(KnownAlive(*each) for each in fields.pop("alive"))
        return cls(query=fields.pop("watch"), alive=alive, **fields)


@frozen(kw_only=True)
class _StoredWatchCheckpoint:
    version: int
    watch: str
    alive: tuple[tuple[str, str | None, _Seconds | None], ...]
    ended: tuple[tuple[str, _Seconds], ...]
    watermark: _Seconds | None
    newest: _Seconds | None
    interrupted: bool
    floor: _Seconds | None = None


@frozen(kw_only=True)
class Reference:
    """Items whose place, when a walk meets them again, tells whether others were missed.

    Of a walk that reads several pages at once, its first page, which is read again at the end; of
    one from the oldest item on, the last item that there was as it began.

    Attributes:
        rank: How many items were in front of them, apart from a constant.
        ids: Their ids; none while they are not known.
        count: Items in the whole listing at that time.
        greatest: The most items that the whole listing has had since.
        is_front: Whether they were also the first page of the listing.
    """

    rank: int = 0
    ids: tuple[str, ...] = field(default=(), repr=False)
    count: int = 0
    greatest: int = 0
    is_front: bool = False


@frozen(kw_only=True)
class Checkpoint:
    """The position of a walk over a listing, to go on from in another process.

    ::

        path.write_text(walk.checkpoint.to_json())
        ...
        checkpoint = Checkpoint.from_json(path.read_text())
        async for call in zoo.operations.list(resume=checkpoint): ...

    Attributes:
        query: Fingerprint of the query; a checkpoint fits only the query that it was taken from.
        cursor: The page to request first; ``None`` means the first page of the listing.
        seen: Ids already given that this page or the next one may hold again.
        total_count: Items in the whole listing at that time, if the service says.
        page_size: The page size that ``cursor`` counts in, if the service says.
        ahead: Ids already given from pages behind this one.
        unsure: Whether items may be missing so far, of which the walk would have warned at its end;
            where it could only have told at its end, what it needed for that.
        first_page: The number of the listing's first page, if the walk began with one that has a
            number; ``None`` also in checkpoints of earlier releases.
    """

    query: str
    cursor: Cursor | None = field(default=None, repr=False)
    seen: tuple[str, ...] = field(default=(), repr=False)
    total_count: int | None = None
    page_size: int | None = None
    ahead: tuple[str, ...] = field(default=(), repr=False)
    unsure: bool | Reference = False
    first_page: Literal[0, 1] | None = None

    def to_json(self) -> str:
        """Return the checkpoint as one line of JSON."""
        fields = attrs.asdict(self, recurse=False)
        for name in ("ahead", "unsure"):
            if not fields[name]:
                del fields[name]
        if self.first_page is None:
            del fields["first_page"]
        # A release that reads only version 1 would give the items of `ahead` a second time.
        return write_versioned(2 if self.ahead else 1, **fields)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read the JSON of :meth:`to_json`.

        Raises:
            ValueError: The text is no checkpoint, or of a version unknown to this release.
        """
        return cls(**read_versioned(text, _StoredCheckpoint, "checkpoint", (1, 2)))


@frozen(kw_only=True)
class _StoredCheckpoint:
    version: int
    query: str
    cursor: Cursor | None
    seen: tuple[str, ...]
    total_count: int | None = None
    page_size: int | None = None
    ahead: tuple[str, ...] = ()
    unsure: bool | Reference = False
    first_page: Literal[0, 1] | None = None
