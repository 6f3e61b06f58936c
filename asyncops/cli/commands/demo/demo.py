"""``asyncops demo``: both services, faked in this process, listed, fetched and checked."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from operator import eq

from rich.console import Console
from rich.progress import Progress

from asyncops.cli.commands.demo.listings import AddBar, Walked, by_id, converted, walked
from asyncops.cli.commands.demo.tables import Report, show
from asyncops.cli.exit import ExitCode
from asyncops.cli.options.serve import DemoSettings
from asyncops.models import State
from asyncops.retry.policy import RetryPolicy
from asyncops.services.chainloop import AsyncOperation, ChainloopClient
from asyncops.services.zoo import AsyncApiCall, TextToCadResponse, ZooClient
from asyncops.testing import ChainloopHabits, FakeClock, FakeServer, Fault

__all__ = ["demo"]

_RETRY = RetryPolicy(base=0.05)
_OUTPUTS = 4


async def demo(settings: DemoSettings, console: Console) -> int:
    """Show what the library does; gives the exit code: 1 where an item is not as it should be."""
    # The data stand still at this second, so that what came can be compared with what there is.
    clock = FakeClock(datetime.now(UTC).replace(microsecond=0))
    first, second = _servers(settings, clock)
    progress = Progress(console=console, transient=True, expand=True)

    def add_bar(name: str, total: int) -> Callable[[int], object]:
        return partial(progress.advance, progress.add_task(name, total=total))

    async with first, second:
        console.print(f"Zoo and Chainloop, faked, on {first.url} and {second.url}", soft_wrap=True)
        # Where nothing is shown, some releases of rich would write an empty line at the end.
        with progress if console.is_interactive else nullcontext():
            parts, for_anyone = await _anyone(first, clock, add_bar)
            calls, for_staff = await _staff(first, add_bar)
            from_zero = await _chainloop(first, "pages from 0", add_bar)
            from_one = await _chainloop(second, "pages from 1", add_bar)
    report = Report(
        sections={
            "Any account of Zoo": for_anyone,
            "Zoo's staff": for_staff,
            "Chainloop": (from_zero, from_one),
        },
        services={
            "Zoo, any account": parts.items,
            "Zoo, staff": calls.items,
            "Chainloop": from_zero.items + from_one.items,
        },
    )
    show(report, console)
    return ExitCode.FAILED if report.wrong else 0


def _servers(settings: DemoSettings, clock: FakeClock) -> tuple[FakeServer, FakeServer]:
    """Both services, and a Chainloop of other habits besides; each with one failure to come."""
    first = FakeServer(
        seed=settings.seed,
        operations=settings.operations,
        prompts=settings.prompts,
        others=settings.prompts,
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
    first.script(Fault(503, on=2, path="/user/text-to-cad", retry_after=0.1))
    half_way = 1 + settings.operations // 200
    second.script(Fault(drop=True, on=half_way, path="/v1/operations"))
    return first, second


async def _anyone(
    server: FakeServer, clock: FakeClock, add_bar: AddBar
) -> tuple[Walked[TextToCadResponse], tuple[Walked[object], ...]]:
    """All parts, then all that an ordinary account has read and started."""
    held = server.zoo.items
    # On the clock of the data, a wait takes no time.
    async with ZooClient(server.token, base_url=server.url, clock=clock) as zoo:
        conversion = await converted("A conversion, waited for", server, zoo, add_bar)
    async with ZooClient(server.token, base_url=server.url, retry=_RETRY) as zoo:
        parts = await walked(
            "Text-to-CAD parts",
            server,
            zoo.text_to_cad.list(no_parts=True, limit=100),
            held("text_to_cad"),
            add_bar,
        )
        listed = zoo.api_calls.list(limit=100)
        calls = await walked("API calls and prices", server, listed, held("api_calls"), add_bar)
        talks = zoo.conversations.list(limit=100)
        due = held("conversations")
        conversations = await walked("Conversations", server, talks, due, add_bar)
        made = [part for part in parts.items if part.state is State.SUCCEEDED]
        files = await by_id(
            "Files of parts, by id",
            server,
            zoo.text_to_cad.get_many,
            made,
            lambda part, got: got.id == part.id and getattr(got, "outputs", None) is not None,
            add_bar=add_bar,
        )
    return parts, (parts, calls, conversations, files, conversion)


async def _staff(
    server: FakeServer, add_bar: AddBar
) -> tuple[Walked[AsyncApiCall], tuple[Walked[object], ...]]:
    """All calls, then all that was read with staff access."""
    all_due, failed_due = server.zoo.operations(), server.zoo.operations("failed")
    prompts_due = server.zoo.prompts()
    async with ZooClient(server.token, base_url=server.url, retry=_RETRY) as zoo:
        pager = zoo.operations.list(limit=500)
        calls = await walked("Operations, every status", server, pager, all_due, add_bar)
        pager = zoo.operations.list(status="failed", limit=500)
        failed = await walked("Operations, failed", server, pager, failed_due, add_bar)
        listed = zoo.ml_prompts.list(limit=100)
        prompts = await walked("ML prompts", server, listed, prompts_due, add_bar)
        fetched = await by_id(
            "Prompts, 16 ids at once",
            server,
            zoo.ml_prompts.get_many,
            prompts.items,
            eq,
            add_bar=add_bar,
        )
        # The results of the newest calls that succeeded, one of each type.
        newest: dict[str, AsyncApiCall] = {}
        for call in calls.items:
            if call.state is State.SUCCEEDED and len(newest) < _OUTPUTS:
                newest.setdefault(call.type, call)
        outputs = await by_id(
            "Results, by id",
            server,
            zoo.operations.get_many,
            list(newest.values()),
            lambda call, output: (output.id, output.type) == (call.id, call.type),
            add_bar=add_bar,
        )
    return calls, (calls, failed, prompts, fetched, outputs)


async def _chainloop(server: FakeServer, how: str, add_bar: AddBar) -> Walked[AsyncOperation]:
    expected = server.chainloop.operations()
    async with ChainloopClient(server.token, base_url=server.url, retry=_RETRY) as chainloop:
        pager = chainloop.operations.list(page_size=100)
        return await walked(f"Chainloop, {how}", server, pager, expected, add_bar)
