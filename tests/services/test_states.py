"""What asyncops/services/README.md says of statuses whose states are no matter of course."""

import pytest

from asyncops import State
from asyncops.kit import Status
from asyncops.services import airflow, circleci, github, gitlab, openai, replicate, stepfunctions


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (airflow.TaskInstanceStatus("skipped"), State.CANCELLED),
        (airflow.TaskInstanceStatus("removed"), State.CANCELLED),
        (github.RunStatus("waiting"), State.BLOCKED),
        (github.RunStatus("action_required"), State.FAILED),
        (gitlab.PipelineStatus("manual"), State.BLOCKED),
        (openai.BatchStatus("completed"), State.SUCCEEDED),
        (openai.BatchStatus("expired"), State.FAILED),
        (openai.FineTuningStatus("paused"), State.BLOCKED),
        (replicate.PredictionStatus("aborted"), State.CANCELLED),
        (replicate.PredictionStatus("canceled"), State.CANCELLED),
        (circleci.WorkflowStatus("on_hold"), State.BLOCKED),
        (circleci.WorkflowStatus("not_run"), State.CANCELLED),
        (circleci.JobStatus("on_hold"), State.BLOCKED),
        (stepfunctions.ExecutionStatus("ABORTED"), State.CANCELLED),
    ],
)
def test_a_status_has_the_state_that_the_manual_says(status: Status, state: State) -> None:
    assert status.known
    assert status.state is state
