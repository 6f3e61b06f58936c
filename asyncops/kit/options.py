"""The keyword arguments of ``list``, ``watch`` and uploads, as the fields of a class."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from attrs import field, frozen

from asyncops.checkpoints import Checkpoint, WatchCheckpoint
from asyncops.http.invalid_items import OnInvalid
from asyncops.http.meter import OnPage
from asyncops.http.sending import OnUpload
from asyncops.models import Cursor
from asyncops.models.description_error import DescriptionError
from asyncops.paging.limits import MAX_PAGES
from asyncops.polling.policy import OVERLAP, WATCH_POLICY, OnPoll, PollPolicy
from asyncops.utils.checks import as_validator, check_hook, flag

Many = Literal["comma", "repeat", "list"]
"""How several values are sent: in one text with commas between them, as the same parameter again
and again, or as an array of a JSON body."""

PARAM = "asyncops_param"
"""The key in the metadata of a field under which its :class:`Spelling` is kept."""


@frozen
class Spelling:
    """How a filter is sent.

    Attributes:
        name: The parameter; in a body, the place.
        many: How several values are sent; ``None`` means the way of the method: the same parameter
            again in a query, an array in a body.
    """

    name: str
    many: Many | None = None


def param(name: str, default: Any = None, many: Many | None = None) -> Any:
    """Give a filter another name on the wire, or say how several values are sent.

    ::

        @frozen(kw_only=True)
        class RunOptions(ListOptions):
            kind: str | None = param("filter[kind]")
            labels: tuple[str, ...] = param("labels", default=(), many="comma")

    Args:
        name: The parameter of the query; in a listing by POST, a place in the body such as
            ``filter.kind``.
        default: The default of the keyword argument; ``None`` is not sent. A filter that has to be
            given is spelled by :func:`sent_as`.
        many: How several values are sent: ``"comma"`` for one text with commas, ``"repeat"`` for
            the same parameter again, ``"list"`` for an array of a body.

    Raises:
        DescriptionError: ``name`` is empty, or ``many`` is no such way.
    """
    return field(default=default, metadata=_spelled("param", name, many))


def sent_as(name: str, many: Many | None = None) -> Mapping[str, Spelling]:
    """Return the metadata of a filter that has to be given and has another name on the wire.

    ::

        @frozen(kw_only=True)
        class RunOptions(ListOptions):
            machine: str = field(metadata=sent_as("stateMachineArn"))

    Type checkers take what is assigned to a field for its default, :func:`param` too, but for
    attrs's own ``field``: so they refuse a call without it.

    Args:
        name: The parameter of the query, or the place in the body.
        many: How several values are sent, as for :func:`param`.

    Raises:
        DescriptionError: ``name`` is empty, or ``many`` is no such way.
    """
    return _spelled("sent_as", name, many)


def _spelled(by: str, name: str, many: Many | None) -> dict[str, Spelling]:
    if not isinstance(name, str) or not name:
        raise DescriptionError(f"{by}() takes the name of a parameter, got {name!r}")
    if many is not None and many not in get_args(Many):
        words = ", ".join(map(repr, get_args(Many)))
        raise DescriptionError(f"{by}({name!r}, many=...) must be one of {words}; got {many!r}")
    return {PARAM: Spelling(name, many)}


@frozen(kw_only=True)
class ListOptions:
    """The keyword arguments of every ``list``. A subclass adds a field for each filter.

    ::

        @frozen(kw_only=True)
        class RunOptions(ListOptions):
            branch: str | None = None
            created_after: datetime | None = None

        github.runs("python", "cpython").list(branch="main", limit=20)

    A filter without a default must be given in each call. The fields ``status``,
    ``created_after`` and ``created_before`` belong to :class:`~asyncops.kit.ByStatus` and
    :class:`~asyncops.kit.Window` of the listing; every other field is sent under its own name, or
    under that of :func:`param` or :func:`sent_as`.

    Attributes:
        limit: Items of one page, at least 1; ``None`` means the listing's ``most``, or else the
            service's choice.
        cursor: Start at this page: a ``next_cursor`` of the same query.
        max_items: The most items of one walk, 0 or more; ``None`` means no limit. Nothing is
            fetched beyond them, and the checkpoint after the last one leads to the rest.
        resume: Start at this checkpoint of the same query.
        max_pages: The most requests of one walk.
        deadline: Seconds that one walk may take, the consumer's work between the items included;
            ``None`` means no limit.
        on_page: Called with the :class:`~asyncops.WalkReport` so far when a page has come, before
            its items are given. An error that it raises ends the walk.
        on_invalid: Called with an :class:`~asyncops.InvalidItem` for each row that does not fit;
            the walk goes on without the row. ``None``: such a row ends the walk with a
            :class:`~asyncops.DecodeError`.
    """

    limit: int | None = None
    cursor: Cursor | None = None
    max_items: int | None = None
    resume: Checkpoint | None = None
    max_pages: int = MAX_PAGES
    deadline: float | None = None
    on_page: OnPage | None = field(default=None, validator=check_hook("WalkReport"))
    on_invalid: OnInvalid | None = field(default=None, validator=check_hook("InvalidItem"))


@frozen(kw_only=True)
class WatchOptions:
    """The keyword arguments of every ``watch``. A subclass adds a field for each filter.

    ::

        @frozen(kw_only=True)
        class RunWatchOptions(WatchOptions):
            branch: str | None = None

        async with github.runs("python", "cpython").watch(branch="main") as changes: ...

    Attributes:
        poll: How often to poll; a ``timeout`` in it ends the iteration. ``PollPolicy`` itself has
            one of 900 s: give it ``timeout=None`` for no end.
        resume: Go on from this checkpoint of the same watch.
        from_start: Whether operations that have not ended at the beginning are given as created.
        lookback: How old, in seconds, an operation may be that has not ended at the beginning,
            where the service does not list the unfinished apart; ``None`` means any age, which
            reads the whole listing once.
        overlap: Seconds after its stated creation within which an operation may become visible.
        on_poll: Called with a :class:`~asyncops.polling.policy.Poll` after each poll.
    """

    poll: PollPolicy = WATCH_POLICY
    resume: WatchCheckpoint | None = None
    from_start: bool = field(default=False, validator=as_validator(flag))
    lookback: float | None = None
    overlap: float = OVERLAP
    on_poll: OnPoll | None = field(default=None, validator=check_hook("Poll"))


@frozen(kw_only=True)
class UploadOptions:
    """The keyword arguments of every action that sends a file. A subclass adds the action's own.

    ::

        @frozen(kw_only=True)
        class SceneInput(UploadOptions):
            scene: str

        job = await farm.scenes.start(Path("dawn.glb"), scene="dawn", on_upload=show)

    Attributes:
        on_upload: Called with an :class:`~asyncops.UploadProgress` at the beginning and after each
            piece of 64 KiB or less. An error that it raises ends the request, and is raised by the
            call; where that was the last piece, the service may have had it all.
    """

    on_upload: OnUpload | None = field(default=None, validator=check_hook("UploadProgress"))
