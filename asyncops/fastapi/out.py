"""The library's models as response models: ``-> Out[AsyncApiCall]``."""

from typing import Annotated, Any, TypeVar

import msgspec
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from asyncops import AsyncOpsError, Page
from asyncops.fastapi.problems import problem_of
from asyncops.fastapi.schemas import json_schema, members, outer_class

__all__ = ["Out", "json_line", "plain"]

T = TypeVar("T")

_SHAPE = "asyncops_shape"


def plain(value: object) -> Any:
    """What ``json.dumps`` takes: times in RFC 3339 with their zone, bytes in base64."""
    return msgspec.to_builtins(_shown(value), enc_hook=_error_as_problem)


def json_line(value: object) -> bytes:
    """The same as JSON on one line, without its end."""
    return msgspec.json.encode(_shown(value), enc_hook=_error_as_problem)


def _shown(value: object) -> object:
    """Of a page, what a caller can use: nothing of the answer that it came in."""
    if not isinstance(value, Page):
        return value
    return {
        "items": value.items,
        "next_cursor": value.next_cursor,
        "total_count": value.total_count,
        "total_pages": value.total_pages,
        "page_size": value.page_size,
    }


def _error_as_problem(value: object) -> dict[str, Any]:
    problem = problem_of(value) if isinstance(value, AsyncOpsError) else None
    if problem is None:
        # A TypeError of the library's would be taken for the caller's.
        raise NotImplementedError(f"a {type(value).__name__} cannot be written as JSON")
    return problem.document


class _Response:
    """Tells pydantic how a value of these models is checked, written and described."""

    def __get_pydantic_core_schema__(self, shape: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        kinds = tuple(outer_class(member) for member in members(shape))
        expected = " or ".join(kind.__name__ for kind in kinds)

        def check(value: object) -> object:
            if isinstance(value, kinds):
                return value
            raise PydanticCustomError(
                "model_type",
                "expected {expected}, got {got}",
                {"expected": expected, "got": type(value).__name__},
            )

        return core_schema.no_info_plain_validator_function(
            check,
            serialization=core_schema.plain_serializer_function_ser_schema(plain),
            metadata={_SHAPE: shape},
        )

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return json_schema(schema["metadata"][_SHAPE], handler)


Out = Annotated[T, _Response()]
"""A model of the library as a response model.

``-> Out[AsyncApiCall]``, ``-> list[Out[MlPrompt]]``, ``-> Out[Page[AsyncOperation]]``,
``-> Out[AsyncApiCallOutput]``; type checkers see what is inside. Answers are as the service's
own, times in RFC 3339 with their zone and bytes in base64. Of a page, ``items``, ``next_cursor``,
``total_count``, ``total_pages`` and ``page_size`` are written. In the OpenAPI document each model
is a component of its own name; what FastAPI offers to leave out fields has no effect.
"""
