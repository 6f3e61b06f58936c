"""Zoo as a fake: what its description does not say, and the fake of its own."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any, ClassVar, Unpack

from attrs import evolve, field, frozen
from attrs.validators import ge

from asyncops.models import JSON
from asyncops.services.zoo import ApiCallStatus, AsyncApiCall, MlPrompt, ZooClient
from asyncops.testing.described.editing import FakeItems
from asyncops.testing.described.fake import Fake
from asyncops.testing.described.habits import Data, Habits, habits_of
from asyncops.testing.described.maker import Maker
from asyncops.testing.described.params import Params
from asyncops.testing.described.service import DescribedService
from asyncops.testing.fake import FEW, FakeSettings
from asyncops.testing.server.service import Answered, Asked, RefusedError
from asyncops.testing.zoo.data import CallMaker, PromptMaker, VariedMaker

_DEFAULT_LIMIT = 50
_ASCENDING, _DESCENDING = "created_at_ascending", "created_at_descending"
_CALLS, _PROMPTS, _FILES = "/async/operations", "/ml-prompts", "/file/"
_PARTS, _WITHOUT_PARTS = "/user/text-to-cad", ("no_parts", "true")
_ERROR_CODES = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    422: "unprocessable_entity",
    429: "rate_limited",
}


@frozen(kw_only=True)
class ZooHabits:
    """What may differ from one Zoo to another.

    Attributes:
        max_limit: Pages hold no more items than this, whatever ``limit`` asks.
        ignores_sort_direction: Every listing is ascending, whatever ``sort_by`` asks.
        staff: Whether the token's account has staff access; if not, both listings and the
            single prompt answer 403.
        empty_pages: How many empty pages with a token come before every page of a listing.
        hostile_tokens: Page tokens hold ``+``, ``/``, ``=`` and ``&``, not URL-safe base64 alone.
        ends_with_an_empty_page: Every page that holds an item has a token, so that a listing ends
            with an empty page. If not, the last item's page has no token.
    """

    max_limit: int = field(default=1000, validator=ge(1))
    ignores_sort_direction: bool = False
    staff: bool = True
    empty_pages: int = field(default=0, validator=ge(0))
    hostile_tokens: bool = False
    ends_with_an_empty_page: bool = True


class Zoo(DescribedService):
    """Zoo: two lists, and single items of each.

    Args:
        data: What its data are computed from.
        habits: How it differs from the usual one.
    """

    makers: ClassVar[Mapping[str, type[Maker]]] = {
        "operations": CallMaker,
        "ml_prompts": PromptMaker,
        "text_to_cad": VariedMaker,
        "api_calls": VariedMaker,
        "conversations": VariedMaker,
        "org.datasets.conversions": VariedMaker,
        "org.api_calls": VariedMaker,
    }

    def __init__(self, data: Data, habits: ZooHabits) -> None:
        pages = Habits(
            page_size=min(_DEFAULT_LIMIT, habits.max_limit),
            most=habits.max_limit,
            empty_pages=habits.empty_pages,
            hostile_tokens=habits.hostile_tokens,
            ends_with_an_empty_page=habits.ends_with_an_empty_page,
            malformed=422,
            expired_status=400,
        )
        super().__init__(ZooClient, evolve(data, habits=pages))
        self._own = habits
        endings: tuple[dict[str, JSON], ...] = ({}, {"next_page": None}, {"next_page": ""})
        self._endings = cycle(endings)

    def respond(self, request: Asked, now: int) -> Answered:
        """Answer a request, if it is a GET by an account with the access that it needs."""
        if request.method != "GET" and not request.path.startswith(_FILES):
            raise RefusedError(405, "Method Not Allowed")
        is_theirs = request.path == _CALLS or request.path.startswith(_PROMPTS)
        if is_theirs and not self._own.staff:
            raise RefusedError(403, "This endpoint requires staff access.")
        answered = super().respond(request, now)
        if isinstance(answered.value, dict) and request.method == "POST":
            # What was asked for says what it is.
            del answered.value["type"]
        if request.path == _PARTS and _WITHOUT_PARTS in request.query:
            for part in answered.value["items"]:
                part.pop("outputs", None)
        return answered

    def prepared(self, params: Params) -> Params:
        """Have each listing be ascending, if the direction is ignored."""
        if not self._own.ignores_sort_direction or params.one("sort_by") != _DESCENDING:
            return params
        return evolve(params, values={**params.values, "sort_by": (_ASCENDING,)})

    def written(self, value: Any) -> Any:
        """Return the JSON of an answer: the end of a listing is told in each of three ways."""
        if value.get("next_page", "") is not None:
            return value
        del value["next_page"]
        return {**value, **next(self._endings)}

    def error(self, refusal: RefusedError, request_id: str) -> dict[str, Any]:
        """Zoo's error shape; only some errors have a code."""
        body = {"message": refusal.message, "request_id": request_id}
        code = refusal.reason or _ERROR_CODES.get(refusal.status)
        return {**body, "error_code": code} if code else body


class ZooItems(FakeItems):
    """The items of a fake Zoo, as the models of its client."""

    def operations(self, status: ApiCallStatus | str | None = None) -> list[AsyncApiCall]:
        """What a listing of the calls holds now, newest first.

        Args:
            status: Only this one; None for all.

        Raises:
            ValueError: There is no such status.
        """
        calls: list[AsyncApiCall] = self.items("operations", status=status)
        if status is None:
            # The service lists one status at a time; this is how a client orders several.
            calls.sort(key=lambda call: str(call.id))
            calls.sort(key=lambda call: call.created_at, reverse=True)
        return calls

    def prompts(self) -> list[MlPrompt]:
        """What a listing of the prompts holds now, newest first."""
        return self.items("ml_prompts")

    def add_operation(self, **given: Any) -> AsyncApiCall:
        """Add a call, created now; gives it as the listing has it.

        Args:
            given: As for :meth:`add`: ``status``, ``lifetime``, ``fails``, and fields of
                `AsyncApiCall` or of one of the results, such as ``type``, ``error`` or ``mass``,
                shown from the start. The others are made up.

        Raises:
            TypeError: No call or result has such a field.
            ValueError: Unknown status, negative lifetime, an id that is taken, ``created_at``.
            DecodeError: A value is not of the field's type. (``change("operations", id, ...)``
                takes any, for tests of what the client says to that.)
        """
        call: AsyncApiCall = self.add("operations", **given)
        return call

    def add_prompt(self, **given: Any) -> MlPrompt:
        """Add a prompt, created now. All is as in `add_operation`, with the fields of `MlPrompt`.

        Raises:
            TypeError: No prompt has such a field.
            ValueError: Unknown status, negative lifetime, an id that is taken, ``created_at``.
            DecodeError: A value is not of the field's type.
        """
        prompt: MlPrompt = self.add("ml_prompts", **given)
        return prompt


class FakeZoo(ZooItems, Fake[ZooClient]):
    """A fake Zoo: asynchronous API calls, ML prompts, and 25 items of each other resource.

    ``with FakeZoo() as zoo`` serves; ``with zoo.installed()`` makes it what ``ZooClient()`` finds.
    The pytest fixture ``fake_zoo`` does both. The data are the same in every run, with every
    status among them; ``operations=0, prompts=0`` begins with nothing.

    Args:
        operations: How many calls there are to begin with.
        prompts: How many prompts.
        habits: How this Zoo differs from the usual one.
        settings: As for :class:`~asyncops.testing.Fake`.

    Raises:
        ValueError: A number is out of range.
    """

    def __init__(
        self,
        *,
        operations: int = FEW,
        prompts: int = FEW,
        habits: ZooHabits | None = None,
        **settings: Unpack[FakeSettings],
    ) -> None:
        self._own = habits_of("habits", habits, ZooHabits)
        sizes = {"operations": operations, "ml_prompts": prompts}
        super().__init__(ZooClient, sizes, **settings)

    def __repr__(self) -> str:
        return "FakeZoo()"

    def _made(self, data: Data) -> Zoo:
        return Zoo(data, self._own)
