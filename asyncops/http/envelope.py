"""What surrounds the items of a page: a type made from places, so that one reading fills it all."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

import msgspec
from attrs import define, field

from asyncops.http.places import Selection, Step
from asyncops.http.protobuf import camel_case

Steps = tuple[Step, ...]
Get = Callable[[Any], Any]


def envelope(
    kinds: Mapping[Steps, Any], required: Steps | None = None, *, both_spellings: bool = False
) -> tuple[Any, dict[Steps, Get]]:
    """Make a type for answers with values at certain paths.

    ::

        shape, getters = envelope({("items",): list[int], ("meta", "total"): int | None})
        value = msgspec.json.decode(body, type=shape)
        total = getters["meta", "total"](value)

    Args:
        kinds: The type of the value at each path.
        required: The path whose value must not be missing. All others may be missing, and so may
            the objects around them.
        both_spellings: Whether a key may be spelled in snake_case and in camelCase.

    Returns:
        The type, for msgspec; and for each path the function from the type to the value, ``None``
        where the answer has none.

    Raises:
        ValueError: One path leads through the value at another.
    """
    root = _Node(both_spellings=both_spellings)
    getters = {}
    for steps, kind in kinds.items():
        node, gets = root, []
        for step in steps:
            node.required |= steps == required
            node, get = node.below(step)
            gets.append(get)
        node.required |= steps == required
        node.kind = node.kind or kind
        getters[steps] = gets[0] if len(gets) == 1 else _chain(gets)
    return root.shape(), getters


@define(eq=False)
class _Node:
    """One level of the answers, as far as the paths lead.

    Attributes:
        both_spellings: Whether a key may be spelled in snake_case and in camelCase.
        kind: The type of the value here; ``None`` if the paths lead on.
        required: Whether the value must not be missing.
        keys: The levels below the keys of an object.
        entry: The level below each entry of an array.
    """

    both_spellings: bool
    kind: Any = None
    required: bool = False
    keys: dict[str, "_Node"] = field(factory=dict)
    entry: "_Node | None" = None

    def below(self, step: Step) -> tuple["_Node", Get]:
        """Return the level behind a step, and the function that goes there."""
        if isinstance(step, str):
            self.keys.setdefault(step, _Node(self.both_spellings))
            return self.keys[step], self.key_getter(step)
        self.entry = self.entry or _Node(self.both_spellings)
        if isinstance(step, int):
            return self.entry, lambda entries: entries[step] if step < len(entries) else None
        self.entry.keys.setdefault(step.key, _Node(self.both_spellings, kind=Any))
        return self.entry, _selector(step, self.entry.key_getter(step.key))

    def shape(self) -> Any:
        """Return the type of this level."""
        if self.kind is not None and not self.keys and self.entry is None:
            return self.kind
        if self.kind is None and self.entry is not None and not self.keys:
            entry: Any = self.entry.shape()
            return list[entry] if self.entry.required else list[entry | None]
        if self.kind is None and self.entry is None:
            return self._struct()
        raise ValueError("the places of an answer contradict each other: one is inside another")

    def _struct(self) -> Any:
        fields: list[tuple[str, Any, Any]] = []
        rename = {}
        for key, node in self.keys.items():
            for spelling in self._spellings(key):
                name = f"key{len(fields)}"
                rename[name] = spelling
                shape = node.shape()
                lone = node.required and not self.both_spellings
                fields.append(
                    (name, shape, msgspec.NODEFAULT) if lone else (name, shape | None, None)
                )
        return msgspec.defstruct("Envelope", fields, rename=rename, kw_only=True, gc=False)

    def _spellings(self, key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((key, camel_case(key)))) if self.both_spellings else (key,)

    def key_getter(self, key: str) -> Get:
        """Return the function from an object to the value of a key."""
        before = [each for known in self.keys for each in self._spellings(known)]
        at = before.index(key)
        if len(self._spellings(key)) == 1:
            return attrgetter(f"key{at}")
        one, other = attrgetter(f"key{at}"), attrgetter(f"key{at + 1}")
        return lambda value: other(value) if one(value) is None else one(value)


def _selector(selection: Selection, get: Get) -> Get:
    def select(entries: Any) -> Any:
        found = (each for each in entries if each is not None and get(each) == selection.value)
        return next(found, None)

    return select


def _chain(gets: list[Get]) -> Get:
    def get(value: Any) -> Any:
        for step in gets:
            if value is None:
                return None
            value = step(value)
        return value

    return get
