"""CircleCI: the pipelines of a project, their workflows and the jobs of these."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from attrs import field, frozen

from asyncops.kit import (
    Action,
    Auth,
    Client,
    Collection,
    Listing,
    ListOptions,
    RateLimit,
    Resource,
    Sample,
    Service,
    Token,
    WatchOptions,
    Within,
)
from asyncops.models import JSON, OpenEnum, State, Status, Timestamp, Tracked, key


class PipelineState(OpenEnum):
    """How far a pipeline is set up; its workflows tell what comes of it."""

    CREATED = "created"
    ERRORED = "errored"
    SETUP_PENDING = "setup-pending"
    SETUP = "setup"
    PENDING = "pending"


class WorkflowStatus(Status):
    """Where a workflow is."""

    RUNNING = "running", State.RUNNING
    FAILING = "failing", State.RUNNING
    """A job has failed, and others go on."""
    ON_HOLD = "on_hold", State.BLOCKED
    SUCCESS = "success", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    ERROR = "error", State.FAILED
    UNAUTHORIZED = "unauthorized", State.FAILED
    NOT_RUN = "not_run", State.CANCELLED
    CANCELED = "canceled", State.CANCELLED


class JobStatus(Status):
    """Where a job is."""

    NOT_RUNNING = "not_running", State.PENDING
    BLOCKED = "blocked", State.PENDING
    """Jobs that it requires have not ended."""
    QUEUED = "queued", State.PENDING
    RUNNING = "running", State.RUNNING
    ON_HOLD = "on_hold", State.BLOCKED
    SUCCESS = "success", State.SUCCEEDED
    FAILED = "failed", State.FAILED
    RETRIED = "retried", State.FAILED
    INFRASTRUCTURE_FAIL = "infrastructure_fail", State.FAILED
    TIMEDOUT = "timedout", State.FAILED
    TERMINATED_UNKNOWN = "terminated-unknown", State.FAILED
    UNAUTHORIZED = "unauthorized", State.FAILED
    NOT_RUN = "not_run", State.CANCELLED
    CANCELED = "canceled", State.CANCELLED


class PipelineErrorType(OpenEnum):
    """What was wrong with the set-up of a pipeline."""

    CONFIG = "config"
    CONFIG_FETCH = "config-fetch"
    INVALID_TRIGGER_SETUP = "invalid-trigger-setup"
    TRIGGER_RULE = "trigger-rule"
    PERMISSION = "permission"
    PLAN = "plan"
    TIMEOUT = "timeout"
    OTHER = "other"


class TriggerType(OpenEnum):
    """How a pipeline was triggered."""

    WEBHOOK = "webhook"
    EXPLICIT = "explicit"
    API = "api"
    SCHEDULED_PIPELINE = "scheduled_pipeline"


class JobType(OpenEnum):
    """What a job is: a build, or the approval of a person."""

    BUILD = "build"
    APPROVAL = "approval"


@frozen(kw_only=True)
class PipelineError:
    """Why a pipeline could not be set up."""

    type: PipelineErrorType
    message: str


@frozen(kw_only=True)
class Actor:
    """Who has triggered a pipeline."""

    login: str
    avatar_url: str | None


@frozen(kw_only=True)
class Trigger:
    """What has triggered a pipeline."""

    type: TriggerType
    received_at: Timestamp
    actor: Actor


@frozen(kw_only=True)
class Commit:
    """What a commit says."""

    subject: str | None
    body: str | None


@frozen(kw_only=True)
class Vcs:
    """The revision that a pipeline is about: that of a branch or of a tag."""

    provider_name: str
    origin_repository_url: str
    target_repository_url: str
    revision: str | None
    branch: str | None = None
    tag: str | None = None
    review_id: str | None = None
    review_url: str | None = None
    commit: Commit | None = None


@frozen(kw_only=True)
class Pipeline:
    """One pipeline of a project."""

    id: UUID
    number: int
    project_slug: str
    setup_state: PipelineState = key("state")
    errors: tuple[PipelineError, ...]
    created_at: Timestamp
    updated_at: Timestamp | None = None
    trigger: Trigger
    trigger_parameters: dict[str, JSON] | None = field(default=None, hash=False)
    vcs: Vcs | None = None


@frozen(kw_only=True)
class Workflow(Tracked):
    """One workflow of a pipeline; a rerun is another one."""

    id: UUID
    name: str
    status: WorkflowStatus
    created_at: Timestamp
    finished_at: Timestamp | None = key("stopped_at", default=None)
    pipeline_id: UUID
    pipeline_number: int
    project_slug: str
    tag: str | None = None
    started_by: UUID
    canceled_by: UUID | None = None
    errored_by: UUID | None = None
    auto_rerun_number: int | None = None
    max_auto_reruns: int | None = None

    @property
    def kind(self) -> str:
        """The name of the workflow."""
        return self.name

    @property
    def started_at(self) -> datetime:
        """Its creation."""
        return self.created_at

    @property
    def error(self) -> None:
        """CircleCI tells no reason."""


@frozen(kw_only=True)
class Job(Tracked):
    """One job of a workflow.

    Attributes:
        job_number: Its number in the project, once it runs.
        approval_request_id: What to approve, of a job that waits for a person.
        dependencies: The ids of the jobs that have to end before it.
    """

    id: UUID
    name: str
    type: JobType
    status: JobStatus
    job_number: int | None = None
    project_slug: str
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = key("stopped_at", default=None)
    dependencies: tuple[UUID, ...]
    requires: dict[str, JSON] | None = field(default=None, hash=False)
    approved_by: UUID | None = None
    canceled_by: UUID | None = None
    approval_request_id: UUID | None = None

    @property
    def kind(self) -> str:
        """The name of the job."""
        return self.name

    @property
    def created_at(self) -> datetime | None:
        """Its start: CircleCI tells no creation."""
        return self.started_at

    @property
    def error(self) -> None:
        """CircleCI tells no reason."""


@frozen
class Project:
    """A project: the three parts of its slug, such as ``gh``, ``acme`` and ``demo``."""

    provider: str
    organization: str
    project: str


@frozen
class PipelinePlace:
    """A pipeline."""

    pipeline_id: UUID | str


@frozen
class WorkflowPlace:
    """A workflow."""

    workflow_id: UUID | str


@frozen(kw_only=True)
class PipelineOptions(ListOptions):
    """The keyword arguments of ``circleci.pipelines(...).list``.

    Attributes:
        branch: Only those of this branch.
    """

    branch: str | None = None


_PAGES = Token("next_page_token", "page-token")
_PROJECT = "gh/acme/demo"
_TIME, _LATER = "2026-03-02T10:00:02.000Z", "2026-03-02T10:09:00.000Z"

_PIPELINE_SAMPLE = Sample(
    item={
        "id": "5034460f-c7c4-4c43-9457-de07e2020026",
        "errors": [],
        "project_slug": _PROJECT,
        "number": 26,
        "state": "created",
        "created_at": _TIME,
        "updated_at": _TIME,
        "trigger": {
            "type": "webhook",
            "received_at": _TIME,
            "actor": {"login": "dev", "avatar_url": None},
        },
    }
)

_WORKFLOW_SAMPLE = Sample(
    item={
        "id": "6034460f-c7c4-4c43-9457-de07e2020001",
        "name": "build",
        "status": "success",
        "created_at": _TIME,
        "stopped_at": _LATER,
        "pipeline_id": "5034460f-c7c4-4c43-9457-de07e2020026",
        "pipeline_number": 26,
        "project_slug": _PROJECT,
        "started_by": "7034460f-c7c4-4c43-9457-de07e2020001",
    }
)

_JOB_SAMPLE = Sample(
    item={
        "id": "8034460f-c7c4-4c43-9457-de07e2020001",
        "name": "test",
        "type": "build",
        "status": "success",
        "job_number": 61,
        "project_slug": _PROJECT,
        "started_at": _TIME,
        "stopped_at": _LATER,
        "dependencies": [],
    }
)


class CircleCIClient(Client):
    """A client for CircleCI's API: pipelines, workflows and jobs.

    The token comes from ``token=`` or ``CIRCLECI_TOKEN``, the address from ``base_url=`` or
    ``CIRCLECI_BASE_URL``. See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="circleci",
        title="CircleCI",
        url="https://circleci.com/api/v2",
        token="CIRCLECI_TOKEN",  # noqa: S106 - the variable's name
        auth=Auth(header="Circle-Token", form="{}"),
        rate_limit=RateLimit("RateLimit-Remaining", "RateLimit-Reset", "seconds"),
    )
    pipelines: Final = Within(
        Project,
        Collection(
            Pipeline,
            Listing(
                "/project/{provider}/{organization}/{project}/pipeline",
                "items",
                paging=_PAGES,
                order=None,
            ),
            options=PipelineOptions,
            get="/pipeline/{id}",
            sample=_PIPELINE_SAMPLE,
        ),
    )
    workflows: Final = Within(
        PipelinePlace,
        Resource(
            Workflow,
            Listing("/pipeline/{pipeline_id}/workflow", "items", paging=_PAGES, order=None),
            options=ListOptions,
            watch=WatchOptions,
            get="/workflow/{id}",
            cancel=Action("/workflow/{id}/cancel"),
            sample=_WORKFLOW_SAMPLE,
        ),
    )
    jobs: Final = Within(
        WorkflowPlace,
        Resource(
            Job,
            Listing("/workflow/{workflow_id}/job", "items", paging=_PAGES, order=None),
            options=ListOptions,
            watch=WatchOptions,
            sample=_JOB_SAMPLE,
        ),
    )
