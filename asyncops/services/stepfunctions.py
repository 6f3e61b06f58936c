"""AWS Step Functions: executions of state machines."""

from datetime import datetime
from typing import ClassVar, Final

from attrs import field, frozen

from asyncops.kit import (
    Action,
    ByStatus,
    Client,
    Get,
    Listing,
    ListOptions,
    Resource,
    Sample,
    Service,
    SigV4,
    Token,
    WatchOptions,
    param,
    sent_as,
)
from asyncops.models import EpochSeconds, State, Status, Tracked, key


class ExecutionStatus(Status):
    """Where an execution is."""

    PENDING_REDRIVE = "PENDING_REDRIVE", State.PENDING
    RUNNING = "RUNNING", State.RUNNING
    SUCCEEDED = "SUCCEEDED", State.SUCCEEDED
    FAILED = "FAILED", State.FAILED
    TIMED_OUT = "TIMED_OUT", State.FAILED
    ABORTED = "ABORTED", State.CANCELLED


@frozen(kw_only=True)
class Execution(Tracked):
    """An execution of a state machine, as the listing shows it.

    Attributes:
        id: Its ARN.
        name: Its name, the end of the ARN.
        started_at: AWS's ``startDate``.
        finished_at: AWS's ``stopDate``.
        item_count: How many items a Map Run has given it.
        redrive_count: How often it was redriven.
    """

    id: str = key("executionArn")
    name: str
    status: ExecutionStatus
    state_machine_arn: str = key("stateMachineArn")
    state_machine_version_arn: str | None = key("stateMachineVersionArn", default=None)
    state_machine_alias_arn: str | None = key("stateMachineAliasArn", default=None)
    map_run_arn: str | None = key("mapRunArn", default=None)
    item_count: int | None = key("itemCount", default=None)
    created_at: EpochSeconds = key("startDate")
    finished_at: EpochSeconds | None = key("stopDate", default=None)
    redrive_count: int | None = key("redriveCount", default=None)
    redriven_at: EpochSeconds | None = key("redriveDate", default=None)

    @property
    def started_at(self) -> datetime:
        """Its creation: AWS tells one time for both."""
        return self.created_at

    @property
    def error(self) -> str | None:
        """Nothing: ``get`` tells the reason of a failure."""
        return None


@frozen(kw_only=True)
class DataDetails:
    """Whether AWS shows the whole input or output."""

    included: bool | None = None


@frozen(kw_only=True)
class ExecutionDetails(Tracked):
    """An execution with its input and what came of it, as ``get`` gives it.

    Attributes:
        id: Its ARN.
        name: Its name, the end of the ARN.
        input: JSON, as a text.
        output: JSON, as a text; ``None`` unless it has succeeded.
        error_name: AWS's ``error``, such as ``States.TaskFailed``.
        cause: What went wrong, in the words of the task.
    """

    id: str = key("executionArn")
    name: str | None = None
    status: ExecutionStatus
    state_machine_arn: str = key("stateMachineArn")
    state_machine_version_arn: str | None = key("stateMachineVersionArn", default=None)
    state_machine_alias_arn: str | None = key("stateMachineAliasArn", default=None)
    map_run_arn: str | None = key("mapRunArn", default=None)
    created_at: EpochSeconds = key("startDate")
    finished_at: EpochSeconds | None = key("stopDate", default=None)
    input: str | None = key("input", default=None, repr=False)
    input_details: DataDetails | None = key("inputDetails", default=None)
    output: str | None = key("output", default=None, repr=False)
    output_details: DataDetails | None = key("outputDetails", default=None)
    trace_header: str | None = key("traceHeader", default=None)
    error_name: str | None = key("error", default=None)
    cause: str | None = None
    redrive_count: int | None = key("redriveCount", default=None)
    redriven_at: EpochSeconds | None = key("redriveDate", default=None)
    redrive_status: str | None = key("redriveStatus", default=None)
    redrive_status_reason: str | None = key("redriveStatusReason", default=None)

    @property
    def started_at(self) -> datetime:
        """Its creation: AWS tells one time for both."""
        return self.created_at

    @property
    def error(self) -> str | None:
        """AWS's name of the error and the cause."""
        return ": ".join(filter(None, (self.error_name, self.cause))) or None


@frozen(kw_only=True)
class ExecutionOptions(ListOptions):
    """The keyword arguments of ``stepfunctions.executions.list``.

    Attributes:
        state_machine_arn: The state machine, or a version or an alias of it.
        status: One status or several, or a :class:`asyncops.State`. A single one is sent; several
            are filtered for here.
        redrive_filter: ``REDRIVEN`` or ``NOT_REDRIVEN``.
    """

    state_machine_arn: str = field(metadata=sent_as("stateMachineArn"))
    status: ExecutionStatus | str | tuple[ExecutionStatus | str, ...] | None = None
    redrive_filter: str | None = param("redriveFilter", default=None)


@frozen(kw_only=True)
class ExecutionWatchOptions(WatchOptions):
    """The keyword arguments of ``stepfunctions.executions.watch``.

    Attributes:
        state_machine_arn: The state machine, or a version or an alias of it.
        status: Only changes to executions that are in one of these statuses before or after.
    """

    state_machine_arn: str = field(metadata=sent_as("stateMachineArn"))
    status: ExecutionStatus | str | tuple[ExecutionStatus | str, ...] | None = None


@frozen(kw_only=True)
class ExecutionInput:
    """What an execution is started with.

    Attributes:
        state_machine_arn: The state machine, or a version or an alias of it.
        name: The name, which no other execution of 90 days may have; AWS makes one up unless told.
            The same name with the same input, while that one runs, gives the running execution.
        input: JSON, as a text.
        trace_header: The header of AWS X-Ray.
    """

    state_machine_arn: str = field(metadata=sent_as("stateMachineArn"))
    name: str | None = None
    input: str | None = None
    trace_header: str | None = param("traceHeader", default=None)


@frozen(kw_only=True)
class ExecutionStop:
    """What a stopped execution says of itself.

    Attributes:
        error: A name for the error.
        cause: Why it was stopped.
    """

    error: str | None = None
    cause: str | None = None


def _asking_for(operation: str) -> dict[str, str]:
    """Return the headers by which AWS tells one operation from another."""
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"AWSStepFunctions.{operation}",
    }


class StepFunctionsClient(Client):
    """A client for AWS Step Functions: executions. It needs the extra ``asyncops[aws]``.

    The address is that of the region ``AWS_REGION``, unless ``base_url=`` or
    ``STEPFUNCTIONS_BASE_URL`` holds one. The credentials are those that AWS's own tools find,
    such as ``AWS_ACCESS_KEY_ID`` with ``AWS_SECRET_ACCESS_KEY``, unless ``token=`` or
    ``STEPFUNCTIONS_CREDENTIALS`` holds others; see :class:`asyncops.kit.SigV4`.
    See :class:`asyncops.client.BaseClient` for all arguments.
    """

    service: ClassVar[Service] = Service(
        name="stepfunctions",
        title="AWS Step Functions",
        url="https://states.{AWS_REGION}.amazonaws.com",
        token="STEPFUNCTIONS_CREDENTIALS",  # noqa: S106 - the variable's name
        optional_token=True,
        auth=SigV4("states"),
        request_id=("x-amzn-RequestId",),
        errors={"code": "__type"},
        codes={
            "UnrecognizedClientException": 401,
            "ExpiredTokenException": 401,
            "InvalidSignatureException": 401,
            "AccessDeniedException": 403,
            "KmsAccessDeniedException": 403,
            "InvalidArn": 404,
            "ExecutionDoesNotExist": 404,
            "StateMachineDoesNotExist": 404,
            "ResourceNotFound": 404,
            "ExecutionAlreadyExists": 409,
            "ThrottlingException": 429,
            "KmsThrottlingException": 429,
        },
    )
    executions: Final = Resource(
        Execution,
        Listing(
            "/",
            "executions",
            method="POST",
            paging=Token(next="nextToken", param="nextToken", size="maxResults", most=1000),
            # What runs is sorted by its start, what has ended by its end.
            order=None,
            by_status=ByStatus("statusFilter"),
            headers=_asking_for("ListExecutions"),
        ),
        options=ExecutionOptions,
        watch=ExecutionWatchOptions,
        get=Get("/", body={"executionArn": "{id}"}, headers=_asking_for("DescribeExecution")),
        result=ExecutionDetails,
        start=Action(
            "/",
            body="json",
            options=ExecutionInput,
            id="executionArn",
            headers=_asking_for("StartExecution"),
        ),
        cancel=Action(
            "/",
            body="json",
            defaults={"executionArn": "{id}"},
            options=ExecutionStop,
            headers=_asking_for("StopExecution"),
        ),
        reopens=True,
        changes=("status", "redrive_count"),
        sample=Sample(
            item={
                "executionArn": "arn:aws:states:eu-west-1:123456789012:execution:lights:dawn-17",
                "stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:lights",
                "name": "dawn-17",
                "status": "SUCCEEDED",
                "startDate": 1_777_885_200.481,
                "stopDate": 1_777_885_450.22,
            }
        ),
    )
