"""Fields of options classes, each an option or an argument of the command; the options of all."""

import re
from collections.abc import Callable, Mapping
from inspect import Parameter, Signature, cleandoc
from typing import Annotated, Any, Literal, Self

import attrs
import typer
from attrs import evolve, frozen

from asyncops.cli.resources import SERVICES, known_or_near
from asyncops.cli.text import duration

FILTERS = "Filters"
READING = "How to read"
WRITING = "What to write"
_SIZE = re.compile(r"([0-9]+)\s*(?:([KMG])(iB|B)?)?", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3}

CONTEXT = "command_context"
_INFO = "typer"
_COMMON = "Common"
_FIELD = re.compile(r"^    (\w+): (.+(?:\n {8,}.+)*)", re.MULTILINE)


def option(
    default: Any,
    *names: str,
    panel: str | None = None,
    kind: Any = None,
    repr: bool = True,  # noqa: A002 - as attrs has it
    **more: Any,
) -> Any:
    """A field that is an option of the command; its help is what its class says of the attribute.

    ::

        rows: int | None = option(None, metavar="N", min=1)

    Args:
        default: Its default; ``attrs.NOTHING`` where it has to be given.
        names: Its names, where they are not that of the field.
        panel: The panel of the help that shows it.
        kind: The type of the field, where its class is made at run time.
        repr: Whether ``repr`` shows its value.
        more: Further arguments of ``typer.Option``.
    """
    info = typer.Option(*names, rich_help_panel=panel, **more)
    return attrs.field(default=default, type=kind, repr=repr, metadata={_INFO: info})


def duration_option(
    default: float | None, *names: str, shown: str | bool = False, **more: Any
) -> Any:
    """A field that is an option which takes a duration, such as ``90s``.

    Args:
        default: Its default, in seconds.
        names: Its names, where they are not that of the field.
        shown: Its default in words; `False` shows none.
        more: Further arguments of :func:`option`.
    """
    return option(default, *names, parser=duration, metavar="DURATION", show_default=shown, **more)


def argument(metavar: str, default: Any = attrs.NOTHING, *, kind: Any = None, **more: Any) -> Any:
    """A field that is an argument of the command; without a default, it has to be given."""
    info = typer.Argument(metavar=metavar, show_default=False, **more)
    return attrs.field(default=default, type=kind, metadata={_INFO: info})


def fields_of(options: Any) -> "dict[str, attrs.Attribute[Any]]":
    """The fields of an options class by their names."""
    return attrs.fields_dict(options)


def names_in(kind: Any) -> set[str]:
    """The names that the options of a class take: those of its fields, and those on the command."""
    fields = {each.name: each.metadata[_INFO] for each in attrs.fields(kind) if each.init}
    flags = (flag for info in fields.values() for flag in getattr(info, "param_decls", None) or ())
    return {*fields, *(flag.removeprefix("--").replace("-", "_") for flag in flags)}


def documented(kind: type) -> Mapping[str, str]:
    """What the docstring of a class and of its bases says of each attribute, as help writes it."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        _, _, section = cleandoc(each.__doc__ or "").partition("Attributes:\n")
        for name, text in _FIELD.findall(section):
            found[name] = " ".join(text.split()).replace("``", "").replace("[", r"\[")
    return found


def take_options(function: Callable[..., None], *kinds: type) -> None:
    """Make typer see the fields of classes as the options and arguments of a function.

    The function is given their values by name, and the command's context as :data:`CONTEXT`.
    """
    keyword = Parameter.KEYWORD_ONLY
    parameters = [Parameter(CONTEXT, keyword, annotation=typer.Context)]
    for kind in kinds:
        help_of = documented(kind)
        for each in (each for each in attrs.fields(kind) if each.init):
            default = Parameter.empty if each.default is attrs.NOTHING else each.default
            info = each.metadata[_INFO]
            info.help = info.help or help_of.get(each.name)
            shown: Any = Annotated[each.type, info]
            parameters.append(Parameter(each.name, keyword, default=default, annotation=shown))
    vars(function)["__signature__"] = Signature(parameters)


Order = Literal["newest", "oldest"]
"""Which come first."""


def service_argument(default: Any = attrs.NOTHING) -> Any:
    """A field that is an argument which names a service that is installed."""
    return argument("SERVICE", default, callback=_known_service, autocompletion=lambda: SERVICES)


def _known_service(name: str | None) -> str | None:
    if name is not None and name not in SERVICES:
        raise typer.BadParameter(f"there is no service {name!r}; {known_or_near(name, SERVICES)}")
    return name


def size(text: str) -> int:
    """Bytes, from such as ``10485760``, ``10MiB``, ``1G`` (binary too) or ``10MB`` (decimal)."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"{text!r} is no size: write it as 256MiB or 1GiB")
    base = 1000 if (found[3] or "").lower() == "b" else 1024
    return int(found[1]) * int(base ** _POWERS[(found[2] or "").upper()])


@frozen(kw_only=True)
class Settings:
    """The settings of every command; its fields are options of every command.

    Attributes:
        profile: The account to use, of those configured.
        verbose: Say more; twice, everything.
        proxy: A proxy to go by; those of the environment are not used.
        max_body: The largest answer that is read, as 1GiB; unless given, 10MiB for a page and
            256MiB for the result of one operation.
    """

    profile: str | None = option(None, "--profile", "-p", panel=_COMMON, metavar="NAME")
    verbose: int = option(0, "--verbose", "-v", panel=_COMMON, count=True, show_default=False)
    proxy: str | None = option(None, panel=_COMMON, metavar="URL", repr=False)
    max_body: int | None = option(None, panel=_COMMON, parser=size, metavar="SIZE")

    def over(self, others: Self) -> Self:
        """These settings, and where they say nothing those that stood before the command."""
        names = ("profile", "proxy", "max_body")
        known = {name: getattr(self, name) or getattr(others, name) or None for name in names}
        return evolve(self, verbose=self.verbose + others.verbose, **known)
