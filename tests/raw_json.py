"""What a fake server holds, as the JSON of its answers."""

from collections.abc import Mapping
from typing import Any

from asyncops.testing import FakeServer
from asyncops.testing.described.editing import FakeItems
from asyncops.testing.described.rows import Row, Wanted
from asyncops.testing.described.service import DescribedService
from asyncops.testing.server.local import now_ns

Json = dict[str, Any]


def zoo_operations(
    server: FakeServer, status: str | None = None, descending: bool = True
) -> list[Json]:
    """What a full walk of ``/async/operations`` would list now; None: every status."""
    return _listed(server, server.zoo, "operations", status, newest_first=descending)


def ml_prompts(server: FakeServer, descending: bool = True) -> list[Json]:
    """What a full walk of ``/ml-prompts`` would list now."""
    return _listed(server, server.zoo, "ml_prompts", newest_first=descending)


def chainloop_operations(
    server: FakeServer,
    status: str | None = None,
    kind: str | None = None,
    resource_type: str | None = None,
    resource_id: str | None = None,
) -> list[Json]:
    """What a full walk of ``/v1/operations`` would list now, newest first."""
    asked = {"kind": kind, "resource_type": resource_type, "resource_id": resource_id}
    return _listed(server, server.chainloop, "operations", status, values=asked)


def create_operation(server: FakeServer, **given: Any) -> Json:
    """Add a Zoo operation, created now, by its raw values; give it as the listing has it."""
    return _added(server, server.zoo, "operations", **given)


def create_prompt(server: FakeServer, **given: Any) -> Json:
    """Add an ML prompt likewise."""
    return _added(server, server.zoo, "ml_prompts", **given)


def create_chainloop_operation(server: FakeServer, **given: Any) -> Json:
    """Add a Chainloop operation likewise."""
    return _added(server, server.chainloop, "operations", **given)


def remove_chainloop_operation(server: FakeServer, operation_id: str) -> None:
    """Take a row out of the list, so that those after it move up."""
    server.chainloop.remove_operation(operation_id)


def _listed(
    server: FakeServer,
    fake: FakeItems,
    resource: str,
    status: str | None = None,
    *,
    newest_first: bool = True,
    values: Mapping[str, str | None] = {},
) -> list[Json]:
    wanted = Wanted(
        newest_first=newest_first,
        words=None if status is None else frozenset({status}),
        values={name: frozenset({text}) for name, text in values.items() if text is not None},
    )
    service, now = fake.described, now_ns(server.clock)
    rows = service.served[resource].table(()).behind(wanted, now, None)
    return [_shown(service, resource, row, now) for row in rows]


def _added(
    server: FakeServer,
    fake: FakeItems,
    resource: str,
    *,
    status: str | None = None,
    lifetime: float | None = None,
    fails: bool | None = None,
    **fields: Any,
) -> Json:
    service, now = fake.described, now_ns(server.clock)
    row = (
        service.served[resource]
        .table(())
        .add(now, status=status, lifetime=lifetime, fails=fails, fields=fields)
    )
    return _shown(service, resource, row, now)


def _shown(service: DescribedService, resource: str, row: Row, now: int) -> Json:
    item: Json = service.written(service.served[resource].maker.item(row, now))
    return item
