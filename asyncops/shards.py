"""One of the parts that a listing was cut into: what any worker can be told to read.

A listing is cut by ``created_at``, which never changes: each operation lies in the range of exactly
one shard, whatever moves meanwhile. Ranges are half open, so that all that share one moment are in
one shard.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Self

import msgspec
from attrs import field, frozen

__all__ = ["Landmark", "Shard", "Span", "check_shard", "micros", "moment"]

_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(when: datetime) -> int:
    """Whole microseconds since the epoch."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def moment(since_epoch: int) -> datetime:
    """The moment so many microseconds after the epoch.

    Raises:
        ValueError: No datetime reaches that far.
    """
    try:
        return _EPOCH + timedelta(microseconds=since_epoch)
    except OverflowError:
        raise ValueError(f"no moment: {since_epoch} microseconds since the epoch") from None


@frozen
class Span:
    """A range of creation times.

    Attributes:
        oldest: It begins here; None for no bound.
        newest: It ends before this; None for no bound.
    """

    oldest: datetime | None = None
    newest: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether there is no bound at all."""
        return self.oldest is None and self.newest is None

    def holds(self, when: datetime) -> bool:
        """Whether a moment lies in it."""
        return (self.oldest is None or self.oldest <= when) and (
            self.newest is None or when < self.newest
        )


@frozen
class Landmark:
    """Where the newest row of a range was when a listing of numbered pages was cut: a guess.

    Attributes:
        page: The page, as the service counts.
        page_size: Rows of one page then.
        total_count: Rows of the whole listing then.
        first_page: The number of the listing's first page.
    """

    page: int
    page_size: int
    total_count: int
    first_page: int

    @property
    def rank(self) -> int:
        """Rows before the page."""
        return (self.page - self.first_page) * self.page_size


def _to_utc(when: datetime | None) -> datetime | None:
    if when is None:
        return None
    if not isinstance(when, datetime):
        raise TypeError(f"the bounds of a shard must be datetimes, got {type(when).__name__}")
    if when.tzinfo is None:
        raise ValueError("the bounds of a shard must be aware datetimes")
    return when.astimezone(UTC)


@frozen(kw_only=True)
class Shard:
    """One part of a listing: ``operations.shard(shard)`` reads it, with any client of the account.

    It can be pickled, and written as JSON. It holds the query's filters but no page token, and its
    ``repr`` shows neither.

    Attributes:
        resource: The listing it is a part of, such as ``zoo.operations``.
        index: Which part, from 1.
        of: How many parts there are.
        oldest: Its operations were created at this moment or later; None for no bound.
        newest: Its operations were created before this moment; None for no bound.
        statuses: The statuses to read, where the service lists each of them apart.
        filters: The other filters of the query.
        page_size: Items of one page to ask for; None for the service's choice.
        descending: Whether to read from the newest on.
        landmark: Where to begin looking, of a listing with numbered pages.
    """

    resource: str
    index: int = 1
    of: int = 1
    oldest: datetime | None = field(default=None, converter=_to_utc)
    newest: datetime | None = field(default=None, converter=_to_utc)
    statuses: tuple[str, ...] = field(default=(), repr=False)
    filters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    page_size: int | None = field(default=None, repr=False)
    descending: bool = True
    landmark: Landmark | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.index <= self.of:
            raise ValueError(f"there is no part {self.index} of {self.of}")
        if self.oldest is not None and self.newest is not None and self.oldest >= self.newest:
            raise ValueError("the bounds of a shard must be in order, oldest before newest")
        if self.page_size is not None and self.page_size < 1:
            raise ValueError(f"page_size must be at least 1, got {self.page_size}")
        mark = self.landmark
        if mark is not None and (
            mark.page_size < 1 or mark.total_count < 0 or not 0 <= mark.first_page <= mark.page
        ):
            raise ValueError("the landmark of a shard is no place in a listing")

    @property
    def span(self) -> Span:
        """The range of its creation times."""
        return Span(self.oldest, self.newest)

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """What its checkpoints are bound to: all that decides which items it gives."""
        return (
            ("shard", self.resource),
            ("from", _spelled(self.oldest)),
            ("to", _spelled(self.newest)),
            ("descending", str(self.descending)),
            *(("status", status) for status in self.statuses),
            *self.filters,
        )

    def to_json(self) -> str:
        """The shard as one line of JSON."""
        mark = self.landmark
        document: dict[str, Any] = {
            "version": _VERSION,
            "shard": self.resource,
            "index": self.index,
            "of": self.of,
            "oldest": None if self.oldest is None else micros(self.oldest),
            "newest": None if self.newest is None else micros(self.newest),
            "statuses": self.statuses,
            "filters": self.filters,
            "page_size": self.page_size,
            "descending": self.descending,
            "landmark": None
            if mark is None
            else (mark.page, mark.page_size, mark.total_count, mark.first_page),
        }
        return msgspec.json.encode(document).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: The text is not a shard of a version that this release reads.
        """
        try:
            stored = msgspec.json.decode(text, type=_Stored)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise ValueError(f"not a shard: {error}") from None
        if stored.version != _VERSION:
            raise ValueError(
                f"shard version {stored.version} is not supported; expected {_VERSION}"
            )
        return cls(
            resource=stored.shard,
            index=stored.index,
            of=stored.of,
            oldest=None if stored.oldest is None else moment(stored.oldest),
            newest=None if stored.newest is None else moment(stored.newest),
            statuses=stored.statuses,
            filters=stored.filters,
            page_size=stored.page_size,
            descending=stored.descending,
            landmark=None if stored.landmark is None else Landmark(*stored.landmark),
        )


@frozen(kw_only=True)
class _Stored:
    version: int
    shard: str
    index: int
    of: int
    oldest: int | None
    newest: int | None
    statuses: tuple[str, ...]
    filters: tuple[tuple[str, str], ...]
    page_size: int | None
    descending: bool
    landmark: tuple[int, int, int, int] | None


def _spelled(when: datetime | None) -> str:
    return "" if when is None else str(micros(when))


def check_shard(shard: object, resource: str) -> Shard:
    """A shard of this resource.

    Raises:
        TypeError: It is no shard.
        ValueError: It is one of another resource.
    """
    if not isinstance(shard, Shard):
        raise TypeError(f"shard must be a Shard, got {type(shard).__name__}")
    if shard.resource != resource:
        raise ValueError(
            f"this shard is a part of {shard.resource}, not of {resource}: "
            f"read it with {shard.resource}.shard()"
        )
    return shard
