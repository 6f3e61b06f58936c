"""What a test of one claim has found."""

from collections.abc import Awaitable, Callable
from typing import Literal

from attrs import field, frozen

from asyncops.errors import APIError, AsyncOpsError, DecodeError, PaginationError, RateLimited
from asyncops.kit.doctor.evidence import Evidence

Verdict = Literal["good", "bad", "unknown"]


@frozen
class Finding:
    """What a test of one claim has found.

    Attributes:
        claim: The part of the description, such as ``order``.
        verdict: ``"good"`` if the service does as claimed, ``"bad"`` if it does not, ``"unknown"``
            if its answers do not tell.
        found: What came.
        fix: What to change in the description; "" if nothing.
    """

    claim: str
    verdict: Verdict
    found: str
    fix: str = field(default="")

    def __str__(self) -> str:
        fix = f"; {self.fix}" if self.fix else ""
        return f"{self.claim}: {self.found}{fix}"


@frozen
class Check:
    """A test of one claim.

    Attributes:
        claim: The part of the description.
        run: Makes the test; ``None`` if the description does not make the claim.
        fix: What to change if the service refuses the request, or its answer cannot be read.
    """

    claim: str
    run: Callable[[Evidence], Awaitable[Finding | None]]
    fix: str

    async def __call__(self, evidence: Evidence) -> Finding | None:
        """Make the test."""
        try:
            return await self.run(evidence)
        except AsyncOpsError as error:
            return of_error(self.claim, error, self.fix)


def of_error(claim: str, error: AsyncOpsError, fix: str) -> Finding:
    """Return what an error says of a claim: nothing, if it is about the moment."""
    refused = isinstance(error, APIError) and error.status < 500
    if isinstance(error, RateLimited) or not (
        refused or isinstance(error, DecodeError | PaginationError)
    ):
        return unknown(claim, f"not tested: {error}")
    return bad(claim, str(error), fix)


def good(claim: str, found: str) -> Finding:
    """Return that the service does as claimed."""
    return Finding(claim, "good", found)


def bad(claim: str, found: str, fix: str) -> Finding:
    """Return that it does not."""
    return Finding(claim, "bad", found, fix)


def unknown(claim: str, found: str) -> Finding:
    """Return that its answers do not tell."""
    return Finding(claim, "unknown", found)
