"""Prefect 3: flow runs, on Prefect Cloud or a server of one's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from attrs import field, frozen

from asyncops.kit import (
    Action,
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Offset,
    Resource,
    Sample,
    Service,
    WatchOptions,
    param,
)
from asyncops.models import JSON, OpenEnum, State, Status, Timestamp, Tracked, key


class FlowRunStatus(Status):
    """Where a flow run is: Prefect's type of its state."""

    SCHEDULED = "SCHEDULED", State.PENDING
    PENDING = "PENDING", State.PENDING
    RUNNING = "RUNNING", State.RUNNING
    PAUSED = "PAUSED", State.BLOCKED
    CANCELLING = "CANCELLING", State.RUNNING
    COMPLETED = "COMPLETED", State.SUCCEEDED
    FAILED = "FAILED", State.FAILED
    CRASHED = "CRASHED", State.FAILED
    CANCELLED = "CANCELLED", State.CANCELLED


class FlowRunSort(OpenEnum):
    """The orders of flow runs.

    Only by ``ID_DESC`` no two runs are alike and no run moves, so that a walk loses none.
    """

    ID_DESC = "ID_DESC"
    START_TIME_ASC = "START_TIME_ASC"
    START_TIME_DESC = "START_TIME_DESC"
    EXPECTED_START_TIME_ASC = "EXPECTED_START_TIME_ASC"
    EXPECTED_START_TIME_DESC = "EXPECTED_START_TIME_DESC"
    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    NEXT_SCHEDULED_START_TIME_ASC = "NEXT_SCHEDULED_START_TIME_ASC"
    END_TIME_DESC = "END_TIME_DESC"


@frozen(kw_only=True)
class FlowRunState:
    """The state that a flow run is in.

    Attributes:
        status: Prefect's ``type``.
        name: A finer word, such as ``Late`` or ``AwaitingRetry``.
        message: What Prefect says of it.
    """

    id: UUID
    status: FlowRunStatus = key("type")
    name: str | None = None
    timestamp: Timestamp | None = None
    message: str | None = None


@frozen(kw_only=True)
class FlowRun(Tracked):
    """A run of a flow.

    Attributes:
        status: Prefect's ``state_type``.
        state_name: A finer word, such as ``Late``.
        details: Prefect's ``state``.
        expected_start_time: When it is to start.
    """

    id: UUID
    name: str = ""
    flow_id: UUID
    deployment_id: UUID | None = None
    status: FlowRunStatus | None = key("state_type", default=None)
    state_name: str | None = None
    details: FlowRunState | None = key("state", default=None)
    created_at: Timestamp | None = key("created")
    updated_at: Timestamp | None = key("updated")
    expected_start_time: Timestamp | None = None
    next_scheduled_start_time: Timestamp | None = None
    started_at: Timestamp | None = key("start_time", default=None)
    finished_at: Timestamp | None = key("end_time", default=None)
    total_run_time: float = 0.0
    run_count: int = 0
    auto_scheduled: bool = False
    tags: tuple[str, ...] = ()
    parameters: dict[str, JSON] = field(factory=dict, hash=False)
    labels: dict[str, JSON] = field(factory=dict, hash=False)
    parent_task_run_id: UUID | None = None
    work_pool_name: str | None = None
    work_queue_name: str | None = None

    @property
    def state(self) -> State:
        """That of its status; a run without one has yet to begin."""
        return State.PENDING if self.status is None else self.status.state

    @property
    def error(self) -> str | None:
        """What Prefect says of a run that failed."""
        return self.details.message if self.details and self.state is State.FAILED else None


@frozen(kw_only=True, slots=False)
class _Filters:
    """The filters of ``list`` and of ``watch``.

    Attributes:
        flows: Only runs of these flows, by name.
        deployments: Only runs of these deployments, by name.
        tags: Only runs that have all of these tags.
        expected_after: Only runs that are to start at this time or later.
        expected_before: Only runs that are to start at this time or earlier.
    """

    flows: tuple[str, ...] | None = param("flows.name.any_")
    deployments: tuple[str, ...] | None = param("deployments.name.any_")
    tags: tuple[str, ...] | None = param("flow_runs.tags.all_")
    expected_after: datetime | None = param("flow_runs.expected_start_time.after_")
    expected_before: datetime | None = param("flow_runs.expected_start_time.before_")


@frozen(kw_only=True)
class FlowRunOptions(_Filters, ListOptions):
    """The keyword arguments of ``prefect.flow_runs.list``.

    Attributes:
        status: One status or several, or a :class:`asyncops.State`. An ended one is sent as a
            filter where it is the only one; all others are filtered for here.
        sort: The order. In every order but the default, walks may lose runs that move.
    """

    status: FlowRunStatus | str | tuple[FlowRunStatus | str, ...] | None = None
    sort: FlowRunSort | str = FlowRunSort.ID_DESC


@frozen(kw_only=True)
class FlowRunWatchOptions(_Filters, WatchOptions):
    """The keyword arguments of ``prefect.flow_runs.watch``.

    Each poll reads all runs that the filters leave: ``expected_after`` makes that fewer.

    Attributes:
        status: Only changes to runs that are in one of these statuses before or after the change.
    """

    status: FlowRunStatus | str | tuple[FlowRunStatus | str, ...] | None = None


@frozen(kw_only=True)
class FlowRunInput:
    """What a run of a deployment is started with.

    Attributes:
        deployment_id: The deployment.
        name: The name of the run; Prefect makes one up unless told.
        parameters: What differs from the deployment's parameters.
        tags: The tags of the run.
        idempotency_key: A second start with the same key gives the first run.
        work_queue_name: The work queue.
        job_variables: What differs from the job variables of the deployment.
    """

    deployment_id: UUID | str
    name: str | None = None
    parameters: Mapping[str, JSON] | None = field(default=None, hash=False)
    tags: tuple[str, ...] | None = None
    idempotency_key: str | None = None
    work_queue_name: str | None = None
    job_variables: Mapping[str, JSON] | None = field(default=None, hash=False)


class PrefectClient(Client):
    """A client for Prefect 3: flow runs.

    The address comes from ``base_url=`` or ``PREFECT_BASE_URL``, with the path of the API in it, as
    in ``http://127.0.0.1:4200/api``; the key from ``token=`` or ``PREFECT_API_KEY``.
    See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="prefect",
        title="Prefect",
        url=None,
        token="PREFECT_API_KEY",  # noqa: S106 - the variable's name
        optional_token=True,
    )
    flow_runs: Final = Resource(
        FlowRun,
        Listing(
            "/flow_runs/filter",
            method="POST",
            # The times that it sorts by are those of many runs, or move.
            paging=Offset(most=200, ends="empty page"),
            order=None,
            by_status=ByStatus("flow_runs.state.type.any_", many="list"),
        ),
        options=FlowRunOptions,
        watch=FlowRunWatchOptions,
        get="/flow_runs/{id}",
        start=Action(
            "/deployments/{deployment_id}/create_flow_run",
            body="json",
            options=FlowRunInput,
            result=FlowRun,
        ),
        cancel=Action(
            "/flow_runs/{id}/set_state",
            body="json",
            defaults={"state.type": "CANCELLING"},
            id="state.state_details.flow_run_id",
            # What Prefect rejects and aborts has status 200 as well. A run that nothing runs is
            # cancelled at once, which it calls a rejection.
            accepted={"state.type": ("CANCELLING", "CANCELLED")},
        ),
        reopens=True,
        changes=("status", "state_name", "updated_at"),
        sample=Sample(
            item={
                "id": "6f0d2c1e-9a84-4e57-b3d1-7c5a2e9f4b60",
                "created": "2026-05-04T09:00:00.104250Z",
                "updated": "2026-05-04T09:04:10.220000Z",
                "name": "calm-otter",
                "flow_id": "0b7e4d92-51c3-4f6a-8e2d-9d3f1a6c7b58",
                "deployment_id": None,
                "state_type": "COMPLETED",
                "state_name": "Completed",
                "state": {
                    "id": "c2a95f37-84d0-4b1e-a6f9-3e7d5b2c8a14",
                    "type": "COMPLETED",
                    "name": "Completed",
                    "timestamp": "2026-05-04T09:04:10.210000Z",
                    "message": None,
                },
                "expected_start_time": "2026-05-04T09:00:00.103000Z",
                "next_scheduled_start_time": None,
                "start_time": "2026-05-04T09:00:20.500000Z",
                "end_time": "2026-05-04T09:04:10.210000Z",
                "total_run_time": 229.71,
                "run_count": 1,
                "auto_scheduled": False,
                "tags": ["nightly"],
                "parameters": {"region": "north"},
                "labels": {},
                "parent_task_run_id": None,
                "work_pool_name": None,
                "work_queue_name": None,
            },
            by_state={
                State.FAILED: {
                    "state_type": "FAILED",
                    "state_name": "Failed",
                    "state": {"type": "FAILED", "name": "Failed", "message": "no such region"},
                }
            },
            error="state.message",
        ),
    )
