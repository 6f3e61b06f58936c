"""GA4GH WES 1.1: runs of workflows, on any server that speaks the standard."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

from attrs import field, frozen

from asyncops.kit import (
    Action,
    Client,
    Listing,
    ListOptions,
    Resource,
    Sample,
    Service,
    Token,
    WatchOptions,
)
from asyncops.models import JSON, State, Status, Tracked, UtcTimestamp, key


class RunState(Status):
    """Where a run is. ``DELETING`` and ``DELETED`` are sapporo's own, and hide how a run ended.

    ``UNKNOWN`` is no end: sapporo says it for a moment while a run goes from one state to another.
    """

    UNKNOWN = "UNKNOWN", State.PENDING
    QUEUED = "QUEUED", State.PENDING
    INITIALIZING = "INITIALIZING", State.PENDING
    RUNNING = "RUNNING", State.RUNNING
    PAUSED = "PAUSED", State.BLOCKED
    CANCELING = "CANCELING", State.RUNNING
    DELETING = "DELETING", State.UNKNOWN
    COMPLETE = "COMPLETE", State.SUCCEEDED
    EXECUTOR_ERROR = "EXECUTOR_ERROR", State.FAILED
    SYSTEM_ERROR = "SYSTEM_ERROR", State.FAILED
    PREEMPTED = "PREEMPTED", State.FAILED
    CANCELED = "CANCELED", State.CANCELLED
    DELETED = "DELETED", State.UNKNOWN


@frozen(kw_only=True)
class Run(Tracked):
    """A run of a workflow, as the listing shows it.

    Attributes:
        id: The standard's ``run_id``.
        status: The standard's ``state``.
        started_at: The standard's ``start_time``; without a zone, it is taken to be UTC.
        finished_at: The standard's ``end_time``.
        tags: Whatever the run was started with.
    """

    id: str = key("run_id")
    status: RunState = key("state", default=RunState.UNKNOWN)
    started_at: UtcTimestamp | None = key("start_time", default=None)
    finished_at: UtcTimestamp | None = key("end_time", default=None)
    tags: dict[str, str] = field(factory=dict, hash=False)

    @property
    def created_at(self) -> datetime | None:
        """The start of the run: the standard tells no earlier time."""
        return self.started_at

    @property
    def error(self) -> str | None:
        """Nothing: ``get`` tells the reason of a failure."""
        return None


@frozen(kw_only=True)
class RunRequest:
    """What a run is started with.

    Attributes:
        workflow_url: The address of the workflow, which the server has to reach.
        workflow_type: Its language, such as ``CWL`` or ``WDL``.
        workflow_type_version: The version of the language.
        workflow_params: The inputs of the workflow.
        workflow_engine: The engine; some servers need it.
        workflow_engine_version: The version of the engine.
        workflow_engine_parameters: Settings of the engine.
        tags: Whatever is to be listed with the run.
    """

    workflow_url: str
    workflow_type: str
    workflow_type_version: str
    workflow_params: JSON = field(default=None, hash=False)
    workflow_engine: str | None = None
    workflow_engine_version: str | None = None
    workflow_engine_parameters: Mapping[str, str] | None = field(default=None, hash=False)
    tags: Mapping[str, str] | None = field(default=None, hash=False)


@frozen(kw_only=True)
class WorkflowLog:
    """The log of a run. ``stdout`` and ``stderr`` are addresses; some servers give the text."""

    name: str | None = None
    cmd: tuple[str, ...] | None = None
    started_at: UtcTimestamp | None = key("start_time", default=None)
    finished_at: UtcTimestamp | None = key("end_time", default=None)
    stdout: str | None = None
    stderr: str | None = None
    exit_code: int | None = None
    system_logs: tuple[str, ...] | None = None


@frozen(kw_only=True)
class TaskLog(WorkflowLog):
    """The log of one step of a run."""

    id: str | None = None
    tes_uri: str | None = None


@frozen(kw_only=True)
class RunLog(Tracked):
    """A run with its request, its log and what came of it, as ``get`` gives it."""

    id: str = key("run_id")
    request: RunRequest | None = None
    status: RunState = key("state", default=RunState.UNKNOWN)
    run_log: WorkflowLog | None = None
    task_logs_url: str | None = None
    task_logs: tuple[TaskLog, ...] | None = None
    outputs: JSON = field(default=None, hash=False)

    @property
    def created_at(self) -> datetime | None:
        """The start of the run: the standard tells no earlier time."""
        return self.started_at

    @property
    def started_at(self) -> datetime | None:
        """When the run began."""
        return self.run_log.started_at if self.run_log else None

    @property
    def finished_at(self) -> datetime | None:
        """When the run ended."""
        return self.run_log.finished_at if self.run_log else None

    @property
    def error(self) -> str | None:
        """The logs of the system for a run that failed, or else its exit code."""
        if self.state is not State.FAILED or self.run_log is None:
            return None
        told = "\n".join(self.run_log.system_logs or ())
        return told or f"the exit code is {self.run_log.exit_code}"


class WesClient(Client):
    """A client for a server of GA4GH WES 1.1, such as sapporo.

    The address comes from ``base_url=`` or ``WES_BASE_URL``, with the path of the API in it; the
    token from ``token=`` or ``WES_TOKEN``. Without one, requests carry none.
    See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="wes",
        title="GA4GH WES",
        url=None,
        token="WES_TOKEN",  # noqa: S106 - the variable's name
        optional_token=True,
        errors={"message": "msg"},
    )
    runs: Final = Resource(
        Run,
        # The standard leaves the order to each server, and has no filters.
        Listing("/runs", "runs", paging=Token(size="page_size", most=100), order=None),
        options=ListOptions,
        watch=WatchOptions,
        get="/runs/{id}",
        result=RunLog,
        start=Action("/runs", body="multipart", options=RunRequest, id="run_id"),
        cancel=Action("/runs/{id}/cancel", id="run_id"),
        sample=Sample(
            item={
                "run_id": "5f2b8c1e-7d0a-4c69-9f3e-2a1b6d4e8c70",
                "state": "COMPLETE",
                "start_time": "2026-05-04T09:00:20Z",
                "end_time": "2026-05-04T09:04:10Z",
                "tags": {"project": "dawn"},
            }
        ),
    )
