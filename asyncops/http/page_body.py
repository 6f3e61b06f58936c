"""The body of a page of a listing, in the same words for every service."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from attrs import asdict, define, frozen

from asyncops.errors import DecodeError
from asyncops.http.messages import Reply
from asyncops.http.places import Header, Link, Place, Step, header_at, path_steps
from asyncops.http.redaction import snippet

T = TypeVar("T")

CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "next_page": str,
    "last": str,
    "more": bool,
    **dict.fromkeys(("number", "page_size", "total_count", "total_pages"), int),
}
"""From a value of the JSON to the field: a number is sent back as a text, and protobuf's JSON
quotes numbers."""
# Fields whose zero value says something. protobuf's JSON leaves it out.
ZEROS: Mapping[str, Any] = {"number": 0, "more": False}


@frozen
class PagePlaces:
    """Where the answers of a listing hold what a walk needs; ``None`` for what they leave out.

    ::

        PagePlaces("data.items", next_page="meta.next", total_count=Header("X-Total"))

    Attributes:
        items: The path of the rows; ``""`` if the whole body is their array.
        next_page: The token or the URL of the next page, or another sign that one follows.
        more: The flag that says whether a page follows.
        last: The id to ask for the next page with.
        number: The number or the offset of the page.
        page_size: The page size that the service used.
        total_count: The number of items in the whole listing.
        total_pages: The number of pages in the whole listing.
    """

    items: str = ""
    next_page: Place | None = None
    more: Place | None = None
    last: Place | None = None
    number: Place | None = None
    page_size: Place | None = None
    total_count: Place | None = None
    total_pages: Place | None = None

    def in_body(self) -> dict[str, tuple[Step, ...]]:
        """Return the paths of what the body holds besides the rows, by the name of the field."""
        places = asdict(self, recurse=False)
        del places["items"]
        return {name: path_steps(each) for name, each in places.items() if isinstance(each, str)}

    def in_headers(self) -> dict[str, Header | Link]:
        """Return the places of what the headers hold, by the name of the field."""
        places = asdict(self, recurse=False)
        return {name: each for name, each in places.items() if isinstance(each, Header | Link)}


@define
class PageBody(Generic[T]):
    """The body of a page.

    Attributes:
        items: The items; with ``on_invalid``, invalid rows among them.
        next_page: The token or the URL of the next page; ``None`` or empty at the end.
        more: Whether a page follows; ``None`` if the answer does not say.
        last: The id to ask for the next page with, if the answer has one.
        number: The number or the offset of this page; ``None`` if the answer does not say.
        page_size: The page size that the service used; 0 if the answer does not say.
        total_count: Items in the whole listing; 0 if the answer does not say.
        total_pages: Pages in the whole listing, worked out from the items and the page size if the
            answer says only these; 0 if unknown.
    """

    items: tuple[T, ...]
    next_page: str | None = None
    more: bool | None = None
    last: str | None = None
    number: int | None = None
    page_size: int = 0
    total_count: int = 0
    total_pages: int = 0

    def work_out_pages(self) -> None:
        """Set ``total_pages`` if the answer says only how many items there are in all."""
        if not self.total_pages and self.page_size:
            self.total_pages = -(-self.total_count // self.page_size)


def fill_from_headers(reply: Reply[PageBody[T]], places: Mapping[str, Header | Link]) -> None:
    """Set the fields of a page that stand in the headers of its answer.

    Args:
        reply: The answer.
        places: The places, by the name of the field.

    Raises:
        DecodeError: A header has another text than its field can have.
    """
    for name, place in places.items():
        text = (header_at(place, reply.headers) or "").strip()
        if text:
            try:
                setattr(reply.value, name, CONVERTERS[name](_checked(name, text, place)))
            except DecodeError as error:
                error.request_id = reply.request_id
                raise
    reply.value.work_out_pages()


_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def _checked(name: str, text: str, place: Header | Link) -> str | bool:
    value: str | bool | None = text
    expected = "a text"
    if CONVERTERS[name] is bool:
        value, expected = _FLAGS.get(text.lower()), "a flag"
    elif CONVERTERS[name] is int:
        value, expected = text if text.isascii() and text.isdigit() else None, "a whole number"
    if value is None:
        header = place.name if isinstance(place, Header) else "Link"
        raise DecodeError(
            f"Expected {expected}, got {snippet(text.encode())!r} in the header {header}",
            path=f"header {header}",
        )
    return value
