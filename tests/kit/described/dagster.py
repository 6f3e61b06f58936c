"""Dagster's runs: one query by POST, the id of the last run, times in seconds."""

from attrs import frozen

from asyncops.kit import (
    After,
    Auth,
    ByStatus,
    Client,
    EpochSeconds,
    Listing,
    ListOptions,
    Resource,
    Sample,
    Service,
    State,
    Status,
    Tracked,
    WatchOptions,
    key,
    param,
)

# In one line, since a text that is sent holds no line breaks.
QUERY = (
    "query($cursor: String, $limit: Int, $filter: RunsFilter) "
    "{ runsOrError(cursor: $cursor, limit: $limit, filter: $filter) "
    "{ ... on Runs { results { runId status jobName creationTime startTime endTime } } "
    "... on PythonError { message } } }"
)


class RunStatus(Status):
    """Where a run is."""

    QUEUED = "QUEUED", State.PENDING
    STARTING = "STARTING", State.PENDING
    STARTED = "STARTED", State.RUNNING
    CANCELING = "CANCELING", State.RUNNING
    SUCCESS = "SUCCESS", State.SUCCEEDED
    FAILURE = "FAILURE", State.FAILED
    CANCELED = "CANCELED", State.CANCELLED


@frozen(kw_only=True)
class Run(Tracked):
    """One run of a job."""

    id: str = key("runId")
    status: RunStatus
    job: str = key("jobName")
    created_at: EpochSeconds = key("creationTime")
    started_at: EpochSeconds | None = key("startTime", default=None)
    finished_at: EpochSeconds | None = key("endTime", default=None)
    error: str | None = None


@frozen(kw_only=True)
class RunOptions(ListOptions):
    """Filters of runs."""

    query: str = QUERY
    status: RunStatus | str | tuple[RunStatus | str, ...] | None = None
    job: str | None = param("variables.filter.pipelineName")


@frozen(kw_only=True)
class RunWatchOptions(WatchOptions):
    """What a watch asks with."""

    query: str = QUERY


class DagsterClient(Client):
    """Dagster: runs of jobs."""

    service = Service(
        name="dagster",
        title="Dagster",
        url=None,
        token="DAGSTER_TOKEN",
        auth=Auth(header="Dagster-Cloud-Api-Token", form="{}"),
        ok="data.runsOrError.message",  # an error comes with status 200, in the place of the runs
    )
    runs = Resource(
        Run,
        Listing(
            "/graphql",
            "data.runsOrError.results",
            paging=After(
                param="variables.cursor", more=None, ends="empty page", size="variables.limit"
            ),
            by_status=ByStatus("variables.filter.statuses", many="list"),
            method="POST",
        ),
        options=RunOptions,
        watch=RunWatchOptions,
        sample=Sample(
            item={
                "runId": "0f7c",
                "status": "SUCCESS",
                "jobName": "nightly",
                "creationTime": 1767225600.25,
                "startTime": 1767225601.5,
                "endTime": 1767225660.75,
            },
            id="runId",
            created="creationTime",
            started="startTime",
            finished="endTime",
            error=None,
        ),
    )
