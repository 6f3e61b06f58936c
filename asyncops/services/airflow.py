"""Airflow 3: runs of DAGs, and the task instances of a run."""

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
    Order,
    Resource,
    Sample,
    Service,
    Token,
    WatchOptions,
    Within,
)
from asyncops.models import JSON, State, Status, Timestamp, Tracked, key


class DagRunStatus(Status):
    """Where a run of a DAG is."""

    QUEUED = "queued", State.PENDING
    RUNNING = "running", State.RUNNING
    SUCCESS = "success", State.SUCCEEDED
    FAILED = "failed", State.FAILED


class TaskInstanceStatus(Status):
    """Where a task instance is. One that was skipped or removed has done no work."""

    SCHEDULED = "scheduled", State.PENDING
    QUEUED = "queued", State.PENDING
    RUNNING = "running", State.RUNNING
    RESTARTING = "restarting", State.RUNNING
    UP_FOR_RETRY = "up_for_retry", State.PENDING
    UP_FOR_RESCHEDULE = "up_for_reschedule", State.PENDING
    DEFERRED = "deferred", State.RUNNING
    AWAITING_INPUT = "awaiting_input", State.BLOCKED
    SUCCESS = "success", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    UPSTREAM_FAILED = "upstream_failed", State.FAILED
    SKIPPED = "skipped", State.CANCELLED
    REMOVED = "removed", State.CANCELLED


@frozen
class Dag:
    """A DAG by its id, or ``"~"`` for all of them."""

    dag_id: str


@frozen
class RunOfDag:
    """A run by the ids of its DAG and its own; ``"~"`` for all runs, or for all DAGs."""

    dag_id: str
    dag_run_id: str


@frozen(kw_only=True)
class DagRun(Tracked):
    """A run of a DAG.

    Attributes:
        id: Airflow's ``dag_run_id``, which only runs of other DAGs may have, too.
        status: Airflow's ``state``.
        queued_at: When it was queued; again, if it was cleared since.
        run_after: The earliest time at which it runs.
    """

    id: str = key("dag_run_id")
    dag_id: str
    status: DagRunStatus = key("state")
    run_type: str
    triggered_by: str | None
    triggering_user_name: str | None
    queued_at: Timestamp | None
    run_after: Timestamp
    started_at: Timestamp | None = key("start_date")
    finished_at: Timestamp | None = key("end_date")
    logical_date: Timestamp | None
    data_interval_start: Timestamp | None
    data_interval_end: Timestamp | None
    conf: dict[str, JSON] | None = field(hash=False)
    note: str | None

    @property
    def full_id(self) -> str:
        """What tells it from all other runs, such as ``etl/manual__2026-05-04``."""
        return f"{self.dag_id}/{self.id}"

    @property
    def kind(self) -> str:
        """The DAG, under the name common to all services."""
        return self.dag_id

    @property
    def created_at(self) -> datetime:
        """When it was queued; of a run that never was, the earliest time at which it runs."""
        return self.queued_at or self.run_after

    @property
    def error(self) -> str | None:
        """Nothing: the task instances tell what failed."""
        return None


@frozen(kw_only=True)
class TaskInstance(Tracked):
    """A task of a run.

    Attributes:
        id: Airflow's ``task_id``; ``get`` takes ``load/3`` for one of a mapped task.
        uuid: Airflow's ``id``, which is another one after the instance was cleared.
        status: Airflow's ``state``; ``None`` until it is scheduled.
        map_index: Its number among those of a mapped task, or -1.
    """

    id: str = key("task_id")
    uuid: UUID = key("id")
    dag_id: str
    dag_run_id: str
    map_index: int
    status: TaskInstanceStatus | None = key("state")
    try_number: int
    max_tries: int
    operator: str | None
    pool: str
    queue: str | None
    hostname: str | None
    note: str | None
    created_at: Timestamp | None = key("scheduled_when")
    queued_at: Timestamp | None = key("queued_when")
    started_at: Timestamp | None = key("start_date")
    finished_at: Timestamp | None = key("end_date")
    duration: float | None

    @property
    def full_id(self) -> str:
        """What tells it from all others, such as ``etl/manual__2026-05-04/load/3``."""
        number = "" if self.map_index < 0 else f"/{self.map_index}"
        return f"{self.dag_id}/{self.dag_run_id}/{self.id}{number}"

    @property
    def kind(self) -> str:
        """The operator, under the name common to all services."""
        return self.operator or ""

    @property
    def state(self) -> State:
        """That of its status; one without a status has yet to be scheduled."""
        return State.PENDING if self.status is None else self.status.state

    @property
    def error(self) -> str | None:
        """Nothing: the log of the task tells why it failed."""
        return None


@frozen(kw_only=True, slots=False)
class _RunFilters:
    """The filters of ``list`` and of ``watch``.

    Attributes:
        dag_id_pattern: Only runs of DAGs whose id holds this text.
        run_id_prefix_pattern: Only runs whose id begins with this text.
        run_type: Only runs of this type, or of these, such as ``"scheduled"`` or ``"manual"``.
        run_after_gte: Only runs that run at this time or later.
        run_after_lte: Only runs that run at this time or earlier.
    """

    dag_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    run_type: str | tuple[str, ...] | None = None
    run_after_gte: datetime | None = None
    run_after_lte: datetime | None = None


@frozen(kw_only=True)
class DagRunOptions(_RunFilters, ListOptions):
    """The keyword arguments of ``airflow.dag_runs(dag_id).list``.

    Attributes:
        status: One status or several, or a :class:`asyncops.State`.
        order_by: ``"-id"`` for the newest first, ``"id"`` for the oldest.
    """

    status: DagRunStatus | str | tuple[DagRunStatus | str, ...] | None = None
    order_by: str | None = None


@frozen(kw_only=True)
class DagRunWatchOptions(_RunFilters, WatchOptions):
    """The keyword arguments of ``airflow.dag_runs(dag_id).watch``.

    Attributes:
        status: Only changes to runs that are in one of these statuses before or after the change.
    """

    status: DagRunStatus | str | tuple[DagRunStatus | str, ...] | None = None


@frozen(kw_only=True)
class TaskInstanceOptions(ListOptions):
    """The keyword arguments of ``airflow.task_instances(dag_id, dag_run_id).list``.

    Attributes:
        status: One status or several, or a :class:`asyncops.State`.
        pool: Only those of this pool, or of these.
    """

    status: TaskInstanceStatus | str | tuple[TaskInstanceStatus | str, ...] | None = None
    pool: str | tuple[str, ...] | None = None


@frozen(kw_only=True)
class TaskInstanceWatchOptions(WatchOptions):
    """The keyword arguments of ``airflow.task_instances(dag_id, dag_run_id).watch``.

    Attributes:
        status: Only changes to those that are in one of these statuses before or after the change.
    """

    status: TaskInstanceStatus | str | tuple[TaskInstanceStatus | str, ...] | None = None


@frozen(kw_only=True)
class DagRunInput:
    """What a run is started with.

    Attributes:
        dag_run_id: Its id; Airflow makes one up unless told.
        logical_date: The time that it stands for; ``None`` for none, so that there may be several.
        run_after: The earliest time at which it runs; ``None`` for now.
        conf: The parameters of the DAG.
        note: A note.
        data_interval_start: The beginning of its data; goes with ``data_interval_end``.
        data_interval_end: The end of its data.
    """

    dag_run_id: str | None = None
    logical_date: datetime | None = None
    run_after: datetime | None = None
    conf: Mapping[str, JSON] | None = field(default=None, hash=False)
    note: str | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None


_RUNS = "/api/v2/dags/{dag_id}/dagRuns"
_TASKS = f"{_RUNS}/{{dag_run_id}}/taskInstances"
# Rows that leave a filter pull others over the edge of a page of offsets, which no count tells. The
# first page is asked for with an empty cursor.
_CURSOR = Token("next_cursor", "cursor", first="", size="limit", most=100)


class AirflowClient(Client):
    """A client for Airflow 3: runs of DAGs, and their task instances.

    The address comes from ``base_url=`` or ``AIRFLOW_BASE_URL``; the token, as ``/auth/token``
    gives it, from ``token=`` or ``AIRFLOW_TOKEN``. ``token=`` may be an async function that gets a
    new one whenever one has run out. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="airflow",
        title="Airflow",
        url=None,
        token="AIRFLOW_TOKEN",  # noqa: S106 - the variable's name
        optional_token=True,
    )
    dag_runs: Final = Within(
        Dag,
        Resource(
            DagRun,
            Listing(
                _RUNS,
                "dag_runs",
                paging=_CURSOR,
                order=Order(param="order_by", newest="-id", oldest="id"),
                by_status=ByStatus("state", many="repeat"),
            ),
            options=DagRunOptions,
            watch=DagRunWatchOptions,
            get=f"{_RUNS}/{{id}}",
            start=Action(
                _RUNS,
                body="json",
                options=DagRunInput,
                result=DagRun,
                defaults={"logical_date": None},
            ),
            identity="full_id",
            reopens=True,
            changes=("status", "queued_at", "started_at", "finished_at", "note"),
            hints={404: "A run is asked for at its own DAG, not at ~."},
            sample=Sample(
                item={
                    "dag_run_id": "manual__2026-05-04T09:00:00+00:00",
                    "dag_id": "etl",
                    "state": "success",
                    "run_type": "manual",
                    "triggered_by": "rest_api",
                    "triggering_user_name": "Anonymous",
                    "queued_at": "2026-05-04T09:00:00.104250Z",
                    "run_after": "2026-05-04T09:00:00.100000Z",
                    "start_date": "2026-05-04T09:00:01.500000Z",
                    "end_date": "2026-05-04T09:04:10.210000Z",
                    "logical_date": None,
                    "data_interval_start": None,
                    "data_interval_end": None,
                    "conf": {"region": "north"},
                    "note": None,
                },
                created="queued_at",
            ),
        ),
    )
    task_instances: Final = Within(
        RunOfDag,
        Resource(
            TaskInstance,
            Listing(
                _TASKS,
                "task_instances",
                paging=_CURSOR,
                order=None,
                by_status=ByStatus("state", many="repeat"),
            ),
            options=TaskInstanceOptions,
            watch=TaskInstanceWatchOptions,
            get=f"{_TASKS}/{{+id}}",
            identity="full_id",
            reopens=True,
            sample=Sample(
                item={
                    "id": "019e05c2-8a51-7f2e-9c44-1b6d7e3f2a90",
                    "task_id": "load",
                    "dag_id": "etl",
                    "dag_run_id": "manual__2026-05-04T09:00:00+00:00",
                    "map_index": -1,
                    "state": "success",
                    "try_number": 1,
                    "max_tries": 2,
                    "operator": "PythonOperator",
                    "pool": "default_pool",
                    "queue": "default",
                    "hostname": "worker-1",
                    "note": None,
                    "scheduled_when": "2026-05-04T09:00:01.600000Z",
                    "queued_when": "2026-05-04T09:00:01.900000Z",
                    "start_date": "2026-05-04T09:00:02.500000Z",
                    "end_date": "2026-05-04T09:04:09.900000Z",
                    "duration": 247.4,
                }
            ),
        ),
    )
