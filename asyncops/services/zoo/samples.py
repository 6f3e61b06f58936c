"""An item of each listing in the form of Zoo's answers, for the fake and the contract tests."""

from collections.abc import Mapping

from asyncops.kit import Sample
from asyncops.models import JSON, State

_USER = "f135d675-c44a-4e2e-9638-87d941fa1872"
_CREATED, _STARTED, _ENDED = (
    "2026-10-05T09:30:00.125Z",
    "2026-10-05T09:30:02.250Z",
    "2026-10-05T09:31:07.500Z",
)
_TIMES = {"created_at": _CREATED, "updated_at": _ENDED}
_LIFE = {**_TIMES, "started_at": _STARTED, "completed_at": _ENDED}

TEXT_TO_CAD = Sample(
    item={
        **_LIFE,
        "id": "0c5a8d2e-6a2d-4f0e-9a5c-3f3f6a1f8d01",
        "type": "text_to_cad",
        "status": "completed",
        "user_id": _USER,
        "conversation_id": "5a1f6a44-2f5e-4c8a-8c3f-0f2d7d9f4b10",
        "model": "kcl",
        "model_version": "0.2",
        "output_format": "step",
        "prompt": "a gear with 21 teeth",
        "error": None,
    },
    by_state={
        State.SUCCEEDED: {
            "status": "completed",
            "outputs": {"main.kcl": "d2lkdGggPSAyMQo=", "source.step": "SVNPLTEwMzAzLTIxOwo="},
        },
        State.FAILED: {"status": "failed", "error": "The prompt names no shape."},
    },
    finished="completed_at",
)
API_CALL = Sample(
    item={
        **_LIFE,
        "id": "3d7b5d3a-91a4-4c6e-8b63-5a3f1c7e2b02",
        "method": "POST",
        "endpoint": "/file/mass",
        "status_code": 201,
        "duration": 65,
        "seconds": 66,
        "price": 0.0083,
        "user_id": _USER,
        "user_agent": "asyncops",
        "token": "9e2a7c10-5f0d-4b7e-9b60-0f6f0b1d3c03",
    },
    by_state={
        State.PENDING: {"status_code": None, "started_at": None, "completed_at": None},
        State.RUNNING: {"status_code": None, "completed_at": None},
        State.FAILED: {"status_code": 422},
    },
    finished="completed_at",
)


def file_sample(kind: str, result: Mapping[str, JSON], **given: JSON) -> Sample:
    """Return an operation on a file, of a type, with its result and what it was asked with."""
    return Sample(
        item={
            **_LIFE,
            "id": "8f0e6a5b-1d3c-4b2a-9f7e-6d5c4b3a2f07",
            "type": kind,
            "status": "completed",
            "user_id": _USER,
            "src_format": "step",
            **given,
            "error": None,
        },
        by_state={
            State.SUCCEEDED: {"status": "completed", **result},
            State.FAILED: {"status": "failed", "error": "The mesh is not closed."},
        },
        finished="completed_at",
    )


CALL = file_sample("file_volume", {"volume": 19.63}, output_unit="cm3")
CONVERSATION = Sample(
    item={
        **_TIMES,
        "id": "5a1f6a44-2f5e-4c8a-8c3f-0f2d7d9f4b10",
        "user_id": _USER,
        "first_prompt": "a gear with 21 teeth",
    }
)
DATASET = Sample(
    item={
        **_TIMES,
        "id": "b7d1a3c2-0f4e-4f69-9d2e-7e5b2c8a6f04",
        "org_id": "77a6f1d0-3b8e-4b0e-8f2a-1c9d5e7f6a05",
        "name": "Gears",
        "status": "active",
        "storage_provider": "s3",
        "source_uri": "s3://gears/parts",
        "access_role_arn": "arn:aws:iam::000000000000:role/gears",
        "lookup_enabled": True,
        "require_raw_kcl_similarity_score_for_success": False,
    }
)
CONVERSION = Sample(
    item={
        **_LIFE,
        "id": "e1c4f7a9-5d2b-4a3f-8e6d-9b0a1c2d3e06",
        "dataset_id": "b7d1a3c2-0f4e-4f69-9d2e-7e5b2c8a6f04",
        "status": "success",
        "phase": "completed",
        "file_path": "parts/gear-21.step",
        "file_size": 48_213,
        "file_etag": "6f5902ac237024bd",
        "manual_kcl_override_active": False,
        "status_message": None,
    },
    by_state={
        State.SUCCEEDED: {"status": "success", "raw_kcl_similarity_score": 0.98},
        State.PENDING: {"status": "queued", "phase": "queued"},
        State.RUNNING: {"status": "in_progress", "phase": "convert_raw_kcl"},
        State.CANCELLED: {"status": "canceled", "phase": "queued"},
        State.FAILED: {
            "status": "error_user",
            "phase": "convert_raw_kcl",
            "status_message": "The file holds no solid.",
        },
    },
    finished="completed_at",
    error="status_message",
)
