"""``asyncops demo``: both services, faked in this process, listed, fetched and checked."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console

from asyncops.cli.commands.demo.listings import Walked, by_id, merged_order, walked
from asyncops.cli.commands.demo.progress import AddBar, progress_bars
from asyncops.cli.commands.demo.tables import Report, show
from asyncops.cli.exit import ExitCode
from asyncops.cli.options.serve import DemoSettings
from asyncops.models import State
from asyncops.retry.policy import RetryPolicy
from asyncops.services.chainloop import AsyncOperation, ChainloopClient
from asyncops.services.zoo import AsyncApiCall, AsyncApiCallOutput, MlPrompt, ZooClient
from asyncops.testing import ChainloopHabits, FakeClock, FakeServer, Fault

__all__ = ["demo"]

_RETRY = RetryPolicy(base=0.05)
_ZOO_PAGE = 500
_PROMPT_PAGE = 100
_CHAINLOOP_PAGE = 100
_TOGETHER = 16
_OUTPUTS = 4


async def demo(settings: DemoSettings, console: Console) -> int:
    """Show what the library does; gives the exit code: 1 where an item is not as it should be."""
    # The data stand still at this second, so that what came can be compared with what there is.
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    first, second = _servers(settings, clock)
    async with first, second:
        console.print(f"Zoo and Chainloop, faked, on {first.url} and {second.url}", soft_wrap=True)
        with progress_bars(console) as add_bar:
            async with ZooClient(first.token, base_url=first.url, retry=_RETRY) as zoo:
                calls = await _calls(first, zoo, None, add_bar)
                failed = await _calls(first, zoo, "failed", add_bar)
                prompts = await _prompts(first, zoo, add_bar)
                fetched = await _prompts_by_id(first, zoo, prompts.items, add_bar)
                outputs = await _outputs(first, zoo, calls.items, add_bar)
            from_zero = await _chainloop(first, "pages from 0", add_bar)
            from_one = await _chainloop(second, "pages from 1", add_bar)
    report = Report(
        walks=(calls, failed, prompts, from_zero, from_one),
        fetches=(fetched, outputs),
        services={"Zoo": calls.items, "Chainloop": from_zero.items + from_one.items},
        outputs=outputs.items,
        now=clock.now(),
    )
    show(report, console)
    return ExitCode.FAILED if report.wrong else 0


def _servers(settings: DemoSettings, clock: FakeClock) -> tuple[FakeServer, FakeServer]:
    """Both services, and a Chainloop of other habits besides; each with one failure to come."""
    first = FakeServer(
        seed=settings.seed,
        operations=settings.operations,
        prompts=settings.prompts,
        chainloop_operations=settings.operations,
        chainloop=ChainloopHabits(page_base=0, int64_as_strings=False),
        clock=clock,
    )
    second = FakeServer(
        seed=settings.seed + 1,
        operations=0,
        prompts=0,
        chainloop_operations=settings.operations,
        chainloop=ChainloopHabits(page_zero="clamp"),
        clock=clock,
    )
    first.script(Fault(503, on=2, path="/async/operations", retry_after=0.1))
    half_way = 1 + settings.operations // (2 * _CHAINLOOP_PAGE)
    second.script(Fault(drop=True, on=half_way, path="/v1/operations"))
    return first, second


async def _calls(
    server: FakeServer, zoo: ZooClient, status: str | None, add_bar: AddBar
) -> Walked[AsyncApiCall]:
    rows = server.zoo_operations(status)
    expected = [row["id"] for row in rows] if status else merged_order(rows)
    name = f"Zoo operations, {status or 'every status'}"
    pager = zoo.operations.list(status=status, limit=_ZOO_PAGE)
    return await walked(name, server, pager, expected, add_bar(name, len(expected)))


async def _prompts(server: FakeServer, zoo: ZooClient, add_bar: AddBar) -> Walked[MlPrompt]:
    expected = [row["id"] for row in server.ml_prompts()]
    name = "Zoo ML prompts"
    pager = zoo.ml_prompts.list(limit=_PROMPT_PAGE)
    return await walked(name, server, pager, expected, add_bar(name, len(expected)))


async def _prompts_by_id(
    server: FakeServer, zoo: ZooClient, listed: Sequence[MlPrompt], add_bar: AddBar
) -> Walked[MlPrompt]:
    name = f"Zoo prompts, {_TOGETHER} ids at once"
    return await by_id(
        name,
        server,
        zoo.ml_prompts.get,
        listed,
        lambda prompt, fetched: fetched == prompt,
        tick=add_bar(name, len(listed)),
        together=_TOGETHER,
    )


async def _outputs(
    server: FakeServer, zoo: ZooClient, listed: Sequence[AsyncApiCall], add_bar: AddBar
) -> Walked[AsyncApiCallOutput]:
    """The results of the newest calls that succeeded, one of each type."""
    newest: dict[str, AsyncApiCall] = {}
    for call in listed:
        if call.state is State.SUCCEEDED and len(newest) < _OUTPUTS:
            newest.setdefault(call.type, call)
    name = "Zoo results, by id"
    return await by_id(
        name,
        server,
        zoo.operations.get,
        list(newest.values()),
        lambda call, output: (output.id, output.type) == (call.id, call.type),
        tick=add_bar(name, len(newest)),
        together=_TOGETHER,
    )


async def _chainloop(server: FakeServer, how: str, add_bar: AddBar) -> Walked[AsyncOperation]:
    expected = [row["id"] for row in server.chainloop_operations_now()]
    name = f"Chainloop, {how}"
    async with ChainloopClient(server.token, base_url=server.url, retry=_RETRY) as chainloop:
        pager = chainloop.operations.list(page_size=_CHAINLOOP_PAGE)
        return await walked(name, server, pager, expected, add_bar(name, len(expected)))
