"""The JSON schemas of the models: each attrs class gets a pydantic model that describes it.

The pydantic models are never instantiated. All fields are always written, so all are required. An
open enum is described as any string, beside the values known today, so that a generated client
accepts a new value.
"""

import inspect
from functools import cache, reduce
from operator import or_
from types import NoneType, UnionType, new_class
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    RootModel,
    TypeAdapter,
    WithJsonSchema,
    create_model,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from asyncops import AsyncOpsError
from asyncops.kit.annotations import annotation_of
from asyncops.models import OpenEnum
from asyncops.unstructure import is_open_ended, names_of

_OVERRIDES: dict[Any, Any] = {
    bytes: Annotated[str, WithJsonSchema({"type": "string", "contentEncoding": "base64"})],
    AsyncOpsError: Annotated[
        dict[str, Any],
        WithJsonSchema({"type": "object", "description": "Problem details, as in RFC 9457."}),
    ],
}


def members(shape: Any) -> tuple[Any, ...]:
    """Return the members of a union; any other type is its own single member."""
    return get_args(shape) if get_origin(shape) in {Union, UnionType} else (shape,)


def outer_class(member: Any) -> type:
    """Return the class of a member's values.

    Raises:
        TypeError: The member is neither an attrs class, with or without parameters, nor None.
    """
    kind = get_origin(member) or member
    if kind is NoneType or (isinstance(kind, type) and attrs.has(kind)):
        return kind
    raise TypeError(f"Out[...] takes models, unions of them and None, got {member!r}")


def json_schema(shape: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
    """Return the schema of a model or a union, with references to the components it adds."""
    schemas = {member: handler(_core_schema(member)) for member in members(shape)}
    if len(schemas) == 1:
        return schemas[shape]
    union: JsonSchemaValue = {"anyOf": list(schemas.values())}
    tags = {member: _tag(member) for member in schemas}
    mapping = {tag: schemas[member]["$ref"] for member, tag in tags.items() if tag is not None}
    if mapping:
        union["discriminator"] = {"propertyName": "type", "mapping": mapping}
    return union


def _core_schema(member: Any) -> CoreSchema:
    schema = TypeAdapter(member if member is NoneType else _model(member)).core_schema
    # pydantic makes components of inner schemas only; a model without inner models needs a wrapper.
    return core_schema.definitions_schema(schema, [])


@cache
def _model(shape: Any) -> type[BaseModel]:
    kind = outer_class(shape)
    arguments = dict(zip(getattr(kind, "__parameters__", ()), get_args(shape), strict=False))
    # A property may have no annotation.
    fields: dict[str, Any] = {
        name: (_translated(annotation_of(kind, name) or Any, arguments), ...)
        for name in names_of(kind)
    }
    tag = _tag(kind)
    if tag is not None:
        fields["type"] = (Literal[tag], ...)
    return create_model(
        _name(shape),
        __doc__=_summary(kind),
        __module__=_module(shape),
        __config__=ConfigDict(extra="allow") if is_open_ended(kind) else None,
        **fields,
    )


def _name(shape: Any) -> str:
    """``Page[MlPrompt]`` becomes ``MlPromptPage``."""
    inner = "".join(each.__name__ for part in get_args(shape) for each in members(part))
    return f"{inner}{outer_class(shape).__name__}"


def _module(shape: Any) -> str:
    """``Page[MlPrompt]`` is of the module of ``MlPrompt``: other services may have one, too."""
    inner = members(get_args(shape)[0])[0] if get_args(shape) else shape
    module: str = (get_origin(inner) or inner).__module__
    return module


def _translated(hint: Any, arguments: dict[Any, Any]) -> Any:
    """Return the annotation that pydantic describes in place of a hint."""
    if isinstance(hint, TypeVar):
        return _translated(arguments.get(hint, Any), {})
    if isinstance(hint, type) and issubclass(hint, AsyncOpsError):
        hint = AsyncOpsError
    if hint in _OVERRIDES:
        return _OVERRIDES[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _translated(parts[0], arguments)
    if origin in {Union, UnionType}:
        return reduce(or_, (_translated(part, arguments) for part in parts))
    if isinstance(origin or hint, type) and attrs.has(origin or hint):
        return _model(hint)
    if origin is not None:
        return origin[tuple(_translated(part, arguments) for part in parts)]
    if isinstance(hint, type) and issubclass(hint, OpenEnum):
        return _open_string(hint)
    return hint


def _tag(kind: Any) -> str | None:
    """Return the ``type`` whose results are of this class: ``file_mass`` for ``FileMass``."""
    if not (isinstance(kind, type) and attrs.has(kind)):
        return None
    hint = get_type_hints(kind).get("type")
    if isinstance(hint, type) and issubclass(hint, OpenEnum):
        for known in hint:
            if known.value.title().replace("_", "") == kind.__name__:
                return known.value
    return None


def _summary(kind: type) -> str:
    # Not an inherited docstring, which is for those who describe a service.
    own = inspect.cleandoc(vars(kind).get("__doc__") or "")
    return own.partition("\n\nAttributes:")[0].replace("``", "`")


@cache
def _open_string(kind: type[OpenEnum]) -> type[BaseModel]:
    """Describe an open enum as a component of its name."""

    def describe(schema: dict[str, Any]) -> None:
        known = [member.value for member in kind]
        schema["anyOf"] = [{"type": schema.pop("type"), "enum": known}, {"type": "string"}]

    body = {
        "__doc__": _summary(kind),
        "__module__": kind.__module__,
        "model_config": ConfigDict(json_schema_extra=describe),
    }
    return new_class(kind.__name__, (RootModel[str],), exec_body=lambda names: names.update(body))
