"""The models of Airflow and Prefect are parts of what their servers publish.

Run with ``pytest -m specs``, as ``test_specs.py`` says.
"""

import json
from enum import Enum
from typing import Any

import attrs
import pytest

from asyncops.kit import ListOptions
from asyncops.services import airflow, prefect
from tests.published.differences import Schema, differences
from tests.published.schemas import description

pytestmark = pytest.mark.specs

AIRFLOW, PREFECT = "real/airflow.openapi.json", "real/prefect.openapi.json"
MODELS: dict[type[Any], tuple[str, str]] = {
    airflow.DagRun: (AIRFLOW, "DAGRunResponse"),
    prefect.FlowRun: (PREFECT, "FlowRunResponse"),
}
ENUMS: dict[type[Enum], tuple[str, str]] = {
    airflow.DagRunStatus: (AIRFLOW, "DagRunState"),
    prefect.FlowRunStatus: (PREFECT, "StateType"),
    prefect.FlowRunSort: (PREFECT, "FlowRunSort"),
}
# Kept as texts, or as free-form JSON, whatever they hold.
FREE = {"run_type", "triggered_by", "conf", "parameters", "labels", "state"}
LEFT_OUT: dict[type[Any], set[str]] = {
    # Of versions, of parts of data, and what other fields say already.
    airflow.DagRun: {
        *("dag_versions", "bundle_version", "dag_display_name", "duration"),
        *("partition_key", "partition_date", "last_scheduling_decision"),
    },
    # Ids of what stands behind a run, estimates, and how it is tried again.
    prefect.FlowRun: {
        *("state_id", "deployment_version", "flow_version", "work_queue_id", "work_pool_id"),
        *("idempotency_key", "context", "empirical_policy", "estimated_run_time", "created_by"),
        *("estimated_start_time_delta", "infrastructure_document_id", "infrastructure_pid"),
        "job_variables",
    },
}


def found_of(model: type[Any], schema: Schema) -> set[str]:
    missing = {f"$.{name} is missing" for name in LEFT_OUT[model]}
    found = set(differences(model, schema, free=FREE))
    assert missing <= found, "what is left out is published"
    return found - missing


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_model_is_its_schema_but_for_what_is_left_out(model: type[Any]) -> None:
    assert found_of(model, Schema.named(*MODELS[model])) == set()


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_an_enum_has_the_words_of_its_schema(kind: type[Enum]) -> None:
    assert {each.value for each in kind} == Schema.named(*ENUMS[kind]).words


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_difference_is_found(model: type[Any]) -> None:
    """Or this module would prove nothing."""
    schema = Schema.named(*MODELS[model])
    properties = schema.tree["properties"]
    tree = {**schema.tree, "properties": {**properties, "run_id": {"type": "string"}}}
    assert found_of(model, attrs.evolve(schema, tree=tree)) == {"$.run_id is missing"}


def test_filters_are_parameters_that_are_published() -> None:
    paths = json.loads(description(AIRFLOW).read_text())["paths"]
    listing = paths["/api/v2/dags/{dag_id}/dagRuns"]["get"]
    parameters = {each["name"] for each in listing["parameters"]}
    own = {each.name for each in attrs.fields(airflow.DagRunOptions)}
    usual = {each.name for each in attrs.fields(ListOptions)}
    assert own - usual - {"status"} <= parameters
    body = Schema.named(PREFECT, "Body_read_flow_runs_flow_runs_filter_post")
    assert {"flows", "deployments", "flow_runs", "sort"} <= body.tree["properties"].keys()
