"""Waiting for an operation without a worker: each run of a task polls once."""

import math
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from taskiq import Context, NoResultError, ScheduledTask, ScheduleSource, TaskiqMessage

from asyncops.errors import AsyncOpsError, OperationFailed, WaitTimeout
from asyncops.models import Operation, State, has_ended
from asyncops.polling.backoff import next_delay
from asyncops.polling.policy import BlockedPolicy, OnBlocked, PollPolicy, Tolerance
from asyncops.polling.wait import overdue

O = TypeVar("O", bound=Operation)  # noqa: E741 - an operation

Later = ScheduleSource | Callable[[TaskiqMessage, float], Awaitable[object]]
"""Sends a task again: a schedule source that a running scheduler reads, or a function that gets
the task's message and the seconds after which to send it."""

_POLLS = "asyncops_polls"
_BEGAN = "asyncops_began"
_ANSWERED = "asyncops_answered"
_UNREAD = "asyncops_unread"
_BLOCKED = "asyncops_blocked"


async def poll_once(
    context: Context,
    operation: Awaitable[O],
    *,
    later: Later,
    poll: PollPolicy = PollPolicy(),
    raise_on_failure: bool = True,
    on_blocked: OnBlocked = "wait",
) -> O:
    """Return the operation if it has ended; otherwise end this task and run it again later.

    ``prompt = await poll_once(context, zoo.ml_prompts.get(id), later=source)`` returns only when
    the prompt has ended. Until then each run of the task polls once and sends the task's message
    again, with the same arguments and the same task id, so that a caller who waits for the task's
    result gets the result of the last run. Between two polls no worker is occupied. Where a worker
    dies and the broker acknowledges a message after its task (taskiq's default), another worker
    polls again. So a poll may happen twice, and so may the rest of the task.

    After an error that may pass (a lost connection, 5xx, 429) the next poll comes when the service
    asked for it, at most after 120 s or the policy's cap. An answer that is no JSON, such as a
    gateway's page, counts as such an error once there was a good answer; before that, the third
    one ends the task. All other errors end the task at once. Errors with more than a message, such
    as ``OperationFailed``, come out of taskiq's result backends as a plain ``Exception`` with the
    same text: catch them in the task to get more.

    Args:
        context: The task's own: ``context: Context = TaskiqDepends()``.
        operation: The request for the operation, not awaited yet.
        later: Sends the task again.
        poll: How often to poll, and for how long since the first poll, by the workers' clocks. The
            last poll happens at the timeout.
        raise_on_failure: Whether a failed operation is an error; otherwise it is returned too.
        on_blocked: ``"raise"`` raises where the operation waits for a person.

    Raises:
        NoResultError: The operation has not ended, and the task will run again: do not catch this
            error, which taskiq's own ``context.requeue()`` raises too.
        OperationFailed: The operation failed; the error carries it as ``operation``.
        OperationBlocked: It waits for a person, and ``on_blocked`` is ``"raise"``.
        WaitTimeout: The operation had not ended in time; the error carries it as ``last``.
        AsyncOpsError: The poll failed, and no further poll would help.
    """
    labels = dict(context.message.labels)
    began = float(labels.get(_BEGAN, time.time()))
    polls = int(labels.get(_POLLS, 0)) + 1
    tolerance = Tolerance(
        answered=bool(int(labels.get(_ANSWERED, 0))), not_json=int(labels.get(_UNREAD, 0))
    )
    blocked = BlockedPolicy.checked(on_blocked)
    blocked.logged = bool(int(labels.get(_BLOCKED, 0)))
    seen: O | None = None
    error: AsyncOpsError | None = None
    try:
        seen = await operation
    except AsyncOpsError as failure:
        if not tolerance.allows(failure):
            raise
        error = failure
    if seen is not None and has_ended(seen):
        if raise_on_failure and seen.state is not State.SUCCEEDED:
            raise OperationFailed.of(seen)
        return seen
    held = None if seen is None else blocked.error(seen)
    if held is not None:
        raise held
    elapsed = max(0.0, time.time() - began)
    left = math.inf if poll.timeout is None else poll.timeout - elapsed
    if left <= 0:
        raise _timeout(seen, error, elapsed) from error
    delay = next_delay(poll, polls, error, left=left)
    labels |= {
        _BEGAN: began,
        _POLLS: polls,
        _ANSWERED: int(tolerance.answered or seen is not None),
        _UNREAD: tolerance.not_json,
        _BLOCKED: int(blocked.logged),
    }
    await _send(later, context.message.model_copy(update={"labels": labels}), delay, polls)
    raise NoResultError


def _timeout(seen: Operation | None, error: AsyncOpsError | None, elapsed: float) -> WaitTimeout:
    if seen is None:
        return WaitTimeout(f"the last poll, after {elapsed:.1f} s, failed: {error}")
    return overdue(str(seen.id), seen, elapsed, None)


async def _send(later: Later, message: TaskiqMessage, delay: float, polls: int) -> None:
    if not isinstance(later, ScheduleSource):
        await later(message, delay)
        return
    scheduled = ScheduledTask(
        task_name=message.task_name,
        labels=message.labels,
        args=message.args,
        kwargs=message.kwargs,
        task_id=message.task_id,
        # The same for the same poll: one that happens twice is scheduled once.
        schedule_id=f"{message.task_id}-{polls}",
        time=datetime.fromtimestamp(time.time() + delay, UTC),
    )
    await later.add_schedule(scheduled)
