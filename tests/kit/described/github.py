"""GitHub's workflow runs: numbered pages with a total, a cap on depth, a window, a place."""

from datetime import datetime

from attrs import frozen

from asyncops.kit import (
    Action,
    ByStatus,
    Client,
    Listing,
    ListOptions,
    Pages,
    Resource,
    Sample,
    Service,
    State,
    Status,
    Timestamp,
    Tracked,
    WatchOptions,
    Window,
    Within,
)


class RunStatus(Status):
    """Statuses and conclusions alike, as GitHub's own filter takes them."""

    QUEUED = "queued", State.PENDING
    REQUESTED = "requested", State.PENDING
    WAITING = "waiting", State.PENDING
    PENDING = "pending", State.PENDING
    IN_PROGRESS = "in_progress", State.RUNNING
    COMPLETED = "completed", State.SUCCEEDED
    SUCCESS = "success", State.SUCCEEDED
    NEUTRAL = "neutral", State.SUCCEEDED
    FAILURE = "failure", State.FAILED
    TIMED_OUT = "timed_out", State.FAILED
    STARTUP_FAILURE = "startup_failure", State.FAILED
    ACTION_REQUIRED = "action_required", State.FAILED
    CANCELLED = "cancelled", State.CANCELLED
    SKIPPED = "skipped", State.CANCELLED
    STALE = "stale", State.CANCELLED


@frozen(kw_only=True)
class Run(Tracked):
    """One run of a workflow."""

    id: int
    name: str | None = None
    status: RunStatus
    conclusion: RunStatus | None = None
    created_at: Timestamp
    updated_at: Timestamp
    run_started_at: Timestamp | None = None

    @property
    def state(self) -> State:
        """The conclusion decides once there is one."""
        return (self.conclusion or self.status).state

    @property
    def started_at(self) -> Timestamp | None:
        """GitHub's ``run_started_at``."""
        return self.run_started_at

    @property
    def finished_at(self) -> Timestamp | None:
        """The last change, once the run has ended."""
        return self.updated_at if self.state.ended else None

    @property
    def error(self) -> str | None:
        """GitHub tells no reason."""
        return None


@frozen
class Repository:
    """Where runs are."""

    owner: str
    repo: str


@frozen(kw_only=True)
class RunOptions(ListOptions):
    """Filters of workflow runs."""

    status: RunStatus | str | None = None
    branch: str | None = None
    event: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


@frozen(kw_only=True)
class RunWatchOptions(WatchOptions):
    """Filters of what is watched."""

    branch: str | None = None


RUNS = "/repos/{owner}/{repo}/actions/runs"


class GitHubClient(Client):
    """GitHub: workflow runs of Actions."""

    service = Service(
        name="github", title="GitHub", url="https://api.github.com", token="GITHUB_TOKEN"
    )
    runs = Within(
        Repository,
        Resource(
            Run,
            Listing(
                RUNS,
                "workflow_runs",
                paging=Pages(total="total_count", most=100, depth=1000),
                window=Window("created", form="{}..{}"),
                by_status=ByStatus("status"),
            ),
            options=RunOptions,
            watch=RunWatchOptions,
            reopens=True,
            get=f"{RUNS}/{{id}}",
            cancel=Action(f"{RUNS}/{{id}}/cancel"),
            sample=Sample(
                item={
                    "id": 30433642,
                    "name": "Build",
                    "status": "completed",
                    "conclusion": "success",
                    "created_at": "2026-01-22T19:33:08Z",
                    "updated_at": "2026-01-22T19:33:08Z",
                    "run_started_at": "2026-01-22T19:33:08Z",
                },
                by_state={
                    State.RUNNING: {"status": "in_progress", "conclusion": None},
                    State.FAILED: {"conclusion": "failure"},
                },
                started="run_started_at",
                finished="updated_at",
                error=None,
            ),
        ),
    )
