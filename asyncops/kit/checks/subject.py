"""What is being checked: a resource and its name."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

import attrs
from attrs import frozen

from asyncops.http.decoding import Dialect
from asyncops.http.places import path_steps
from asyncops.kit.description import Description
from asyncops.kit.path import PARAMETER, names_in, path_text
from asyncops.models.description_error import DescriptionError
from asyncops.utils.checks import own_header

T = TypeVar("T")

# A frozen class refuses every attribute in its own way.
_PROBE = "asyncops_probe"


@frozen
class Subject:
    """A resource that is being checked.

    Attributes:
        name: As code writes it: ``GitHubClient.runs``.
        described: The resource.
        place: The parameters of paths that its place gives.
        json: How the service writes JSON.
    """

    name: str
    described: Description
    place: Collection[str] = ()
    json: Dialect = "plain"

    def error(self, field: str, problem: str) -> DescriptionError:
        """Return the error of a field."""
        return DescriptionError(f"{self.name}: {field}: {problem}")

    def checked(self, field: str, check: Callable[..., T], *args: Any) -> T:
        """Return the answer of a check, whose error becomes that of a field."""
        try:
            return check(*args)
        except (TypeError, ValueError) as error:
            raise self.error(field, str(error)) from None

    def check_path(self, field: str, path: object, known: Iterable[str]) -> set[str]:
        """Check a path and its parameters, and return their names.

        Raises:
            DescriptionError: It is no path, or a parameter is unknown.
        """
        text = self.checked(field, path_text, "the path", path)
        found = names_in(text)
        if re.search(r"[{}]", PARAMETER.sub("", text)):
            raise self.error(
                field,
                f"a parameter is written {{name}}, or {{+name}} to keep slashes; got {path!r}",
            )
        return self.check_names(field, found, known)

    def check_names(self, field: str, found: set[str], known: Iterable[str]) -> set[str]:
        """Check names of parameters, and return them.

        Raises:
            DescriptionError: One is unknown.
        """
        known = set(known)
        for name in sorted(found - known):
            has = f"known are {', '.join(sorted(known))}" if known else "there are none here"
            raise self.error(
                field, f"{{{name}}} is a field neither of the place nor of the options class; {has}"
            )
        return found

    def check_headers(self, field: str, headers: Any) -> None:
        """Check the headers of requests.

        Raises:
            DescriptionError: They cannot be sent, or would take the place of the token.
        """
        if not isinstance(headers, Mapping):
            raise self.error(field, f"it must be a mapping, got {type(headers).__name__}")
        for name, text in headers.items():
            if self.checked(field, own_header, "headers", name, text) == "authorization":
                raise self.error(
                    field, f"{name} is left out, as auth= of the Service says how a token is sent"
                )

    def check_hints(self, field: str, hints: Any) -> None:
        """Check the sentences on the usual remedy, by error status.

        Raises:
            DescriptionError: A status is none of an error, or has no sentence.
        """
        if not isinstance(hints, Mapping):
            raise self.error(field, f"it must be a mapping, got {type(hints).__name__}")
        for status, text in hints.items():
            if isinstance(status, bool) or not isinstance(status, int) or not 400 <= status <= 599:
                raise self.error(
                    field, f"the key {status!r} must be a status as a number, such as 404"
                )
            if not isinstance(text, str) or not text:
                raise self.error(field, f"{status} must have a sentence, got {text!r}")

    def check_place(self, field: str, path: Any) -> None:
        """Check a place in the body.

        Raises:
            DescriptionError: It is none.
        """
        if not isinstance(path, str):
            raise self.error(field, f"it must be a place in the body, got {path!r}")
        self.checked(field, path_steps, path)


def check_frozen(subject: Subject, field: str, kind: Any) -> None:
    """Check that a class is a frozen attrs class.

    Raises:
        DescriptionError: It is not.
    """
    name = getattr(kind, "__name__", repr(kind))
    if not isinstance(kind, type) or "__attrs_attrs__" not in vars(kind):
        raise subject.error(field, f"{name} must be a frozen attrs class: decorate it with @frozen")
    try:
        setattr(object.__new__(kind), _PROBE, None)
    except attrs.exceptions.FrozenInstanceError:
        return
    except (AttributeError, TypeError):
        pass
    raise subject.error(field, f"{name} can be changed: decorate it with @frozen, not @define")
