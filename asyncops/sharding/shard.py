"""The shards of a listing: parts that any worker can read independently.

A listing is cut by ``created_at``, which never changes. So each operation is in the time range of
exactly one shard, even if it moves in the listing. Ranges are half open: all operations of one
moment are in one shard.
"""

from datetime import UTC, datetime
from typing import Self

from attrs import astuple, field, frozen

from asyncops.checkpoints import read_versioned, write_versioned
from asyncops.utils.moments import TimeRange, micros, moment


@frozen
class PageHint:
    """The page on which the newest row of a range was when its listing was cut.

    Attributes:
        page: The page, in the service's own counting.
        page_size: Rows of one page at the cut.
        total_count: Rows of the whole listing at the cut.
        first_page: The number of the first page of the listing.
    """

    page: int
    page_size: int
    total_count: int
    first_page: int

    @property
    def rank(self) -> int:
        """The number of rows in front of the page."""
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
    """One part of a listing, which any client of the account can read.

    ::

        shards = await zoo.operations.list().shards()
        text = shards[0].to_json()
        ...
        items = zoo.operations.shard(Shard.from_json(text))   # a pager

    It can be pickled, and written as JSON. It holds the filters of the query but no page token;
    its ``repr`` shows neither.

    Attributes:
        resource: The listing, such as ``zoo.operations``.
        index: The number of the part, from 1.
        of: The number of all parts.
        oldest: Its operations were created at this moment or later; ``None`` means no bound.
        newest: Its operations were created before this moment; ``None`` means no bound.
        statuses: The statuses to read, if the service lists each of them separately.
        filters: The other filters of the query.
        page_size: Items of one page to ask for; ``None`` means the service's choice.
        descending: Whether to read from new to old.
        page_hint: Where to begin the search for the first page, in a listing with numbered pages.
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
    page_hint: PageHint | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.index <= self.of:
            raise ValueError(f"there is no part {self.index} of {self.of}")
        if self.oldest is not None and self.newest is not None and self.oldest >= self.newest:
            raise ValueError("the bounds of a shard must be in order, oldest before newest")
        if self.page_size is not None and self.page_size < 1:
            raise ValueError(f"page_size must be at least 1, got {self.page_size}")
        hint = self.page_hint
        if hint is not None and (
            hint.page_size < 1 or hint.total_count < 0 or not 0 <= hint.first_page <= hint.page
        ):
            raise ValueError("the page hint of a shard is no place in a listing")

    @property
    def time_range(self) -> TimeRange:
        """The range of its creation times."""
        return TimeRange(self.oldest, self.newest)

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """Everything that decides which items it gives; its checkpoints are bound to these."""
        return (
            ("shard", self.resource),
            ("from", _spelled(self.oldest)),
            ("to", _spelled(self.newest)),
            ("descending", str(self.descending)),
            *(("status", status) for status in self.statuses),
            *self.filters,
        )

    def to_json(self) -> str:
        """Return the shard as one line of JSON."""
        hint = self.page_hint
        return write_versioned(
            1,
            shard=self.resource,
            index=self.index,
            of=self.of,
            oldest=None if self.oldest is None else micros(self.oldest),
            newest=None if self.newest is None else micros(self.newest),
            statuses=self.statuses,
            filters=self.filters,
            page_size=self.page_size,
            descending=self.descending,
            landmark=None if hint is None else astuple(hint),
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read the JSON of :meth:`to_json`.

        Raises:
            ValueError: The text is no shard, or of a version unknown to this release.
        """
        fields = read_versioned(text, _Stored, "shard")
        for bound in ("oldest", "newest"):
            if fields[bound] is not None:
                fields[bound] = moment(fields[bound])
        hint = fields.pop("landmark")
        return cls(
            resource=fields.pop("shard"),
            page_hint=None if hint is None else PageHint(*hint),
            **fields,
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
    """Return a shard after checking that it belongs to a resource.

    Raises:
        TypeError: It is no shard.
        ValueError: It belongs to another resource.
    """
    if not isinstance(shard, Shard):
        raise TypeError(f"shard must be a Shard, got {type(shard).__name__}")
    if shard.resource != resource:
        raise ValueError(
            f"this shard is a part of {shard.resource}, not of {resource}: "
            f"read it with {shard.resource}.shard()"
        )
    return shard
