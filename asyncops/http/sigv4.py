"""AWS's signature, version 4, by botocore; the extra ``asyncops[aws]``."""

import asyncio
import logging
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from attrs import frozen

from asyncops.errors import ConfigurationError
from asyncops.http.signer import OutgoingRequest

_botocore = logging.getLogger("botocore")
_REGION = re.compile(
    r"(?:^|\.)([a-z]{2,}(?:-[a-z]+)*-(?:north|south|east|west|central)+-[0-9]+)(?=\.)"
)
_USUAL_REGION = "us-east-1"
# Proxies may change others on the way.
_SIGNED = re.compile(r"content-type|x-amz-.+", re.IGNORECASE)
_MADE = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token")
_FORM = "ACCESS_KEY_ID:SECRET_ACCESS_KEY, with :SESSION_TOKEN behind it where there is one"


@frozen
class SigV4:
    """Signs requests as AWS asks for it, but for S3; needs the extra ``asyncops[aws]``.

    ::

        Service(
            name="stepfunctions", title="AWS Step Functions",
            url="https://states.{AWS_REGION}.amazonaws.com",
            token="STEPFUNCTIONS_CREDENTIALS", optional_token=True, auth=SigV4("states"),
        )

    The token is ``ACCESS_KEY_ID:SECRET_ACCESS_KEY``, with ``:SESSION_TOKEN`` behind it where there
    is one. Without a token, the credentials are those that AWS's own tools find:
    ``AWS_ACCESS_KEY_ID`` with ``AWS_SECRET_ACCESS_KEY``, the profile ``AWS_PROFILE``, the role of
    the machine. What expires is renewed before. botocore's log, which shows credentials at level
    ``DEBUG``, begins at ``INFO`` unless the program sets the level of ``botocore`` itself.

    Attributes:
        name: The service's name in signatures, such as ``states``.
        region: The region; ``None`` for the one in the address, or else ``AWS_REGION`` or
            ``AWS_DEFAULT_REGION``, or else ``us-east-1``.
    """

    name: str
    region: str | None = None

    async def sign(self, request: OutgoingRequest, credentials: str | None) -> Mapping[str, str]:
        """Return the headers of a signature that is made now.

        Raises:
            ConfigurationError: There are no credentials, or botocore is missing.
        """
        # It reads files, and asks the machine or a login service for credentials.
        return await asyncio.to_thread(self._signed, request, credentials)

    def _signed(self, request: OutgoingRequest, credentials: str | None) -> Mapping[str, str]:
        try:
            from botocore.auth import SigV4Auth  # noqa: PLC0415 - slow to load, and an extra
            from botocore.awsrequest import AWSRequest  # noqa: PLC0415
        except ImportError as error:
            raise ConfigurationError(
                "signing for AWS needs botocore: pip install 'asyncops[aws]'"
            ) from error
        if _botocore.level == logging.NOTSET:
            _botocore.setLevel(logging.INFO)
        keys = _found() if credentials is None else _read(credentials)
        headers = {name: value for name, value in request.headers.items() if _SIGNED.match(name)}
        made = AWSRequest(
            method=request.method, url=request.url, headers=headers, data=request.body or b""
        )
        SigV4Auth(keys, self.name, self._region_of(request.url)).add_auth(made)
        return {name: made.headers[name] for name in _MADE if name in made.headers}

    def _region_of(self, url: str) -> str:
        variables = (os.environ.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))
        in_host = _REGION.search(urlsplit(url).hostname or "")
        told = (self.region, in_host and in_host[1], *variables)
        return next(filter(None, told), _USUAL_REGION)


def _read(text: str) -> Any:
    """Return the credentials that a token holds."""
    from botocore.credentials import ReadOnlyCredentials  # noqa: PLC0415

    key, _, rest = text.partition(":")
    secret, _, session = rest.partition(":")
    if not key or not secret:
        raise ConfigurationError(f"the token must be {_FORM}")
    return ReadOnlyCredentials(key, secret, session or None)


def _found() -> Any:
    """Return the credentials that AWS's own tools find."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    told = {name: text for name, text in os.environ.items() if re.match("AWS_|HOME$", name)}
    try:
        return _chain(tuple(told.items())).get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        # The second is AWS's own no, as to a role.
        problem = str(error)
    raise ConfigurationError(f"no credentials for AWS: {problem}")


@lru_cache(maxsize=8)
def _chain(_: tuple[tuple[str, str], ...]) -> Any:
    """Return what gives the credentials, for an environment: it is kept, to be renewed in time."""
    from botocore.session import Session  # noqa: PLC0415

    found = Session().get_credentials()
    if found is None:
        raise ConfigurationError(
            "no credentials for AWS: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or "
            f"AWS_PROFILE, or give a token: {_FORM}"
        )
    return found
