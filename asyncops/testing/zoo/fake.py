"""Zoo as a fake of its own, for tests of code that uses it."""

from typing import Any, Unpack

from asyncops.services.zoo import ApiCallStatus, AsyncApiCall, MlPrompt, ZooClient
from asyncops.testing.described.editing import FakeItems
from asyncops.testing.described.fake import Fake
from asyncops.testing.described.habits import Data
from asyncops.testing.fake import FEW, FakeSettings
from asyncops.testing.zoo.service import Zoo, ZooHabits

__all__ = ["FakeZoo", "ZooItems"]


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

    def add_operation(
        self,
        *,
        status: ApiCallStatus | str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        **fields: Any,
    ) -> AsyncApiCall:
        """Add a call, created now; gives it as the listing has it.

        Args:
            status: A status that it has at once and for good. None: it moves on with the clock,
                from ``queued`` to its end.
            lifetime: Seconds of the clock until its end. None: 12 to 60.
            fails: Whether that is a failure. None: as chance has it.
            fields: Fields of `AsyncApiCall` or of one of the results, such as ``type``,
                ``error`` or ``mass``; shown from the start. The others are made up.

        Raises:
            TypeError: No call or result has such a field.
            ValueError: Unknown status, negative lifetime, an id that is taken, ``created_at``.
            DecodeError: A value is not of the field's type. (``change("operations", id, ...)``
                takes any, for tests of what the client says to that.)
        """
        call: AsyncApiCall = self.add(
            "operations", status=status, lifetime=lifetime, fails=fails, **fields
        )
        return call

    def add_prompt(
        self,
        *,
        status: ApiCallStatus | str | None = None,
        lifetime: float | None = None,
        fails: bool | None = None,
        **fields: Any,
    ) -> MlPrompt:
        """Add a prompt, created now. All is as in `add_operation`, with the fields of `MlPrompt`.

        Raises:
            TypeError: No prompt has such a field.
            ValueError: Unknown status, negative lifetime, an id that is taken, ``created_at``.
            DecodeError: A value is not of the field's type.
        """
        prompt: MlPrompt = self.add(
            "ml_prompts", status=status, lifetime=lifetime, fails=fails, **fields
        )
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
        self._own = ZooHabits() if habits is None else habits
        sizes = {"operations": operations, "ml_prompts": prompts}
        super().__init__(ZooClient, sizes, **settings)

    def __repr__(self) -> str:
        return "FakeZoo()"

    def _made(self, data: Data) -> Zoo:
        return Zoo(data, self._own)
