"""The options of commands that ask a service to do something: what is sent, and from where."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import attrs
from attrs import field, frozen

from asyncops.cli.options.fields import argument
from asyncops.cli.options.on_resource import OnResource, on_resource
from asyncops.cli.output.atomic_file import file_errors
from asyncops.cli.output.downloads import STANDARD
from asyncops.cli.resources import Resource, dashed
from asyncops.cli.shell import Failure
from asyncops.kit.action import Action
from asyncops.kit.filters import Suffixes, filters_of, suffixes_of


@frozen(kw_only=True)
class NoContent:
    """The content of an action that sends none."""

    file: Path | None = field(default=None, init=False)

    @contextmanager
    def opened(self) -> Iterator[IO[bytes] | None]:
        """The content; the library reads it piece by piece as it sends it.

        Raises:
            Failure: It cannot be read.
        """
        if self.file is None:
            yield None
        elif self.file == STANDARD:
            if sys.stdin is None:
                raise Failure("standard input is closed", "name a file instead of -")
            # While a thread waits for input, it holds the lock of a buffer, which the end of the
            # program would want.
            yield getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
        else:
            with file_errors(self.file):
                # The lock of a buffer keeps the descriptor from being closed, and given to a
                # connection, while a thread reads from it.
                file = self.file.open("rb", buffering=-1 if self.file.is_file() else 0)
            with file:
                yield file


@frozen(kw_only=True)
class Content(NoContent):
    """The file whose content an action sends.

    Attributes:
        file: What to send; - is standard input.
    """

    file: Path = argument("FILE")


def content_of(action: Action[..., Any]) -> type[NoContent]:
    """The class of the options for what an action sends."""
    return Content if action.body == "bytes" else NoContent


def on_action(
    resource: Resource, action: Action[..., Any], beside: Iterable[type]
) -> type[OnResource]:
    """The class of the options for the arguments of an action.

    Args:
        resource: The resource.
        action: The action.
        beside: The classes of the other options of the command.
    """
    options = action.options
    names = [each.name for each in filters_of(options)]
    others, told = [*beside, content_of(action)], suffixes_of(options)
    return on_resource(
        OnResource, resource, options, names, panel="What to send", beside=others, told=told
    )


def from_suffixes(
    on: OnResource, options: Any, content: Path | None, result: Path | None
) -> dict[str, str]:
    """The arguments that were not given, and that the suffixes of files tell.

    Args:
        on: The arguments that were given.
        options: The options class of the action.
        content: The file that is sent.
        result: The file to which the result goes.

    Raises:
        Failure: A suffix does not tell an argument that is needed.
    """
    given, found = on.given(), {}
    flags = {name: f"--{dashed(option)}" for option, name in on.filters.items()}
    paths = {"content": content, "result": result}
    for name, suffixes in suffixes_of(options).items():
        if name in given:
            continue
        path = paths[suffixes.of]
        has_suffix = path is not None and path != STANDARD and not path.is_dir()
        value = suffixes.value_for(path) if path is not None and has_suffix else None
        if value is not None:
            found[name] = value
        elif attrs.fields_dict(options)[name].default is attrs.NOTHING:
            shown = path if has_suffix else None
            raise Failure(_not_told(shown, suffixes), f"give {flags[name]}")
    return found


def _not_told(path: Path | None, suffixes: Suffixes) -> str:
    if path is None:
        return f"there is no suffix that tells the format of the {suffixes.of}"
    known = ", ".join(f".{each}" for each in suffixes.values or ())
    return f"{path}: the suffix {path.suffix!r} tells no format" + f", but {known} do" * bool(known)
