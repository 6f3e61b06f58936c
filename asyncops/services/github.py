"""GitHub Actions: runs of a repository or of one workflow, and the jobs of a run."""

from datetime import datetime
from typing import ClassVar, Final

from attrs import field, frozen

from asyncops.kit import (
    Action,
    ByStatus,
    Client,
    Link,
    Listing,
    ListOptions,
    Pages,
    RateLimit,
    Resource,
    Sample,
    Service,
    WatchOptions,
    Window,
    Within,
)
from asyncops.models import JSON, State, Status, Timestamp, Tracked


class RunStatus(Status):
    """Statuses and conclusions alike, as GitHub's own filter takes them."""

    REQUESTED = "requested", State.PENDING
    QUEUED = "queued", State.PENDING
    PENDING = "pending", State.PENDING
    WAITING = "waiting", State.BLOCKED
    """By a rule that protects a deployment, most often that somebody reviews it."""
    IN_PROGRESS = "in_progress", State.RUNNING
    COMPLETED = "completed", State.UNKNOWN
    """Ended; the conclusion says how."""
    SUCCESS = "success", State.SUCCEEDED
    NEUTRAL = "neutral", State.SUCCEEDED
    FAILURE = "failure", State.FAILED
    TIMED_OUT = "timed_out", State.FAILED
    STARTUP_FAILURE = "startup_failure", State.FAILED
    ACTION_REQUIRED = "action_required", State.FAILED
    CANCELLED = "cancelled", State.CANCELLED
    SKIPPED = "skipped", State.CANCELLED
    STALE = "stale", State.CANCELLED


def _state(status: RunStatus | None, conclusion: RunStatus | None) -> State:
    """Return the state: only what is completed has a conclusion that counts."""
    if status == RunStatus.COMPLETED and conclusion is not None:
        return conclusion.state
    return State.UNKNOWN if status is None else status.state


@frozen(kw_only=True)
class User:
    """Who caused a run."""

    id: int
    login: str
    type: str


@frozen(kw_only=True)
class Commit:
    """What a run was about."""

    id: str
    message: str
    timestamp: Timestamp


@frozen(kw_only=True)
class Run(Tracked):
    """One run of a workflow. A rerun keeps the id and the creation time."""

    id: int
    name: str | None = None
    display_title: str
    status: RunStatus | None
    conclusion: RunStatus | None
    event: str
    head_branch: str | None
    head_sha: str
    head_commit: Commit | None = field(repr=False)
    workflow_id: int
    path: str
    run_number: int
    run_attempt: int | None = None
    check_suite_id: int | None = None
    actor: User | None = None
    triggering_actor: User | None = None
    html_url: str
    created_at: Timestamp
    updated_at: Timestamp
    run_started_at: Timestamp | None = None

    @property
    def state(self) -> State:
        """That of the conclusion, once the run is completed."""
        return _state(self.status, self.conclusion)

    @property
    def kind(self) -> str:
        """The workflow's name."""
        return self.name or self.path

    @property
    def started_at(self) -> datetime | None:
        """The start of the last attempt."""
        return self.run_started_at

    @property
    def finished_at(self) -> datetime | None:
        """The last change of a completed run: GitHub tells no end."""
        return self.updated_at if self.status == RunStatus.COMPLETED else None

    @property
    def error(self) -> str | None:
        """None: GitHub tells no reason."""
        return None


@frozen(kw_only=True)
class Step:
    """One step of a job."""

    number: int
    name: str
    status: RunStatus
    conclusion: str | None
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None


@frozen(kw_only=True)
class Job(Tracked):
    """One job of a run."""

    id: int
    run_id: int
    run_attempt: int | None = None
    name: str
    workflow_name: str | None
    status: RunStatus
    conclusion: RunStatus | None
    head_branch: str | None
    head_sha: str
    steps: tuple[Step, ...] | None = field(default=None, repr=False)
    labels: tuple[str, ...]
    runner_id: int | None
    runner_name: str | None
    runner_group_id: int | None
    runner_group_name: str | None
    html_url: str | None
    created_at: Timestamp
    started_at: Timestamp
    completed_at: Timestamp | None

    @property
    def state(self) -> State:
        """That of the conclusion, once the job is completed."""
        return _state(self.status, self.conclusion)

    @property
    def finished_at(self) -> datetime | None:
        """``completed_at``, under the name common to all services."""
        return self.completed_at

    @property
    def error(self) -> str | None:
        """The first step that failed; GitHub tells no reason."""
        failed = (each.name for each in self.steps or () if each.conclusion == "failure")
        return next(failed, None)


@frozen
class Repository:
    """Where runs are."""

    owner: str
    repo: str


@frozen
class Workflow:
    """Where the runs of one workflow are; ``workflow_id`` may be its file, as ``ci.yml``."""

    owner: str
    repo: str
    workflow_id: int | str


@frozen
class RunPlace:
    """Where the jobs of one run are."""

    owner: str
    repo: str
    run_id: int


@frozen(kw_only=True)
class RunWatchOptions(WatchOptions):
    """The keyword arguments of ``github.runs(...).watch``."""

    branch: str | None = None
    event: str | None = None
    actor: str | None = None
    head_sha: str | None = None


@frozen(kw_only=True)
class RunOptions(ListOptions):
    """The keyword arguments of ``github.runs(...).list``.

    Attributes:
        status: A status or a conclusion, several, or a :class:`asyncops.State`.
        branch: Only runs of this branch.
        event: Only runs that this event caused, such as ``push``.
        actor: Only runs that this user caused.
        head_sha: Only runs of this commit.
        check_suite_id: Only runs of this check suite.
        exclude_pull_requests: Leave the pull requests out of the answers.
        created_after: The earliest creation time.
        created_before: The latest creation time.
    """

    status: RunStatus | State | str | tuple[RunStatus | State | str, ...] | None = None
    branch: str | None = None
    event: str | None = None
    actor: str | None = None
    head_sha: str | None = None
    check_suite_id: int | None = None
    exclude_pull_requests: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


@frozen(kw_only=True)
class JobOptions(ListOptions):
    """The keyword arguments of ``github.jobs(...).list``.

    Attributes:
        filter: ``"latest"`` for the jobs of the last attempt, which is GitHub's default; ``"all"``
            for those of all attempts.
    """

    filter: str | None = None


@frozen(kw_only=True)
class Dispatch:
    """What a workflow is started with.

    Attributes:
        ref: The branch or the tag.
        inputs: The inputs that the workflow declares.
        return_run_details: Whether GitHub says which run it is; without, there is no id.
    """

    ref: str
    inputs: JSON = None
    return_run_details: bool = True


_ACTIONS = "/repos/{owner}/{repo}/actions"
_RUN, _WORKFLOW = f"{_ACTIONS}/runs/{{id}}", f"{_ACTIONS}/workflows/{{workflow_id}}"
_CHANGES = ("status", "conclusion", "run_attempt")
_TIME = "2026-03-02T10:00:00Z"
_RUN_SAMPLE = Sample(
    item={
        "id": 30433642103,
        "name": "CI",
        "display_title": "Mend the build",
        "status": "completed",
        "conclusion": "success",
        "event": "push",
        "head_branch": "main",
        "head_sha": "0123456789abcdef0123456789abcdef01234567",
        "head_commit": {"id": "0123456789abcdef", "message": "Mend it", "timestamp": _TIME},
        "workflow_id": 159038,
        "path": ".github/workflows/ci.yml",
        "run_number": 412,
        "run_attempt": 1,
        "actor": {"id": 7, "login": "octo", "type": "User"},
        "html_url": "https://github.com/acme/demo/actions/runs/30433642103",
        "created_at": _TIME,
        "updated_at": _TIME,
        "run_started_at": _TIME,
    },
    by_state={
        State.PENDING: {"status": "queued", "conclusion": None},
        State.RUNNING: {"status": "in_progress", "conclusion": None},
        State.BLOCKED: {"status": "waiting", "conclusion": None},
        State.FAILED: {"conclusion": "failure"},
        State.CANCELLED: {"conclusion": "cancelled"},
    },
    started="run_started_at",
    finished="updated_at",
)
_JOB_SAMPLE = Sample(
    item={
        "id": 80433642103,
        "run_id": 30433642103,
        "name": "test",
        "workflow_name": "CI",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "main",
        "head_sha": "0123456789abcdef0123456789abcdef01234567",
        "steps": [{"number": 1, "name": "Test", "status": "completed", "conclusion": "success"}],
        "labels": ["ubuntu-latest"],
        "runner_id": 7,
        "runner_name": "GitHub Actions 7",
        "runner_group_id": 2,
        "runner_group_name": "GitHub Actions",
        "html_url": "https://github.com/acme/demo/actions/runs/30433642103/job/80433642103",
        "created_at": _TIME,
        "started_at": _TIME,
        "completed_at": _TIME,
    },
    by_state={
        State.PENDING: {"status": "queued", "conclusion": None, "completed_at": None},
        State.RUNNING: {"status": "in_progress", "conclusion": None, "completed_at": None},
        State.FAILED: {"conclusion": "failure"},
        State.CANCELLED: {"conclusion": "cancelled"},
    },
    finished="completed_at",
)


def _runs(path: str) -> Listing:
    return Listing(
        path,
        "workflow_runs",
        # Filtered listings have at most 1,000 runs, and do not say that there are more.
        paging=Pages(total="total_count", next=Link("next"), most=100, depth=1000),
        window=Window("created", form="{}..{}"),
        by_status=ByStatus(),
    )


class GitHubClient(Client):
    """A client for GitHub's API: the runs of Actions, and their jobs.

    The token comes from ``token=`` or ``GITHUB_TOKEN``, the address from ``base_url=`` or
    ``GITHUB_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="github",
        title="GitHub",
        url="https://api.github.com",
        token="GITHUB_TOKEN",  # noqa: S106 - the variable's name
        headers={"X-GitHub-Api-Version": "2022-11-28"},
        request_id=("X-GitHub-Request-Id",),
        rate_limit=RateLimit("X-RateLimit-Remaining", "X-RateLimit-Reset", "epoch", also={403}),
    )
    runs: Final = Within(
        Repository,
        Resource(
            Run,
            _runs(f"{_ACTIONS}/runs"),
            options=RunOptions,
            watch=RunWatchOptions,
            get=_RUN,
            cancel=Action(f"{_RUN}/cancel"),
            reopens=True,
            changes=_CHANGES,
            sample=_RUN_SAMPLE,
        ),
    )
    workflow_runs: Final = Within(
        Workflow,
        Resource(
            Run,
            _runs(f"{_WORKFLOW}/runs"),
            options=RunOptions,
            watch=RunWatchOptions,
            get=_RUN,
            start=Action(
                f"{_WORKFLOW}/dispatches", body="json", options=Dispatch, id="workflow_run_id"
            ),
            cancel=Action(f"{_RUN}/cancel"),
            reopens=True,
            changes=_CHANGES,
            sample=_RUN_SAMPLE,
        ),
    )
    jobs: Final = Within(
        RunPlace,
        Resource(
            Job,
            Listing(
                f"{_ACTIONS}/runs/{{run_id}}/jobs",
                "jobs",
                paging=Pages(total="total_count", next=Link("next"), most=100),
                order=None,
            ),
            options=JobOptions,
            watch=WatchOptions,
            get=f"{_ACTIONS}/jobs/{{id}}",
            sample=_JOB_SAMPLE,
        ),
    )
