"""How a service lists: where, in which order, by which filters, and how its pages follow."""

from collections.abc import Mapping
from datetime import timedelta
from types import NoneType
from typing import Literal, get_args

from attrs import field, frozen
from attrs.validators import optional

from asyncops.http.places import check_place
from asyncops.kit.path import path_text
from asyncops.models.description_error import DescriptionError
from asyncops.paging.styles import Offset, Pages, Paging
from asyncops.utils.declarations import check_kind, check_one_of, check_param, declared

Times = Literal["rfc3339", "seconds", "milliseconds"]
"""How times are sent: as RFC 3339 in UTC, or as whole seconds or milliseconds since 1970."""

_STEPS: Mapping[Times, timedelta] = {
    "rfc3339": timedelta(microseconds=1),
    "seconds": timedelta(seconds=1),
    "milliseconds": timedelta(milliseconds=1),
}


@frozen(field_transformer=declared)
class Order:
    """The order of a listing by creation.

    ::

        Order()                                                    # newest first, always
        Order(param="sort_by", newest="created_desc", oldest="created_asc")
        Order(newest_first=False, param="desc", newest="1", oldest=None)

    Attributes:
        newest_first: Whether the listing is newest first when the caller does not choose; ``None``
            if the service does not say.
        param: The parameter that chooses the order, always sent; ``None`` if it cannot be chosen.
        newest: The value of the parameter for newest first; ``None`` leaves the parameter out.
        oldest: The value of the parameter for oldest first; ``None`` leaves the parameter out.
        by: The further orders of the service: the value of the parameter by the caller's word.
            Only the orders by creation are read from two ends, cut into shards and gone on by time.
    """

    newest_first: bool | None = True
    param: str | None = None
    newest: str | None = "desc"
    oldest: str | None = "asc"
    by: Mapping[str, str] = field(factory=dict, hash=False)

    def __attrs_post_init__(self) -> None:
        if self.param is None and self.by:
            raise DescriptionError(
                "Order: by= names further orders, so param= has to name the parameter"
            )
        if self.param is None and (self.newest, self.oldest) != ("desc", "asc"):
            raise DescriptionError(
                "Order: newest= and oldest= are values of a parameter: name it by param="
            )
        if self.param is not None and self.newest == self.oldest:
            raise DescriptionError(
                "Order: newest= and oldest= are alike, so param= chooses nothing"
            )


@frozen(field_transformer=declared)
class Window:
    """The filters of a listing by creation time.

    ::

        Window("created_after", "created_before")
        Window("created", form="{}..{}")              # one parameter for both bounds
        Window("start_time_from", "start_time_to", times="milliseconds")

    The options class has the fields ``created_after`` and ``created_before``, and each item has a
    ``created_at`` that is never ``None``.

    Attributes:
        after: The parameter for the earliest creation time.
        before: The parameter for the latest; ``None`` if there is none: then ``created_before``
            is applied here, or sent with ``created_after`` where ``form`` takes both.
        form: How a bound is written, with ``{}`` for it; with two ``{}``, both bounds go into
            ``after``.
        times: How times are written.
        resolution: The smallest step of the service's bounds; neighbouring ranges overlap by it.
        unfiltered: The range that the service applies when it is not asked for one, such as its
            last seven days. A plain ``list()`` then asks for everything.
    """

    after: str = field(validator=check_param)
    before: str | None = field(default=None, validator=optional(check_param))
    form: str = "{}"
    times: Times = field(default="rfc3339", validator=check_one_of(*get_args(Times)))
    resolution: timedelta = field(default=timedelta(seconds=1))
    unfiltered: timedelta | None = field(default=None, validator=check_kind(timedelta, NoneType))

    @resolution.validator
    def _check_resolution(self, _: object, value: object) -> None:
        if not isinstance(value, timedelta) or value <= timedelta():
            raise ValueError("resolution must be above 0, such as timedelta(seconds=1)")

    def __attrs_post_init__(self) -> None:
        problem = None
        if self.form.count("{}") not in {1, 2}:
            problem = f"form= holds one {{}} for a bound or two for both, got {self.form!r}"
        elif self.both and self.before is not None:
            problem = (
                "form= takes both bounds, so before= has no use: leave it out, or write one {} "
                "in form="
            )
        elif self.before == self.after:
            problem = (
                "after= and before= name the same parameter; where it takes both bounds, write "
                "form='{}..{}' and no before="
            )
        if problem is not None:
            raise DescriptionError(f"Window: {problem}")

    @property
    def both(self) -> bool:
        """Whether one parameter takes both bounds."""
        return self.form.count("{}") == 2

    @property
    def takes_latest(self) -> bool:
        """Whether the service takes a latest creation time."""
        return self.both or self.before is not None

    @property
    def step(self) -> timedelta:
        """The smallest step of times as they are sent."""
        return _STEPS[self.times]

    @property
    def margin(self) -> timedelta:
        """How far neighbouring ranges overlap: no time that is sent is finer."""
        return max(self.resolution, self.step)


@frozen(field_transformer=declared)
class ByStatus:
    """The filter of a listing by status.

    The options class has the field ``status``.

    Attributes:
        param: The parameter.
        many: How several statuses are sent at once: ``"comma"``, ``"repeat"`` or ``"list"`` as in
            :func:`~asyncops.kit.param`; with ``"no"``, each takes a listing of its own, and they
            are merged.
        required: Whether the service refuses a listing without a status, or hides some.
        form: How what is sent is written, with ``{}`` for it, such as ``"status:{}"``.
    """

    param: str = field(default="status", validator=check_param)
    many: Literal["no", "comma", "repeat", "list"] = field(
        default="no", validator=check_one_of("no", "comma", "repeat", "list")
    )
    required: bool = field(default=False, kw_only=True)
    form: str = field(default="{}", kw_only=True)

    @form.validator
    def _check_form(self, _: object, value: str) -> None:
        if value.count("{}") != 1:
            raise ValueError(f"form must hold one {{}} for the status, got {value!r}")


@frozen(field_transformer=declared)
class Listing:
    """How the items of a resource are listed.

    ::

        Listing(
            "/repos/{owner}/{repo}/actions/runs", "workflow_runs",
            paging=Pages(total="total_count", most=100, depth=1000),
            window=Window("created", form="{}..{}"), by_status=ByStatus("status"),
        )

    Attributes:
        path: Path below the base URL; ``{name}`` is a field of the place or of the options.
        items: The place of the items in the answer; ``""`` if the answer is the array.
        paging: How pages follow each other: a ``Token``, ``NextURL``, ``After``, ``Pages`` or
            ``Offset``.
        order: The order by creation; ``None`` if the listing has another order or none. Then it
            is neither read from two ends nor bisected for shards, and ``concurrent(ordered=True)``
            is a ``ValueError``.
        window: The filters by creation time.
        by_status: The filter by status.
        method: ``"POST"`` for a listing whose parameters are places in a JSON body. It only reads,
            so it is sent again as a GET is.
        headers: Headers of its requests.
        hints: A sentence on the usual remedy, by error status.
        is_counted: Whether its pages are counted, so that rows may move between them.
        is_sorted: Whether it can be read from both of its ends.
    """

    path: str = field()
    items: str = field(default="", validator=[check_kind(str), check_place])
    paging: Paging = field(kw_only=True, validator=check_kind(*get_args(Paging)))
    order: Order | None = field(
        default=Order(), kw_only=True, validator=check_kind(Order, NoneType)
    )
    window: Window | None = field(
        default=None, kw_only=True, validator=check_kind(Window, NoneType)
    )
    by_status: ByStatus | None = field(
        default=None, kw_only=True, validator=check_kind(ByStatus, NoneType)
    )
    method: Literal["GET", "POST"] = field(
        default="GET", kw_only=True, validator=check_one_of("GET", "POST")
    )
    headers: Mapping[str, str] = field(factory=dict, kw_only=True, hash=False)
    hints: Mapping[int, str] = field(factory=dict, kw_only=True, hash=False)
    is_counted: bool = field(init=False, repr=False, eq=False)
    is_sorted: bool = field(init=False, repr=False, eq=False)

    @is_counted.default
    def _has_numbers(self) -> bool:
        return isinstance(self.paging, Pages | Offset)

    @is_sorted.default
    def _has_two_ends(self) -> bool:
        order = self.order
        return isinstance(order, Order) and order.param is not None and not self.is_counted

    @path.validator
    def _check_path(self, _: object, value: str) -> None:
        path_text("path", value)


Params = tuple[tuple[str, str], ...]


@frozen
class Ordering:
    """An order of a listing.

    Attributes:
        descending: Whether the newest items come first; ``None`` if it is not an order by
            creation, or is not known to be one.
        params: What is sent for it.
    """

    descending: bool | None
    params: Params = ()


def params_for(order: Order | None, *, descending: bool) -> Params:
    """Return what is sent for an order by creation."""
    if order is None or order.param is None:
        return ()
    value = order.newest if descending else order.oldest
    return () if value is None else ((order.param, value),)


def orderings(order: Order | None) -> Mapping[str | None, Ordering]:
    """Return the orders of a listing by the caller's word for each; ``None`` stands for no word."""
    if order is None:
        return {None: Ordering(None)}
    if order.param is None:
        return {None: Ordering(order.newest_first)}
    newest, oldest = (Ordering(way, params_for(order, descending=way)) for way in (True, False))
    default = oldest if order.newest_first is False else newest
    known = {order.oldest: oldest, order.newest: newest, None: default}
    for word, sent in order.by.items():
        known.setdefault(word, Ordering(None, ((order.param, sent),)))
    return known
