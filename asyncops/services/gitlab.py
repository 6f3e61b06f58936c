"""GitLab: pipelines of a project, and the jobs of a pipeline."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from attrs import evolve, field, frozen

from asyncops.kit import (
    Action,
    ByStatus,
    Client,
    Header,
    Listing,
    ListOptions,
    Order,
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


class PipelineStatus(Status):
    """Where a pipeline or a job is."""

    CREATED = "created", State.PENDING
    WAITING_FOR_RESOURCE = "waiting_for_resource", State.PENDING
    PREPARING = "preparing", State.PENDING
    WAITING_FOR_CALLBACK = "waiting_for_callback", State.PENDING
    PENDING = "pending", State.PENDING
    SCHEDULED = "scheduled", State.PENDING
    MANUAL = "manual", State.BLOCKED
    """Until somebody starts the next job."""
    RUNNING = "running", State.RUNNING
    CANCELING = "canceling", State.RUNNING
    SUCCESS = "success", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    CANCELED = "canceled", State.CANCELLED
    SKIPPED = "skipped", State.CANCELLED


Statuses = PipelineStatus | State | str | tuple[PipelineStatus | State | str, ...]


@frozen(kw_only=True)
class User:
    """Who caused a pipeline."""

    id: int | None = None
    username: str | None = None
    name: str | None = None
    state: str | None = None
    avatar_url: str | None = None
    web_url: str | None = None


@frozen(kw_only=True)
class _Common(Tracked):
    id: int
    iid: int | None = None
    project_id: int
    name: str | None = None
    status: PipelineStatus
    source: str
    ref: str
    sha: str
    web_url: str
    created_at: Timestamp
    updated_at: Timestamp

    @property
    def kind(self) -> str:
        """``source``: what caused it."""
        return self.source


@frozen(kw_only=True)
class Pipeline(_Common):
    """One pipeline, as the listing shows it: ``get`` tells the times and who caused it."""

    @property
    def started_at(self) -> datetime | None:
        """None: the listing does not tell it."""
        return None

    @property
    def finished_at(self) -> datetime | None:
        """None: the listing does not tell it."""
        return None

    @property
    def error(self) -> str | None:
        """None: the listing does not tell it."""
        return None


@frozen(kw_only=True)
class DetailedStatus:
    """The status in the words of GitLab's pages."""

    icon: str | None = None
    text: str | None = None
    label: str | None = None
    group: str | None = None
    tooltip: str | None = None
    has_details: bool | None = None
    details_path: str | None = None
    illustration: JSON = field(default=None, hash=False)
    favicon: str | None = None
    action: JSON = field(default=None, hash=False)


@frozen(kw_only=True)
class PipelineDetails(_Common):
    """One pipeline, as ``get`` shows it.

    Attributes:
        finished_at: The end; a pipeline that is retried keeps that of its last attempt.
        duration: Seconds that its jobs took.
        queued_duration: Seconds that it waited.
    """

    before_sha: str | None = None
    tag: bool | None = None
    yaml_errors: str | None = None
    user: User | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    committed_at: Timestamp | None = None
    duration: int | None = None
    queued_duration: float | None = None
    coverage: float | None = None
    detailed_status: DetailedStatus | None = None

    @property
    def error(self) -> str | None:
        """The errors in the configuration: GitLab tells no other reason."""
        return self.yaml_errors


@frozen(kw_only=True)
class Job(Tracked):
    """One job of a pipeline."""

    id: int
    name: str
    stage: str
    status: PipelineStatus
    ref: str
    tag: bool
    allow_failure: bool
    failure_reason: str | None = None
    coverage: float | None = None
    duration: float | None = None
    queued_duration: float | None = None
    tag_list: tuple[str, ...] | None = None
    user: User | None = None
    web_url: str
    created_at: Timestamp
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None

    @property
    def kind(self) -> str:
        """``stage``, under the name common to all services."""
        return self.stage

    @property
    def error(self) -> str | None:
        """``failure_reason``, under the name common to all services."""
        return self.failure_reason


@frozen
class Project:
    """Where pipelines are: the id of a project, or its path, such as ``gitlab-org/gitlab``."""

    project: int | str


@frozen
class PipelinePlace:
    """Where the jobs of one pipeline are."""

    project: int | str
    pipeline_id: int


@frozen(kw_only=True, slots=False)
class _Filters:
    """The filters of ``list`` and of ``watch``.

    Attributes:
        scope: ``"branches"`` or ``"tags"`` for the newest pipeline of each that still exists.
        ref: Only pipelines of this branch or tag.
        sha: Only pipelines of this commit.
        source: Only what this caused, such as ``push``; ``parent_pipeline`` for child pipelines,
            which are left out else.
        username: Only pipelines that this user caused.
        name: Only pipelines of this name.
        yaml_errors: Only pipelines whose configuration is wrong, or only others.
    """

    scope: str | None = None
    ref: str | None = None
    sha: str | None = None
    source: str | None = None
    username: str | None = None
    name: str | None = None
    yaml_errors: bool | None = None


@frozen(kw_only=True)
class PipelineOptions(_Filters, ListOptions):
    """The keyword arguments of ``gitlab.pipelines(...).list``.

    Attributes:
        status: One status or several, or a :class:`asyncops.State`.
        created_after: The earliest creation time.
        created_before: The latest creation time.
        updated_after: The earliest change.
        updated_before: The latest change.
    """

    status: Statuses | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None


@frozen(kw_only=True)
class PipelineWatchOptions(_Filters, WatchOptions):
    """The keyword arguments of ``gitlab.pipelines(...).watch``."""


@frozen(kw_only=True)
class JobWatchOptions(WatchOptions):
    """The keyword arguments of ``gitlab.jobs(...).watch``.

    Attributes:
        include_retried: Show jobs that were retried, beside those that took their places.
    """

    include_retried: bool | None = None


@frozen(kw_only=True)
class JobOptions(ListOptions):
    """The keyword arguments of ``gitlab.jobs(...).list``.

    Attributes:
        status: One status or several, or a :class:`asyncops.State`.
        include_retried: Show jobs that were retried, beside those that took their places.
    """

    status: Statuses | None = None
    include_retried: bool | None = None


@frozen(kw_only=True)
class PipelineInput:
    """What a pipeline is started with.

    Attributes:
        ref: The branch or the tag.
        variables: Variables, each as ``{"key": ..., "value": ...}``.
        inputs: The inputs that the configuration declares, by name.
    """

    ref: str
    variables: JSON = None
    inputs: JSON = None


_PROJECT = "/api/v4/projects/{project}"
_PIPELINE, _JOB = f"{_PROJECT}/pipelines/{{id}}", f"{_PROJECT}/jobs/{{id}}"
# GitLab counts up to 10,000 items. Pipelines may be more, and are read by their creation times: so
# none is lost where others are deleted meanwhile.
_UNCOUNTED = Pages(
    next=Header("X-Next-Page"), number=Header("X-Page"), used_size=Header("X-Per-Page"), most=100
)
_COUNTED = evolve(_UNCOUNTED, total=Header("X-Total"), pages=Header("X-Total-Pages"))
_PIPELINE_SAMPLE = Sample(
    item={
        "id": 1003,
        "iid": 103,
        "project_id": 21,
        "sha": "0123456789abcdef0123456789abcdef01234567",
        "ref": "main",
        "status": "success",
        "source": "push",
        "created_at": "2026-03-02T10:00:00.100Z",
        "updated_at": "2026-03-02T10:01:00.200Z",
        "web_url": "https://gitlab.example.com/acme/demo/-/pipelines/1003",
        "name": None,
    }
)
_JOB_SAMPLE = Sample(
    item={
        "id": 80004,
        "name": "rspec",
        "stage": "test",
        "status": "success",
        "ref": "main",
        "tag": False,
        "allow_failure": False,
        "tag_list": ["docker"],
        "web_url": "https://gitlab.example.com/acme/demo/-/jobs/80004",
        "created_at": "2026-03-02T10:00:00.100Z",
        "started_at": "2026-03-02T10:00:02.100Z",
        "finished_at": "2026-03-02T10:01:00.200Z",
    },
    by_state={State.FAILED: {"status": "failed", "failure_reason": "script_failure"}},
    error="failure_reason",
)


class GitLabClient(Client):
    """A client for GitLab's API, that of gitlab.com or of any other GitLab.

    The token comes from ``token=`` or ``GITLAB_TOKEN``, the address from ``base_url=`` or
    ``GITLAB_BASE_URL``, without ``/api/v4``. See :class:`asyncops.client.BaseClient` for all
    arguments.
    """

    service: ClassVar[Service] = Service(
        name="gitlab",
        title="GitLab",
        url="https://gitlab.com",
        token="GITLAB_TOKEN",  # noqa: S106 - the variable's name
        rate_limit=RateLimit("RateLimit-Remaining", "RateLimit-Reset", "epoch"),
    )
    pipelines: Final = Within(
        Project,
        Resource(
            Pipeline,
            Listing(
                f"{_PROJECT}/pipelines",
                paging=_UNCOUNTED,
                order=Order(param="sort"),
                window=Window(
                    "created_after", "created_before", resolution=timedelta(milliseconds=1)
                ),
                by_status=ByStatus(),
            ),
            options=PipelineOptions,
            watch=PipelineWatchOptions,
            get=_PIPELINE,
            result=PipelineDetails,
            start=Action(
                f"{_PROJECT}/pipeline", body="json", options=PipelineInput, result=PipelineDetails
            ),
            cancel=Action(f"{_PIPELINE}/cancel", result=PipelineDetails),
            # A retry goes back.
            reopens=True,
            sample=_PIPELINE_SAMPLE,
        ),
    )
    jobs: Final = Within(
        PipelinePlace,
        Resource(
            Job,
            Listing(
                f"{_PROJECT}/pipelines/{{pipeline_id}}/jobs",
                paging=_COUNTED,
                by_status=ByStatus("scope[]", many="repeat"),
            ),
            options=JobOptions,
            watch=JobWatchOptions,
            get=_JOB,
            cancel=Action(f"{_JOB}/cancel", result=Job),
            sample=_JOB_SAMPLE,
        ),
    )
