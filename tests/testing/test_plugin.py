"""The pytest plugin: what a test run of somebody else's project sees of it."""

import asyncio
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from asyncops import ChainloopClient, OperationCancelled, OperationFailed, ZooClient
from asyncops.testing import (
    Fake,
    FakeChainloop,
    FakeClock,
    FakeServer,
    FakeZoo,
    contract,
    fake_fixture,
)
from asyncops.utils.clock import SYSTEM_CLOCK, SystemClock
from tests import raw_json
from tests.testing.contracts.farms import CursorsClient, HeadersClient
from tests.until import until

pytest_plugins = ("pytester",)

# Without what this project's own runs add, and with what strict projects do.
PLAIN = (
    "-p",
    "no:asyncio",
    "-p",
    "no:anyio",
    "-p",
    "no:randomly",
    "--strict-markers",
    "-W",
    "error",
)


fake_cursors = fake_fixture(CursorsClient, rows={"batches": 30}, seed=3)
fake_headers = fake_fixture(HeadersClient, page_size=7)


async def test_clients_of_the_code_under_test_find_the_fakes(
    fake_zoo: FakeZoo, fake_chainloop: FakeChainloop
) -> None:
    async with ZooClient() as zoo, ChainloopClient() as chainloop:
        assert await zoo.operations.list().collect() == fake_zoo.operations()
        assert await chainloop.operations.list().collect() == fake_chainloop.operations()
    assert fake_zoo.url != fake_chainloop.url
    assert {request.path for request in fake_zoo.requests} == {"/async/operations"}
    assert {request.path for request in fake_chainloop.requests} == {"/v1/operations"}


async def test_both_live_on_the_fake_clock_and_so_do_clients(
    fake_zoo: FakeZoo, fake_chainloop: FakeChainloop, fake_clock: FakeClock
) -> None:
    assert fake_zoo.clock is fake_chainloop.clock is fake_clock
    call = fake_zoo.add_operation(lifetime=600, fails=True)
    slow = fake_chainloop.add_operation(lifetime=600, fails=False)
    async with ZooClient() as zoo:
        with pytest.raises(OperationFailed):
            await zoo.operations.wait(call.id)
    assert sum(fake_clock.slept) >= 600
    assert slow.id in {operation.id for operation in fake_chainloop.operations("completed")}


async def test_any_described_client_finds_its_fake_in_the_same_way(
    fake_cursors: Fake[CursorsClient],
    fake_headers: Fake[HeadersClient],
    fake_zoo: FakeZoo,
    fake_clock: FakeClock,
) -> None:
    """A token, an address and a clock for each; the fakes are as the fixture says."""
    assert fake_cursors.clock is fake_headers.clock is fake_zoo.clock is fake_clock
    batch = fake_cursors.add("batches", lifetime=600, fails=False)
    fake_cursors.move("batches", batch.id, status="stopped")
    async with CursorsClient() as cursors, HeadersClient() as headers, ZooClient() as zoo:
        batches = await cursors.batches.list().collect()
        assert batches == fake_cursors.items("batches")[::-1]
        assert len(batches) == 31
        with pytest.raises(OperationCancelled):
            await cursors.batches.wait(batch.id)
        jobs = await headers.jobs("blue", 7).list().collect()
        assert jobs == fake_headers.items("jobs", "blue", "7")
        assert (len(jobs), len(fake_headers.requests)) == (25, 4)
        assert await zoo.operations.list().collect() == fake_zoo.operations()


@pytest.mark.asyncops(rows=3, page_size=2, seed=5)
class TestMarksOfAnyService:
    async def test_a_mark_comes_before_the_options_of_the_fixture(
        self, fake_headers: Fake[HeadersClient]
    ) -> None:
        same = Fake(HeadersClient, 3, seed=5)
        assert fake_headers.items("jobs", "blue", "7") == same.items("jobs", "blue", "7")
        async with HeadersClient() as client:
            assert len(await client.jobs("blue", 7).list().collect()) == 3
        assert len(fake_headers.requests) == 2

    @pytest.mark.asyncops(rows={"jobs": 0})
    def test_a_mark_may_say_it_of_one_resource(self, fake_cursors: Fake[CursorsClient]) -> None:
        assert not fake_cursors.items("jobs")
        assert len(fake_cursors.items("batches")) == 25


@pytest.mark.parametrize("given", [ZooClient("token"), str, "zoo"])
def test_what_is_no_clients_class_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="takes the class of a client, got "):
        fake_fixture(given)
    with pytest.raises(TypeError, match="Fake takes the class of a client, got "):
        Fake(given)
    with pytest.raises(TypeError, match="contract takes the class of a client, got "):
        contract(given)


async def test_a_client_may_keep_real_time(fake_zoo: FakeZoo) -> None:
    async with ZooClient(clock=SystemClock()) as zoo:
        assert zoo.clock.time() != fake_zoo.clock.time()


@pytest.mark.asyncops(operations=3, prompts=0, seed=5, start=datetime(2030, 5, 1, tzinfo=UTC))
class TestMarks:
    def test_a_mark_says_what_there_is(
        self, fake_zoo: FakeZoo, fake_chainloop: FakeChainloop
    ) -> None:
        assert len(fake_zoo.operations()) == len(fake_chainloop.operations()) == 3
        assert not fake_zoo.prompts()
        assert (
            fake_zoo.operations()
            == FakeZoo(
                operations=3, seed=5, clock=FakeClock(datetime(2030, 5, 1, tzinfo=UTC))
            ).operations()
        )

    @pytest.mark.asyncops(operations=0)
    def test_the_closest_mark_wins_option_by_option(self, fake_zoo: FakeZoo) -> None:
        assert not fake_zoo.operations()
        assert not fake_zoo.prompts()
        assert fake_zoo.clock.now().year == 2030

    @pytest.mark.parametrize(
        "operations", [pytest.param(1, marks=pytest.mark.asyncops(operations=1)), 0]
    )
    @pytest.mark.asyncops(operations=0)
    def test_that_of_a_parameter_is_the_closest(self, fake_zoo: FakeZoo, operations: int) -> None:
        assert len(fake_zoo.operations()) == operations
        assert not fake_zoo.prompts()

    def test_the_server_for_both_is_made_by_the_mark_too(self, fake_server: FakeServer) -> None:
        assert len(raw_json.zoo_operations(fake_server)) == 3
        assert len(raw_json.chainloop_operations(fake_server)) == 3
        assert not raw_json.ml_prompts(fake_server)


def test_without_a_mark_the_server_for_both_is_as_it_was(
    fake_server: FakeServer, fake_clock: FakeClock
) -> None:
    assert fake_server.clock is fake_clock
    assert len(raw_json.zoo_operations(fake_server)) == 1000
    assert len(raw_json.ml_prompts(fake_server)) == 200
    assert not vars(SYSTEM_CLOCK)


@pytest.mark.asyncops(staff=False, page_base=0, max_page_size=10, oversize="clamp")
async def test_habits_are_options_of_the_mark(
    fake_zoo: FakeZoo, fake_chainloop: FakeChainloop
) -> None:
    async with fake_zoo.client() as zoo:
        with pytest.raises(Exception, match="staff access"):
            await zoo.ml_prompts.list()
    async with fake_chainloop.client() as chainloop:
        page = await chainloop.operations.list(page_size=50)
    assert (len(page.items), page.next_cursor) == (10, 1)


@pytest.mark.asyncops(real_time=True)
async def test_real_time_is_an_option(fake_zoo: FakeZoo) -> None:
    assert not vars(SYSTEM_CLOCK)
    with pytest.raises(TypeError, match="real time"):
        _ = fake_zoo.clock
    async with ZooClient() as zoo:
        assert (await zoo.operations.list(status="completed")).items


@pytest.mark.asyncops(auto_advance=False, operations=0)
async def test_time_may_stand_still_until_the_test_moves_it(fake_zoo: FakeZoo) -> None:
    call = fake_zoo.add_operation(lifetime=1, fails=False)
    async with ZooClient() as zoo:
        waiting = asyncio.create_task(zoo.operations.wait(call.id))
        await until(lambda: bool(fake_zoo.clock.slept), waiting)
        assert fake_zoo.operations("queued") == [call]
        assert not waiting.done()
        fake_zoo.advance(60)
        assert (await waiting).status == "completed"


@pytest.mark.asyncops(latency=0.02, arrivals=2, rate_limit=4)
async def test_how_the_service_behaves_is_in_the_mark(fake_zoo: FakeZoo) -> None:
    fake_zoo.advance(10)
    assert len(fake_zoo.operations()) == 45
    begun = time.monotonic()
    async with ZooClient() as zoo:
        await zoo.operations.list().collect()
    assert time.monotonic() - begun >= 0.02
    assert 429 in {request.status for request in fake_zoo.requests}


@pytest.mark.asyncops(unused_faults=True)
def test_a_mark_allows_faults_to_stay_unused(fake_zoo: FakeZoo) -> None:
    fake_zoo.fail(503)
    assert len(fake_zoo.unused_faults) == 1


def test_an_unused_fault_fails_the_test_that_passed(pytester: pytest.Pytester) -> None:
    """And adds nothing to one that failed by itself."""
    pytester.makepyfile(
        """
        def test_silent_mistake(fake_zoo):
            fake_zoo.fail(503, on=4)

        def test_failed_anyway(fake_zoo):
            fake_zoo.fail(503)
            assert 1 == 2

        def test_next_one_is_not_concerned(fake_zoo):
            assert not fake_zoo.unused_faults
        """
    )
    result = pytester.runpytest_inprocess(*PLAIN)
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        ["FakeZoo(): no request met Fault(status=503, on=4); 0 requests*unused_faults=True*"]
    )
    result.stdout.no_fnmatch_line("*During handling*")
    result.stdout.no_fnmatch_line("*no request met Fault(status=503);*")


def test_so_it_is_for_the_fake_of_any_client(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        from asyncops.testing import fake_fixture
        from tests.testing.contracts.farms import CursorsClient

        fake_farm = fake_fixture(CursorsClient)
        """
    )
    pytester.makepyfile("def test_it(fake_farm): fake_farm.throttle()")
    result = pytester.runpytest_inprocess(*PLAIN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["Fake(CursorsClient): no request met Fault(status=429, *"])
    fixtures = pytester.runpytest_inprocess("--fixtures", *PLAIN)
    fixtures.stdout.fnmatch_lines(["*A `Fake` on a local port: what ``CursorsClient()`` talks to."])


def test_so_it_is_for_the_server_of_both_and_those_of_the_factory(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        from asyncops.testing import Fault

        def test_fixture(fake_server):
            fake_server.script(Fault(503))

        def test_factory(fake_server_factory):
            fake_server_factory().script(Fault(502))
            fake_server_factory()
        """
    )
    result = pytester.runpytest_inprocess(*PLAIN)
    result.assert_outcomes(failed=2)
    told = [f"FakeServer(): no request met Fault(status={each})*" for each in (503, 502)]
    result.stdout.fnmatch_lines(told)


def test_a_test_that_is_run_again_begins_anew(pytester: pytest.Pytester) -> None:
    """As plugins that repeat what failed do: the faults of the first run are forgotten."""
    pytester.makeconftest(
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            runtestprotocol(item, log=False, nextitem=nextitem)
            item._initrequest()
            runtestprotocol(item, nextitem=nextitem)
            return True
        """
    )
    pytester.makepyfile(
        """
        runs = []

        def test_it(fake_zoo):
            runs.append(fake_zoo)
            if len(runs) == 1:
                fake_zoo.fail(503)
                raise RuntimeError("the first run fails")
        """
    )
    pytester.runpytest_inprocess(*PLAIN).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        pytest.param("opertions=1", "unknown option 'opertions'; did you mean 'operations'?"),
        pytest.param("qqqq=1", "unknown option 'qqqq'; there are arrivals, *"),
        pytest.param("zoo=1", "unknown option 'zoo'*"),
        pytest.param("5", "options are given by name, such as operations=0"),
        pytest.param("operations='5'", "operations must be a whole number, got str"),
        pytest.param("prompts=-1", "prompts must be at least 0, got -1"),
        pytest.param("real_time='no'", "'real_time' must be <class 'bool'> (got 'no' *"),
        pytest.param("page_base=2", "'page_base' must be in (0, 1)*"),
        pytest.param("rows='5'", "'rows' must be *"),
        pytest.param("page_size=0", "page_size must be at least 1, got 0"),
    ],
)
def test_a_mark_that_is_not_understood_is_refused(
    pytester: pytest.Pytester, mark: str, told: str
) -> None:
    """Whichever fixtures the test has, in one line."""
    pytester.makepyfile(f"import pytest\n@pytest.mark.asyncops({mark})\ndef test_it(): pass")
    result = pytester.runpytest_inprocess(*PLAIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"@pytest.mark.asyncops: {told}"])
    result.stdout.no_fnmatch_line("*During handling*")


PROGRAM = """
    from asyncops import ZooClient

    async def failures():
        async with ZooClient() as zoo:
            return len(await zoo.operations.list(status="failed").collect())
"""


def test_no_async_plugin_is_needed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(program=PROGRAM)
    pytester.makepyfile(
        """
        import asyncio
        from program import failures

        def test_failures(fake_zoo):
            fake_zoo.throttle(retry_after=60)
            assert asyncio.run(failures()) == len(fake_zoo.operations("failed"))
        """
    )
    pytester.runpytest_inprocess(*PLAIN).assert_outcomes(passed=1)


@pytest.mark.parametrize("flavour", ["asyncio", "anyio"])
def test_any_async_plugin_will_do(pytester: pytest.Pytester, flavour: str) -> None:
    pytester.makepyfile(program=PROGRAM)
    pytester.makepyfile(
        f"""
        import pytest
        from program import failures

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.{flavour}
        async def test_failures(fake_zoo):
            fake_zoo.fail(503, times=2)
            assert await failures() == len(fake_zoo.operations("failed"))
        """
    )
    other = "anyio" if flavour == "asyncio" else "asyncio"
    scope = ("-o", "asyncio_default_fixture_loop_scope=function") if flavour == "asyncio" else ()
    result = pytester.runpytest_inprocess(
        "-p", f"no:{other}", "-p", "no:randomly", "-W", "error", *scope
    )
    result.assert_outcomes(passed=1)


def test_unittest_style_tests_have_it_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(program=PROGRAM)
    pytester.makepyfile(
        """
        import unittest
        import pytest
        from program import failures

        class TestFailures(unittest.IsolatedAsyncioTestCase):
            @pytest.fixture(autouse=True)
            def _fakes(self, fake_zoo):
                self.zoo = fake_zoo

            async def test_failures(self):
                self.zoo.drop()
                self.assertEqual(await failures(), len(self.zoo.operations("failed")))

            def test_unused(self):
                self.zoo.drop()
        """
    )
    pytester.runpytest_inprocess(*PLAIN).assert_outcomes(passed=1, failed=1)


def test_a_client_left_open_leaves_no_thread_of_ours(pytester: pytest.Pytester) -> None:
    """The fake goes even if the code under test still holds a connection to it."""
    before = set(threading.enumerate())
    pytester.makepyfile(
        """
        import asyncio
        from asyncops import ZooClient

        async def leave_open():
            zoo = ZooClient()
            await zoo.operations.list(status="failed")
            return zoo

        def test_it(fake_zoo):
            loop = asyncio.new_event_loop()
            zoo = loop.run_until_complete(leave_open())
            assert fake_zoo.open_connections == 1
            loop.run_until_complete(zoo.close())
            loop.close()
        """
    )
    pytester.runpytest_inprocess(*PLAIN).assert_outcomes(passed=1)
    assert set(threading.enumerate()) == before


def test_the_fixtures_and_the_mark_are_described(pytester: pytest.Pytester) -> None:
    fixtures = pytester.runpytest_inprocess("--fixtures", *PLAIN)
    fixtures.stdout.fnmatch_lines_random(
        [
            "*A `FakeZoo` on a local port: what ``ZooClient()`` talks to during the test.",
            "*A `FakeChainloop` on a local port: what ``ChainloopClient()`` talks to *",
            "*The `FakeClock` of the test's fakes: *",
            "*A running `FakeServer`, both services on one port, *",
        ]
    )
    marks = pytester.runpytest_inprocess("--markers", *PLAIN)
    marks.stdout.fnmatch_lines(["@pytest.mark.asyncops(operations=25, prompts=25, *"])


def test_a_run_that_does_not_use_it_loads_next_to_nothing() -> None:
    """Beyond what importing the package costs: a module for the plugin, and its package."""
    code = (
        "import sys, pytest, asyncops; before = set(sys.modules); "
        "import asyncops.testing.plugin; print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert loaded.stdout.split() == ["asyncops.testing", "asyncops.testing.plugin"]
