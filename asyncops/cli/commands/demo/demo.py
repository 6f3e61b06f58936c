"""``asyncops demo``: both services, faked in this process, listed, fetched and checked."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from operator import eq

from rich.console import Console
from rich.progress import Progress

from asyncops.cli.commands.demo.listings import Reader, Walked
from asyncops.cli.commands.demo.tables import show
from asyncops.cli.options.serve import DemoSettings
from asyncops.cli.shell import ExitCode
from asyncops.models import State
from asyncops.retry.policy import RetryPolicy
from asyncops.services.chainloop import ChainloopClient
from asyncops.services.zoo import AsyncApiCall, ZooClient
from asyncops.testing import ChainloopHabits, FakeClock, FakeServer, Fault

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
            zoo = Reader(first, add_bar)
            for_anyone = await _anyone(zoo, clock)
            for_staff = await _staff(zoo)
            from_zero = await _chainloop(zoo, "pages from 0")
            from_one = await _chainloop(Reader(second, add_bar), "pages from 1")
    chainloop = (from_zero, from_one)
    sections = {"Any account of Zoo": for_anyone, "Zoo's staff": for_staff, "Chainloop": chainloop}
    services = {
        "Zoo, any account": for_anyone[0].items,
        "Zoo, staff": for_staff[0].items,
        "Chainloop": from_zero.items + from_one.items,
    }
    return 0 if show(sections, services, console) else ExitCode.FAILED


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


async def _anyone(reader: Reader, clock: FakeClock) -> tuple[Walked, ...]:
    """What an ordinary account has read and started; all parts come first."""
    token, url, held = reader.server.token, reader.server.url, reader.server.zoo.items
    # On the clock of the data, a wait takes no time.
    async with ZooClient(token, base_url=url, clock=clock) as zoo:
        conversion = await reader.converted("A conversion, waited for", zoo)
    async with ZooClient(token, base_url=url, retry=_RETRY) as zoo:
        pager = zoo.text_to_cad.list(no_parts=True, limit=100)
        parts = await reader.walked("Text-to-CAD parts", pager, held("text_to_cad"))
        listed = zoo.api_calls.list(limit=100)
        calls = await reader.walked("API calls and prices", listed, held("api_calls"))
        talks = zoo.conversations.list(limit=100)
        conversations = await reader.walked("Conversations", talks, held("conversations"))
        files = await reader.by_id(
            "Files of parts, by id",
            zoo.text_to_cad.get_many,
            [part for part in parts.items if part.state is State.SUCCEEDED],
            lambda part, got: got.id == part.id and getattr(got, "outputs", None) is not None,
        )
    return parts, calls, conversations, files, conversion


async def _staff(reader: Reader) -> tuple[Walked, ...]:
    """What was read with staff access; all calls come first."""
    server, held = reader.server, reader.server.zoo
    all_due, failed_due, prompts_due = held.operations(), held.operations("failed"), held.prompts()
    async with ZooClient(server.token, base_url=server.url, retry=_RETRY) as zoo:
        pager = zoo.operations.list(limit=500)
        calls = await reader.walked("Operations, every status", pager, all_due)
        pager = zoo.operations.list(status="failed", limit=500)
        failed = await reader.walked("Operations, failed", pager, failed_due)
        listed = zoo.ml_prompts.list(limit=100)
        prompts = await reader.walked("ML prompts", listed, prompts_due)
        many = zoo.ml_prompts.get_many
        fetched = await reader.by_id("Prompts, 16 ids at once", many, prompts.items, eq)
        # The results of the newest calls that succeeded, one of each type.
        newest: dict[str, AsyncApiCall] = {}
        for call in calls.items:
            if call.state is State.SUCCEEDED and len(newest) < _OUTPUTS:
                newest.setdefault(call.type, call)
        outputs = await reader.by_id(
            "Results, by id",
            zoo.operations.get_many,
            list(newest.values()),
            lambda call, output: (output.id, output.type) == (call.id, call.type),
        )
    return calls, failed, prompts, fetched, outputs


async def _chainloop(reader: Reader, how: str) -> Walked:
    server = reader.server
    async with ChainloopClient(server.token, base_url=server.url, retry=_RETRY) as chainloop:
        pager = chainloop.operations.list(page_size=100)
        return await reader.walked(f"Chainloop, {how}", pager, server.chainloop.operations())
