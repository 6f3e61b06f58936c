"""Arguments of actions that the suffix of a file tells, such as the format of what is sent."""

from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import attrs
from attrs import field, frozen

from asyncops.kit.filters import filters_of


@frozen(eq=False)
class FromSuffix:
    """Marks an argument of an action that the suffix of a file tells, for the command line.

    ::

        @frozen(kw_only=True)
        class ConversionInput(UploadOptions):
            src_format: Annotated[Format | str, FromSuffix("content", also={"stp": "step"})]
            output_format: Annotated[Format | str, FromSuffix("result")]

    A suffix stands for the value of the same spelling: where the type names an enum, for its
    members alone. The case of letters does not count. The option is there all the same, for files
    whose suffix does not tell.

    Attributes:
        of: The file: ``"content"``, the one that is sent, or ``"result"``, the one to which the
            result is written.
        also: Further suffixes, in small letters and without a dot, each with its value.
    """

    of: Literal["content", "result"]
    also: Mapping[str, str] = field(factory=dict)


@frozen
class Suffixes:
    """The values of an argument by the suffixes that tell them.

    Attributes:
        of: The file that has the suffix.
        values: The values; ``None`` where each suffix is its own value.
    """

    of: Literal["content", "result"]
    values: Mapping[str, str] | None

    def value_for(self, path: Path) -> str | None:
        """Return the value that a file's suffix tells; ``None`` if it tells none."""
        suffix = path.suffix[1:].lower()
        return (suffix or None) if self.values is None else self.values.get(suffix)


def suffixes_of(options: Any) -> Mapping[str, Suffixes]:
    """Return the arguments of an options class that a suffix tells, by their names."""
    if not filters_of(options):
        return {}
    hints, found = _hints(options), {}
    for each in filters_of(options):
        hint = hints[each.name]
        marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
        for mark in marks:
            if isinstance(mark, FromSuffix):
                found[each.name] = Suffixes(mark.of, _values(hint, mark.also))
    return found


def _hints(options: Any) -> Mapping[str, Any]:
    try:
        return get_type_hints(options, include_extras=True)
    except NameError:
        # A name that is imported for type checkers alone.
        return {each.name: each.type for each in attrs.fields(options)}


def _values(hint: Any, also: Mapping[str, str]) -> Mapping[str, str] | None:
    members = {str(each.value).lower(): str(each.value) for each in _members(hint)}
    return {**members, **also} or None


def _members(hint: Any) -> Iterator[Enum]:
    for kind in (hint, *get_args(hint)):
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield from kind
        elif kind is not hint:
            yield from _members(kind)
