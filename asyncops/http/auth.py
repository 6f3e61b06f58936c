"""How a token is sent: in a header, or as a login."""

import re
from base64 import b64encode
from collections.abc import Mapping

from attrs import Attribute, field, frozen

from asyncops.utils.checks import as_validator, header_name, header_text
from asyncops.utils.declarations import declared

_QUOTES = ('""', "''", "``", "\u201c\u201d", "\u2018\u2019")
# Control characters (RFC 7617, section 2), and halves of surrogates, which no encoding can hold.
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BASIC = re.compile(r"(?:authorization\s*:|basic(?:\s|$))", re.IGNORECASE)


class BadToken(ValueError):
    """A token is malformed; the message does not show it."""


@frozen(kw_only=True, field_transformer=declared)
class Auth:
    """The token in a header of each request.

    ::

        Auth()  # Authorization: Bearer ...
        Auth(header="X-Api-Key", form="{}")

    Attributes:
        header: The name of the header.
        form: The value of the header, with ``{}`` where the token stands.

    Raises:
        DescriptionError: ``header`` cannot be the name of a header, or ``form`` has no ``{}``.
    """

    header: str = field(default="Authorization", validator=as_validator(header_name))
    form: str = field(default="Bearer {}")

    @form.validator
    def _check_form(self, _: "Attribute[str]", value: str) -> None:
        if header_text("form", value).count("{}") != 1:
            # The form is not shown: it may hold the token.
            raise ValueError(
                "form must have '{}' once, where the token stands, such as 'Bearer {}'"
            )

    def check(self, token: object) -> str:
        """Return a token without the white space around it, such as the last line break of a file.

        Raises:
            ValueError: It contains more than a token, or characters that an HTTP header cannot
                hold. The message does not show the token.
        """
        text = _text(token).strip()
        if len(text) > 1 and text[0] + text[-1] in _QUOTES:
            raise BadToken("token must not be in quotes: leave out those around it")
        name, scheme = re.escape(self.header), self.form.partition("{}")[0].strip()
        ahead = rf"(?:{name}\s*:\s*)?{re.escape(scheme)}(?:\s|$)" if scheme else rf"{name}\s*:"
        if re.match(ahead, text, re.IGNORECASE):
            added = scheme or f"{self.header}:"
            raise BadToken(
                f"token must be the token alone: leave out {added!r}, which is added to it"
            )
        if not text or not text.isascii() or any(c <= " " or c == "\x7f" for c in text):
            raise BadToken("token must be visible ASCII characters, without spaces or line breaks")
        return text

    def headers(self, token: str) -> Mapping[str, str]:
        """Return the header that holds a token."""
        return {self.header: self.form.replace("{}", token)}

    def secrets(self, token: str) -> tuple[str, ...]:
        """Return the texts that nothing may show."""
        return (token,)


@frozen
class Basic:
    """The user and the password, as HTTP's own scheme sends them (RFC 7617).

    The token is ``user:password``, not encoded.
    """

    def check(self, token: object) -> str:
        """Return a login without the line breaks around it.

        Raises:
            ValueError: It is not ``user:password``. The message does not show it.
        """
        text = _text(token).strip("\r\n")
        if len(text) < 2 or ":" not in text or _BASIC.match(text.strip()):
            raise BadToken(
                "token must be 'user:password', not encoded and without 'Basic', which is added"
            )
        if _UNSENDABLE.search(text):
            raise BadToken("token must be 'user:password' without control characters")
        return text

    def headers(self, token: str) -> Mapping[str, str]:
        """Return the header that holds a login."""
        return {"Authorization": f"Basic {_encoded(token)}"}

    def secrets(self, token: str) -> tuple[str, ...]:
        """Return the texts that nothing may show; the name of the user is none of them."""
        return (token, token.partition(":")[2], _encoded(token))


def _text(token: object) -> str:
    if not isinstance(token, str):
        raise BadToken(f"token must be a string, got {type(token).__name__}")
    return token


def _encoded(login: str) -> str:
    return b64encode(login.encode()).decode()
