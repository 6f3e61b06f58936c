"""An operation that has just been started, and the way to its end."""

from typing import Generic, Unpack

from asyncops.errors import MayHaveStarted
from asyncops.kit.action import Accepted
from asyncops.kit.bound import Bound
from asyncops.kit.generics import F
from asyncops.models import Id, has_ended
from asyncops.polling.wait import WaitOptions


class Started(Generic[F]):
    """An operation that has just been started.

    ::

        started = await zoo.files.mass(Path("part.step"), src_format="step", material_density=7.85)
        print(started.id)  # another process may wait for it
        mass = (await started.wait()).mass

    Args:
        bound: The resource that has the operation.
        answer: What the request was answered with.

    Attributes:
        id: The operation's id.
        operation: The operation as the answer holds it; ``None`` if that names an id alone.

    Raises:
        MayHaveStarted: The answer names no id.
    """

    def __init__(self, bound: Bound[..., ...], answer: object) -> None:
        field = "id" if isinstance(answer, Accepted) else bound.description.id
        id_ = getattr(answer, field, None)
        if id_ is None:
            raise MayHaveStarted(f"{bound.where.name}: it was started, and the answer names no id")
        self.id: Id = id_
        kind = bound.description.result or bound.description.item
        is_whole = isinstance(kind, type) and isinstance(answer, kind)
        self.operation: F | None = answer if is_whole else None  # type: ignore[assignment]
        self._bound = bound

    def __repr__(self) -> str:
        return f"<Started {self.id} of {self._bound.where.name}>"

    async def wait(self, **options: Unpack[WaitOptions]) -> F:
        """Wait until the operation has ended, and return it.

        Nothing is sent if it had ended when it was started. The arguments and the errors are those
        of :meth:`asyncops.kit.operations.Lookups.wait`.
        """
        known = self.operation
        ended = known if known is not None and has_ended(known) else None
        operation: F = await self._bound.wait(self.id, ended=ended, **options)
        return operation
