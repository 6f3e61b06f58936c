"""A service, as the calls to it need to know it."""

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from attrs import Attribute, field, frozen
from attrs.validators import optional

from asyncops.http.addresses import check_base_url
from asyncops.http.auth import Auth, Basic
from asyncops.http.credential import Authentication
from asyncops.http.decoding import Dialect
from asyncops.http.places import Place, check_place
from asyncops.http.signer import Signer
from asyncops.retry.rate_headers import RateLimit
from asyncops.utils.checks import (
    as_validator,
    choice,
    header_name,
    own_header,
    plain_text,
    status_set,
)
from asyncops.utils.declarations import declared

ErrorField = Literal["message", "code", "request_id"]
"""What an error of a service says of itself."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IN_URL = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _shown(auth: object) -> str:
    """Return the text for an object that may hold secrets, if it is a signer."""
    return repr(auth) if isinstance(auth, Auth | Basic | type) else type(auth).__name__


def _names(value: Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        raise TypeError(f"request_id must be names of headers, such as ({value!r},); got one text")
    return tuple(header_name("request_id", each) for each in value)


@frozen(kw_only=True, field_transformer=declared)
class Service:
    """A service, and how it is spoken to.

    ::

        Service(
            name="anthropic",
            title="Anthropic",
            url="https://api.anthropic.com",
            token="ANTHROPIC_API_KEY",
            auth=Auth(header="X-Api-Key", form="{}"),
            headers={"Anthropic-Version": "2023-06-01"},
        )

    Attributes:
        name: The name in commands and variables: lower case letters, digits and dashes.
        title: The name in messages.
        url: The public address; ``None`` if each user has an address of their own. A name in braces
            is a variable of the environment, as in ``https://states.{AWS_REGION}.amazonaws.com``.
        token: The environment variable of the token; ``None`` if requests carry no token.
        optional_token: Whether some installations of the service answer without a token, so that a
            client may be made without one. A signer then has credentials of its own.
        auth: How requests prove who sends them; ``None`` for requests without a credential.
        headers: Headers of every request.
        request_id: The headers of an answer that may hold the id by which the service's support
            finds the request, the best one first.
        errors: Where the body or the headers of an error hold ``message``, ``code`` and
            ``request_id``. A field that is declared is read there alone: an error without it, such
            as one of a gateway, is none of the service's. Any other is looked for in the usual
            places.
        codes: The status that an error of 4xx means, by its code, for services that answer 400 to
            nearly everything: ``{"JobNotFound": 404, "Throttling": 429}``. Of a code with a
            namespace, such as ``com.example#JobNotFound``, the name behind the ``#`` counts.
        ok: The place that holds nothing in a good answer, such as ``errors`` of GraphQL: an answer
            of status 2xx with a value there is an error. ``None`` if the status tells.
        rate_limit: The headers that tell its limit on requests, if it has any.
        json: How it writes JSON: ``"protobuf"`` allows keys in snake_case and camelCase, 64-bit
            integers in quotes, and omits fields that have their zero value.

    Raises:
        DescriptionError: A field cannot be right; the message names it and says what would be.
    """

    name: str = field()
    title: str = field(validator=as_validator(plain_text))
    url: str | None = field()
    token: str | None = field()
    optional_token: bool = field(default=False)
    auth: Authentication | None = field(default=Auth(), repr=_shown)
    headers: Mapping[str, str] = field(factory=dict, repr=False, hash=False)
    request_id: tuple[str, ...] = field(default=("X-Request-Id", "Request-Id"), converter=_names)
    errors: Mapping[ErrorField, Place] = field(factory=dict, hash=False)
    codes: Mapping[str, int] = field(factory=dict, hash=False)
    ok: Place | None = field(default=None, validator=optional(check_place))
    rate_limit: RateLimit | None = field(default=None)
    json: Dialect = field(
        default="plain", validator=as_validator(choice, possible=get_args(Dialect))
    )

    @property
    def url_variable(self) -> str:
        """The environment variable of the address, such as ``ZOO_BASE_URL``."""
        return f"{self.name.upper().replace('-', '_')}_BASE_URL"

    @property
    def public_url(self) -> str | None:
        """The public address, with what the environment says of it; ``None`` if it lacks that."""
        found = {name: os.environ.get(name, "").strip() for name in self.in_url}
        known = self.url is not None and all(found.values())
        return _IN_URL.sub(lambda match: found[match[1]], self.url or "") if known else None

    @property
    def in_url(self) -> tuple[str, ...]:
        """The environment variables in the public address."""
        return tuple(_IN_URL.findall(self.url or ""))

    @property
    def where_to_set(self) -> str:
        """The environment variables that may give the address, in words."""
        return " or ".join((self.url_variable, *self.in_url))

    @name.validator
    def _check_name(self, _: "Attribute[str]", value: str) -> None:
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise ValueError(
                "name must be lower case letters, digits and dashes, such as 'my-service'; "
                f"got {value!r}"
            )

    @url.validator
    def _check_url(self, _: "Attribute[str | None]", value: str | None) -> None:
        if value is not None:
            plain = _IN_URL.sub("x", value) if isinstance(value, str) else value
            check_base_url(plain, name="url", allow_insecure=True)

    @token.validator
    def _check_token(self, _: "Attribute[str | None]", value: str | None) -> None:
        if value is not None and not (isinstance(value, str) and _VARIABLE.fullmatch(value)):
            # The value is not shown: it may be a token.
            raise ValueError(
                "token must be the name of an environment variable, such as 'ZOO_API_TOKEN'"
            )

    @auth.validator
    def _check_auth(
        self, _: "Attribute[Authentication | None]", value: Authentication | None
    ) -> None:
        if isinstance(value, type) or not isinstance(value, Auth | Basic | Signer | None):
            raise TypeError(f"auth must be an Auth, a Basic, a Signer or None, got {_shown(value)}")
        if value is None and self.token is not None:
            raise ValueError("token must be None where auth is None: no request would carry it")

    @optional_token.validator
    def _check_optional_token(self, _: "Attribute[bool]", value: bool) -> None:
        if value and self.token is None:
            raise ValueError("optional_token has no use where token is None: there is none to omit")

    @headers.validator
    def _check_own(self, _: "Attribute[Mapping[str, str]]", value: Mapping[str, str]) -> None:
        self.check_headers(value)

    def check_headers(self, value: Mapping[str, str]) -> None:
        """Check headers of requests.

        Raises:
            TypeError: They are no mapping of texts.
            ValueError: One cannot be sent, or is that of the credential or of the connection.
        """
        if not isinstance(value, Mapping):
            raise TypeError(f"headers must be a mapping, got {type(value).__name__}")
        of_auth = {"authorization", self.auth.header.lower() if isinstance(self.auth, Auth) else ""}
        for name, text in value.items():
            if own_header("headers", name, text) in of_auth:
                raise ValueError(f"headers must not have {name!r}: auth says how a token is sent")

    @errors.validator
    def _check_errors(self, attribute: "Attribute[Any]", value: Mapping[ErrorField, Place]) -> None:
        if not isinstance(value, Mapping):
            raise TypeError(f"errors must be a mapping, got {type(value).__name__}")
        known = get_args(ErrorField)
        for name, place in value.items():
            if name not in known:
                raise ValueError(f"errors may have {', '.join(known)}; got {name!r}")
            check_place(self, attribute, place)

    @codes.validator
    def _check_codes(self, _: "Attribute[Mapping[str, int]]", value: Mapping[str, int]) -> None:
        if not isinstance(value, Mapping):
            raise TypeError(f"codes must be a mapping, got {type(value).__name__}")
        for code, status in value.items():
            plain_text("a key of codes", code)
            status_set("codes", [status])

    @rate_limit.validator
    def _check_rate_limit(self, _: "Attribute[RateLimit | None]", value: RateLimit | None) -> None:
        if not isinstance(value, RateLimit | None):
            raise TypeError(f"rate_limit must be a RateLimit or None, got {type(value).__name__}")
