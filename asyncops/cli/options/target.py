"""Resources as they are named outside of their own commands: ``work@github.runs:a/b``."""

from urllib.parse import unquote

from attrs import frozen

from asyncops.cli.exit import Failure
from asyncops.cli.names import dashed
from asyncops.cli.resources import Resource, resource_of

__all__ = ["Target", "target_of"]


@frozen
class Target:
    """A resource at its place, with the profile that is used for it.

    Attributes:
        text: The words that name it.
        resource: The resource.
        place: The parts of its place, by their names.
        profile: The profile; `None` means the one that the command uses.
    """

    text: str
    resource: Resource
    place: dict[str, str | int]
    profile: str | None = None


def target_of(text: str) -> Target:
    """The resource that a text names.

    ::

        target_of("work@github.runs:python/cpython").place  # {"owner": "python", ...}

    Args:
        text: ``SERVICE.RESOURCE``, with ``PROFILE@`` in front where a profile is meant, and with
            ``:PLACE`` behind where the resource is at a place: its parts with ``/`` between, in
            the order of the client; a ``/`` in a part is ``%2F``.

    Raises:
        Failure: There is no such resource, or it is at another kind of place.
    """
    name, _, written = text.partition(":")
    profile, at, name = name.rpartition("@")
    service, _, attribute = name.partition(".")
    resource = resource_of(service, attribute)
    parts = [unquote(each) for each in written.split("/")] if written else []
    wanted = resource.path.place
    if len(parts) != len(wanted) or (at and not profile):
        shape = "/".join(each.upper() for each, _ in wanted)
        usual = f"{service}.{dashed(resource.path.name)}{f':{shape}' if shape else ''}"
        raise Failure(f"{text!r} names no resource", f"write {usual}, or PROFILE@{usual}")
    return Target(text, resource, resource.place_of(parts), profile or None)
