"""How a service lists: where, in which order, by which filters, and how its pages follow."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from attrs import field, frozen

from asyncops.http.places import path_steps
from asyncops.models.description_error import DescriptionError
from asyncops.paging.styles import Offset, Pages, Paging

__all__ = ["ByStatus", "Listing", "Order", "Times", "Window"]

Times = Literal["rfc3339", "seconds", "milliseconds"]
"""How times are sent: as RFC 3339 in UTC, or as whole seconds or milliseconds since 1970."""

_STEPS: Mapping[Times, timedelta] = {
    "rfc3339": timedelta(microseconds=1),
    "seconds": timedelta(seconds=1),
    "milliseconds": timedelta(milliseconds=1),
}


@frozen
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
        if self.param is not None and self.newest == self.oldest:
            raise DescriptionError(
                "Order: newest= and oldest= are alike, so param= chooses nothing"
            )


@frozen
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

    after: str
    before: str | None = None
    form: str = "{}"
    times: Times = "rfc3339"
    resolution: timedelta = timedelta(seconds=1)
    unfiltered: timedelta | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.after, str) or not self.after:
            raise DescriptionError(
                "Window: after= names the parameter for the earliest creation time"
            )
        if self.form.count("{}") not in {1, 2}:
            raise DescriptionError(
                f"Window: form= holds one {{}} for a bound or two for both, got {self.form!r}"
            )
        if self.form.count("{}") == 2 and self.before is not None:
            raise DescriptionError(
                "Window: form= takes both bounds, so before= has no use: leave it out, or write "
                "one {} in form="
            )
        if self.before == self.after:
            raise DescriptionError(
                "Window: after= and before= name the same parameter; where it takes both bounds, "
                "write form='{}..{}' and no before="
            )
        if self.times not in {"rfc3339", "seconds", "milliseconds"}:
            raise DescriptionError(
                f"Window: times= must be 'rfc3339', 'seconds' or 'milliseconds', got {self.times!r}"
            )
        if not isinstance(self.resolution, timedelta) or self.resolution <= timedelta():
            raise DescriptionError(
                "Window: resolution= must be a timedelta above 0, such as timedelta(seconds=1)"
            )

    @property
    def both(self) -> bool:
        """Whether one parameter takes both bounds."""
        return self.form.count("{}") == 2

    @property
    def takes_latest(self) -> bool:
        """Whether the service takes a latest creation time."""
        return self.both or self.before is not None

    @property
    def margin(self) -> timedelta:
        """How far neighbouring ranges overlap: no time that is sent is finer."""
        return max(self.resolution, _STEPS[self.times])


@frozen
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

    param: str = "status"
    many: Literal["no", "comma", "repeat", "list"] = "no"
    required: bool = field(default=False, kw_only=True)
    form: str = field(default="{}", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.param, str) or not self.param:
            raise DescriptionError("ByStatus: param= names the parameter for the status")
        if self.many not in {"no", "comma", "repeat", "list"}:
            raise DescriptionError(
                f"ByStatus: many= must be 'no', 'comma', 'repeat' or 'list', got {self.many!r}"
            )
        if self.form.count("{}") != 1:
            raise DescriptionError(
                f"ByStatus: form= holds one {{}} for the status, got {self.form!r}"
            )


@frozen
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

    path: str
    items: str = ""
    paging: Paging = field(kw_only=True)
    order: Order | None = field(default=Order(), kw_only=True)
    window: Window | None = field(default=None, kw_only=True)
    by_status: ByStatus | None = field(default=None, kw_only=True)
    method: Literal["GET", "POST"] = field(default="GET", kw_only=True)
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

    def __attrs_post_init__(self) -> None:
        check_path("Listing: path=", self.path)
        if not isinstance(self.paging, Paging):
            raise DescriptionError(
                "Listing: paging= must be a Token, NextURL, After, Pages or Offset, "
                f"got {self.paging!r}"
            )
        if self.method not in {"GET", "POST"}:
            raise DescriptionError(f"Listing: method= must be 'GET' or 'POST', got {self.method!r}")
        for name, kind in (("order", Order), ("window", Window), ("by_status", ByStatus)):
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                raise DescriptionError(
                    f"Listing: {name}= must be a {kind.__name__} or None, got {value!r}"
                )
        try:
            path_steps(self.items)
        except ValueError as error:
            raise DescriptionError(f"Listing: items=: {error}") from None


def check_path(name: str, path: object) -> None:
    """Check that a path begins with a slash and holds neither host nor fragment.

    Raises:
        DescriptionError: It does not.
    """
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        raise DescriptionError(
            f"{name} must begin with one slash, such as '/v1/runs'; got {path!r}"
        )
    if "#" in path or any(char.isspace() for char in path):
        raise DescriptionError(f"{name} must hold neither # nor white space; got {path!r}")
