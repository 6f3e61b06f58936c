"""The tests that a description gives to anyone, run on descriptions of all sorts."""

import pytest

from asyncops.testing import contract
from tests.kit.described.github import GitHubClient
from tests.kit.described.replicate import ReplicateClient
from tests.testing.contracts.farms import (
    CountedClient,
    CursorsClient,
    HeadersClient,
    NestedClient,
    PostingClient,
    SortedClient,
)

pytest_plugins = ("pytester",)

TestGitHub = contract(GitHubClient)
TestReplicate = contract(ReplicateClient)
TestSorted = contract(SortedClient)
TestCursors = contract(CursorsClient)
TestCounted = contract(CountedClient)
TestPosting = contract(PostingClient)
TestHeaders = contract(HeadersClient)
TestNested = contract(NestedClient)

PROGRAM = """
from asyncops.testing import contract
from tests.testing.contracts.farms import NestedClient

TestNested = contract(NestedClient)
"""


@pytest.mark.parametrize(
    "options",
    [
        ("-p", "no:asyncio", "-W", "ignore:Unknown config option"),
        ("-o", "asyncio_mode=strict"),
        ("-o", "asyncio_mode=auto"),
    ],
    ids=["without asyncio", "strict", "auto"],
)
def test_they_run_in_anyones_pytest(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """With pytest alone, and with pytest-asyncio in each of its modes."""
    pytester.makepyfile(PROGRAM)
    # pytest-asyncio warns where this is not set.
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    chosen = ("-k", "renders or test_a_walk_is_the_rows")
    ran = pytester.runpytest_inprocess("-v", "-W", "error", *chosen, *options)
    counted = ran.parseoutcomes()
    assert set(counted) == {"passed", "deselected"}
    assert counted["passed"] > 12
    ran.stdout.fnmatch_lines_random(
        [
            "*::TestNested::test_a_walk_is_the_rows?org.scenes.parts? PASSED*",
            "*::TestNested::test_a_wait_comes_to_each_end?renders? PASSED*",
        ]
    )


def test_each_has_a_docstring_and_what_a_resource_cannot_do_is_no_test() -> None:
    tests = {name: test for name, test in vars(TestNested).items() if name.startswith("test_")}
    assert all(test.__doc__ for test in tests.values())
    assert "test_a_watch_tells_each_end_once" not in tests
    assert "test_a_watch_tells_each_end_once" in vars(TestHeaders)
    assert len(vars(TestHeaders)) > 30
