"""The declaration of an action."""

from typing import Any

import pytest

from asyncops.kit.action import Accepted, Action
from tests.kit.parts import Job


def test_an_action_has_the_promised_defaults() -> None:
    action = Action("/jobs")
    assert (action.method, action.body, action.options, action.id) == ("POST", None, None, "id")
    assert (action.found, action.result, action.headers) == ("", None, {})
    assert (action.defaults, action.accepted) == ({}, {})
    assert repr(action) == "Action('/jobs', method='POST')"


def test_an_action_keeps_what_it_is_given() -> None:
    headers = {"X-Beta": "1"}
    action = Action("/jobs/{id}", method="PUT", result=Job, found="job", headers=headers)
    headers["X-Other"] = "2"
    assert (action.method, action.result, action.found) == ("PUT", Job, "job")
    assert action.headers == {"X-Beta": "1"}


def test_an_unknown_field_is_refused() -> None:
    fields: dict[str, Any] = {"verb": "POST"}
    with pytest.raises(TypeError, match="unexpected keyword argument 'verb'"):
        Action("/jobs", **fields)


def test_an_answer_without_an_operation_has_at_most_an_id() -> None:
    assert Accepted() == Accepted(id=None, request_id=None)
