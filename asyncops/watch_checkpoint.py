"""Where a watch stands, in a form that outlives the process."""

from typing import Annotated, Any, Self

import msgspec
from attrs import field, frozen

__all__ = ["KnownAlive", "WatchCheckpoint"]

_VERSION = 1

_Finite = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]


@frozen
class KnownAlive:
    """An operation that had not ended when it was last seen.

    Attributes:
        id: Its id.
        mark: What it looked like then; another mark is an update. None where it was there when
            the watch began and is still to be told of.
        created: When it was created, in seconds since the epoch; None where nobody says.
    """

    id: str
    mark: str | None
    created: _Finite | None


@frozen(kw_only=True)
class WatchCheckpoint:
    """Where a watch stands: give it back as ``watch(resume=...)``.

    Its size goes with the operations that are alive, and those that ended within the overlap.

    Attributes:
        query: Fingerprint of what is watched; a checkpoint fits only the query it was taken from.
        alive: What had not ended.
        ended: What has ended and could be found again where new ones are looked for: ids, and
            when each was created, in seconds since the epoch.
        watermark: All that was created up to here has been seen, save what the service committed
            late; seconds since the epoch, None where nothing was created yet.
        newest: The latest creation seen.
        interrupted: Whether the last look failed.
        floor: What was created before it is not looked for any more, and ``ended`` does not hold
            it, in seconds since the epoch; None where all is looked for, or where an earlier
            release wrote the checkpoint.
    """

    query: str
    alive: tuple[KnownAlive, ...] = field(default=(), repr=False)
    ended: tuple[tuple[str, float], ...] = field(default=(), repr=False)
    watermark: float | None = None
    newest: float | None = None
    interrupted: bool = False
    floor: float | None = None

    def to_json(self) -> str:
        """The checkpoint as one line of JSON."""
        document: dict[str, Any] = {
            "version": _VERSION,
            "watch": self.query,
            "alive": [(each.id, each.mark, each.created) for each in self.alive],
            "ended": self.ended,
            "watermark": self.watermark,
            "newest": self.newest,
            "interrupted": self.interrupted,
            "floor": self.floor,
        }
        return msgspec.json.encode(document).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: The text is not a watch's checkpoint of a version that this release reads.
        """
        try:
            stored = msgspec.json.decode(text, type=_Stored)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise ValueError(f"not a checkpoint of a watch: {error}") from None
        if stored.version != _VERSION:
            raise ValueError(
                f"checkpoint version {stored.version} is not supported; expected {_VERSION}"
            )
        return cls(
            query=stored.watch,
            alive=tuple(KnownAlive(*each) for each in stored.alive),
            ended=stored.ended,
            watermark=stored.watermark,
            newest=stored.newest,
            interrupted=stored.interrupted,
            floor=stored.floor,
        )


@frozen(kw_only=True)
class _Stored:
    version: int
    watch: str
    alive: tuple[tuple[str, str | None, _Finite | None], ...]
    ended: tuple[tuple[str, _Finite], ...]
    watermark: _Finite | None
    newest: _Finite | None
    interrupted: bool
    floor: _Finite | None = None
