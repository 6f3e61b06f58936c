"""A service that nobody has: numbered runs, timed in milliseconds, their state in two fields."""

from attrs import frozen

from asyncops.kit import (
    Client,
    EpochMillis,
    Listing,
    ListOptions,
    Pages,
    Resource,
    Service,
    State,
    Status,
    Tracked,
    WatchOptions,
    key,
)


class RunStatus(Status):
    """How far a run is, and how it ended."""

    QUEUED = "QUEUED", State.PENDING
    PENDING = "PENDING", State.PENDING
    RUNNING = "RUNNING", State.RUNNING
    BLOCKED = "BLOCKED", State.BLOCKED
    TERMINATING = "TERMINATING", State.RUNNING
    SUCCESS = "SUCCESS", State.SUCCEEDED
    FAILED = "FAILED", State.FAILED
    INTERNAL_ERROR = "INTERNAL_ERROR", State.FAILED
    CANCELED = "CANCELED", State.CANCELLED


@frozen(kw_only=True)
class RunState:
    """What the service says of a run's state."""

    life_cycle: RunStatus = key("life_cycle_state")
    result: RunStatus | None = key("result_state", default=None)
    message: str = key("state_message", default="")


@frozen(kw_only=True)
class Run(Tracked):
    """One run of a job."""

    id: int = key("run_id")
    name: str = key("run_name", default="")
    told: RunState = key("state")
    created_at: EpochMillis = key("start_time")
    # 0 until the run has ended.
    finished_at: EpochMillis | None = key("end_time", default=None)

    @property
    def status(self) -> RunStatus:
        """The result, once there is one."""
        return self.told.result or self.told.life_cycle

    @property
    def started_at(self) -> None:
        """Not told."""

    @property
    def error(self) -> str | None:
        """Why it failed."""
        return self.told.message or None


class MillClient(Client):
    """A mill: its runs may be repaired after they have ended."""

    service = Service(name="mill", title="Mill", url="https://mill.example", token="MILL_TOKEN")
    runs = Resource(
        Run,
        Listing(
            "/runs/list",
            "runs",
            paging=Pages(
                size="limit",
                total="count.total",
                pages="count.pages",
                number="count.page",
                used_size="count.limit",
            ),
        ),
        options=ListOptions,
        watch=WatchOptions,
        get="/runs/get?run_id={id}",
        reopens=True,
    )
