"""A small OpenAPI description, written for the tests, in the ways that such files have."""

from typing import Any

__all__ = ["FARM", "of_listing"]

JOB: dict[str, Any] = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string"},
        "state": {"$ref": "#/components/schemas/JobState"},
        "createdAt": {"type": "string", "format": "date-time"},
        "startedAt": {"type": ["string", "null"], "format": "date-time"},
        "ended": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "error": {"type": "object", "properties": {"text": {"type": "string"}}},
        "class": {"type": "string"},
        "limit": {"type": "integer"},
        "frames": {"type": "array", "items": {"type": "string"}},
    },
}

FARM: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://farm.example/api"}],
    "paths": {
        "/v1/teams/{id}/render-jobs": {
            "parameters": [{"name": "id", "in": "path", "schema": {"type": "string"}}],
            "get": {
                "parameters": [
                    {"$ref": "#/components/parameters/Limit"},
                    {"name": "page-token", "in": "query", "schema": {"type": "string"}},
                    {"name": "state", "in": "query", "schema": {"type": "string"}},
                    {"name": "filter[scene]", "in": "query", "schema": {"type": "string"}},
                    {"name": "created_after", "in": "query", "schema": {"type": "string"}},
                    {
                        "name": "labels",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "array", "items": {"type": "string"}},
                    },
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "allOf": [
                                        {"$ref": "#/components/schemas/Paged"},
                                        {
                                            "properties": {
                                                "jobs": {
                                                    "type": "array",
                                                    "items": {"$ref": "#/components/schemas/Job"},
                                                }
                                            }
                                        },
                                    ]
                                }
                            }
                        }
                    }
                },
            },
        },
        "/v1/teams/{id}/render-jobs/{job}": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "properties": {"job": {"$ref": "#/components/schemas/Job"}}
                                }
                            }
                        }
                    }
                }
            }
        },
    },
    "components": {
        "parameters": {
            "Limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 50}}
        },
        "schemas": {
            "Job": JOB,
            "JobState": {
                "type": "string",
                "enum": ["queued", "rendering", "on-hold", "done", "broken", "cancelled", "odd"],
            },
            "Paged": {
                "type": "object",
                "properties": {"meta": {"properties": {"nextPageToken": {"type": "string"}}}},
            },
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Farm-Key"}},
    },
}


def of_listing(
    fields: dict[str, Any], *parameters: dict[str, Any] | str, item: Any = None, method: str = "get"
) -> dict[str, Any]:
    """A description of ``/jobs`` whose answer has these fields beside its items."""
    given = [
        {"name": each, "schema": {"type": "string"}} if isinstance(each, str) else each
        for each in parameters
    ]
    answer = {"properties": {"jobs": {"type": "array", "items": item or JOB}, **fields}}
    request: dict[str, Any] = {
        "parameters": [{"in": "query", **each} for each in given],
        "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
    }
    if method == "post":
        body = {"properties": {each["name"]: each["schema"] for each in given}}
        request["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return {
        "paths": {"/jobs": {method: request}},
        "components": {"schemas": FARM["components"]["schemas"]},
    }
