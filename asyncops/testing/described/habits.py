"""How a fake may differ from the usual one."""

from attrs import define

__all__ = ["Habits"]


@define
class Habits:
    """How a fake may differ from the usual one.

    Attributes:
        page_size: The items of a page, where the request does not say.
        most: The most items of a page; ``None`` for what is declared.
        first_page: The number of the first page, where it is not declared.
        empty_pages: How many empty pages come before each page of a token or URL listing.
        circular: Whether each page of a cursor listing leads to the same next one.
        hostile_tokens: Whether page tokens hold ``+``, ``/``, ``=`` and ``&``.
        ends_with_an_empty_page: Whether each page that holds an item leads to another page.
        malformed: What a number or an id is answered with that cannot be read.
        expired: What token is dead: those written before this many refusals.
        expired_status: What a dead token is answered with.
    """

    page_size: int = 10
    most: int | None = None
    first_page: int = 1
    empty_pages: int = 0
    circular: bool = False
    hostile_tokens: bool = False
    ends_with_an_empty_page: bool = False
    malformed: int = 400
    expired: int = 0
    expired_status: int = 410
