"""Waiting for an operation without holding a worker: one look a task, then later again."""

import math
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from taskiq import Context, NoResultError, ScheduledTask, ScheduleSource, TaskiqMessage

from asyncops.errors import AsyncOpsError, OperationFailed, WaitTimeout
from asyncops.models import Operation, State, has_ended
from asyncops.polling import PollPolicy, next_delay
from asyncops.rounds import Tolerance
from asyncops.waiting import overdue

__all__ = ["Later", "look_once"]

O = TypeVar("O", bound=Operation)  # noqa: E741 - an operation

Later = ScheduleSource | Callable[[TaskiqMessage, float], Awaitable[object]]
"""What brings a task back: a schedule source that a running scheduler reads, or what is called
with the task's message and the seconds after which it has to be sent again."""

_LOOKS = "asyncops_looks"
_BEGAN = "asyncops_began"
_ANSWERED = "asyncops_answered"
_UNREAD = "asyncops_unread"


async def look_once(
    context: Context,
    operation: Awaitable[O],
    *,
    later: Later,
    poll: PollPolicy = PollPolicy(),
    raise_on_failure: bool = True,
) -> O:
    """The operation if it has ended; if not, the task ends here and runs again later.

    ``prompt = await look_once(context, zoo.ml_prompts.get(id), later=source)`` goes on behind
    that line only when the prompt has ended. Until then each run of the task looks once and
    sends the task's message again, with the same arguments and the same task id, so that whoever
    waits for its result gets that of the last run; between the looks no worker is held. A worker
    that dies on the way costs nothing if the broker acknowledges a message when its task is done
    (taskiq's default): the look is done again. So a look may be done twice, and so may be what
    the task does behind it.

    A look that fails with what may pass (a lost connection, 5xx, 429) is made up for by the next
    one, after the time that the service asked to wait (120 s or the policy's cap at most). So is
    an answer that is no JSON, such as a gateway's page, once there was a good answer; before that,
    the third such look ends the task. All else ends it at once. Errors that take more than a
    message, such as ``OperationFailed``, come out of taskiq's result backends as a
    plain ``Exception`` with their words: catch them in the task where more is wanted.

    Args:
        context: The task's own: ``context: Context = TaskiqDepends()``.
        operation: The look, not awaited yet.
        later: What brings the task back.
        poll: How often to look, and for how long in all, from the first look's beginning on; by
            the workers' clocks. The last look is when the time is up.
        raise_on_failure: Whether failure is an error; if not, the operation is given all the same.

    Raises:
        NoResultError: It has not ended, and the task was put off: let it pass, as taskiq's own
            ``context.requeue()`` wants it.
        OperationFailed: It ended, but not in success; the error carries it as ``operation``.
        WaitTimeout: It had not ended in time; the error carries what was seen as ``last``.
        AsyncOpsError: The look failed, and no other would fare better.
    """
    labels = dict(context.message.labels)
    began = float(labels.get(_BEGAN, time.time()))
    looks = int(labels.get(_LOOKS, 0)) + 1
    tolerance = Tolerance(
        answered=bool(int(labels.get(_ANSWERED, 0))), unread=int(labels.get(_UNREAD, 0))
    )
    seen: O | None = None
    error: AsyncOpsError | None = None
    try:
        seen = await operation
    except AsyncOpsError as failure:
        if not tolerance.bears(failure):
            raise
        error = failure
    if seen is not None and has_ended(seen):
        if raise_on_failure and seen.state is not State.SUCCEEDED:
            raise OperationFailed.of(seen)
        return seen
    elapsed = max(0.0, time.time() - began)
    left = math.inf if poll.timeout is None else poll.timeout - elapsed
    if left <= 0:
        raise _timeout(seen, error, elapsed) from error
    delay = next_delay(poll, looks, error, left=left)
    labels |= {
        _BEGAN: began,
        _LOOKS: looks,
        _ANSWERED: int(tolerance.answered or seen is not None),
        _UNREAD: tolerance.unread,
    }
    await _send(later, context.message.model_copy(update={"labels": labels}), delay, looks)
    raise NoResultError


def _timeout(seen: Operation | None, error: AsyncOpsError | None, elapsed: float) -> WaitTimeout:
    if seen is None:
        return WaitTimeout(f"the last look, after {elapsed:.1f} s, failed: {error}")
    return overdue(str(seen.id), seen, elapsed, None)


async def _send(later: Later, message: TaskiqMessage, delay: float, looks: int) -> None:
    if not isinstance(later, ScheduleSource):
        await later(message, delay)
        return
    scheduled = ScheduledTask(
        task_name=message.task_name,
        labels=message.labels,
        args=message.args,
        kwargs=message.kwargs,
        task_id=message.task_id,
        # The same for the same look, so that one that is done twice is put off once.
        schedule_id=f"{message.task_id}-{looks}",
        time=datetime.fromtimestamp(time.time() + delay, UTC),
    )
    await later.add_schedule(scheduled)
