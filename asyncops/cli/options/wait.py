"""The options of ``wait``."""

from pathlib import Path
from typing import Any, Literal

import attrs
from attrs import field, frozen

from asyncops.cli.options.fields import FILTERS, WRITING, duration_option, option
from asyncops.polling.policy import PollPolicy

SCHEDULE = "How long and how often"
_ABOUT = ("resource_type", "resource_id", "kind")


Blocked = Literal["wait", "stop"]
"""What to do about an operation that waits for a person."""

Missing = Literal["wait", "error", "ok"]
"""How an operation counts that the service does not have yet."""


@frozen(kw_only=True)
class PollOptions:
    """How to wait; its fields are options of all that waits.

    Attributes:
        timeout: How long in all: 90s, 10m, 1h30m; 15m unless given.
        initial: Before the second poll: 1s unless given. Each further delay is half as long again.
        cap: The longest delay between two polls: 20s unless given.
        on_blocked: What waits for a person: wait on until --timeout, or stop waiting for it.
    """

    timeout: float = duration_option(900.0, panel=SCHEDULE)
    initial: float = duration_option(1.0, "--poll-initial", panel=SCHEDULE)
    cap: float = duration_option(20.0, "--poll-cap", panel=SCHEDULE)
    on_blocked: Blocked = option("wait", panel=SCHEDULE, show_default="wait")

    @property
    def given(self) -> dict[str, Any]:
        """The arguments of a wait: when to poll, and what to do where a person is waited for."""
        longest = max(self.initial, self.cap)
        poll = PollPolicy(initial=self.initial, cap=longest, timeout=self.timeout)
        return {"poll": poll, "on_blocked": "raise" if self.on_blocked == "stop" else "wait"}


@frozen(kw_only=True)
class WaitOptions(PollOptions):
    """The same of ``wait``.

    Attributes:
        first: Until one of them has ended.
        json: The outcomes as JSON, at the end.
    """

    first: bool = option(False, "--any", panel=SCHEDULE)
    json: bool = option(False, "--json", panel=WRITING)
    outputs: Path | None = field(default=None, init=False)


@frozen(kw_only=True)
class WaitForFiles(WaitOptions):
    """The same where results may have files.

    Attributes:
        outputs: Write the files of each result there as it comes, for several ids to a folder each.
            What is there already is never replaced.
    """

    outputs: Path | None = option(None, panel=WRITING, metavar="DIR")


@frozen(kw_only=True)
class ByResource:
    """Which operations to wait for: those on a resource, as Chainloop's are.

    Attributes:
        resource_type: The type of the resource; goes with --resource-id.
        resource_id: All operations on this resource, if no ids are given; else where these are.
        kind: Only this kind, as evidence_evaluation.
        missing: What is not there yet: wait for it until --timeout; or an error at once; or, on a
            resource, ok: nothing to wait for.

    Raises:
        ValueError: Only one of type and id is given.
    """

    resource_type: str | None = option(None, panel=FILTERS)
    resource_id: str | None = option(None, panel=FILTERS)
    kind: str | None = option(None, panel=FILTERS)
    missing: Missing | None = option(
        None, panel=SCHEDULE, show_default="error for ids, wait for a resource"
    )

    def __attrs_post_init__(self) -> None:
        if (self.resource_type is None) != (self.resource_id is None):
            raise ValueError("--resource-type and --resource-id go together")

    @property
    def filters(self) -> dict[str, str | None]:
        """The arguments of a wait for them."""
        return {name: getattr(self, name) for name in _ABOUT}

    @classmethod
    def fits(cls, options: Any) -> bool:
        """Whether a listing with these options has such operations."""
        return attrs.fields_dict(options).keys() >= set(_ABOUT)
