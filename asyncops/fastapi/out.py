"""The library's models as response models: ``-> Out[AsyncApiCall]``."""

from typing import Annotated, Any, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from asyncops import AsyncOpsError
from asyncops.fastapi.problems import problem_of
from asyncops.fastapi.schemas import json_schema, members, outer_class
from asyncops.unstructure import json_bytes, plain

T = TypeVar("T")

_SHAPE = "asyncops_shape"


def json_line(value: object) -> bytes:
    """Return models as one line of JSON without a line end; errors become problem details."""
    return json_bytes(value, _document)


def _plain(value: object) -> Any:
    return plain(value, _document)


def _document(error: AsyncOpsError) -> dict[str, Any] | None:
    problem = problem_of(error)
    return None if problem is None else problem.document


class _Response:
    """Checks, serializes and describes values of the library's models for pydantic."""

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
            serialization=core_schema.plain_serializer_function_ser_schema(_plain),
            metadata={_SHAPE: shape},
        )

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return json_schema(schema["metadata"][_SHAPE], handler)


Out = Annotated[T, _Response()]
"""A model of the library as a response model.

``-> Out[AsyncApiCall]``, ``-> list[Out[MlPrompt]]``, ``-> Out[Page[AsyncOperation]]``,
``-> Out[AsyncApiCallOutput]``; type checkers see the model inside. Answers are written as
:func:`asyncops.to_dict` does, in the service's own form, but errors in them become problem
details. In the OpenAPI document each model is a component of its own name. FastAPI's options to
leave out fields have no effect.
"""
