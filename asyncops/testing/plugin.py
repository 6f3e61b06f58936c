"""A pytest plugin: the fake services as fixtures, for tests of any async flavour or none.

It is loaded by every pytest run where asyncops is installed, so it imports what it needs when a
test asks for it.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

import pytest

if TYPE_CHECKING:
    from asyncops.kit.client import Client
    from asyncops.testing.clock import FakeClock
    from asyncops.testing.fake import FakeService
    from asyncops.testing.marker import FakeOptions, MarkerOptions
    from asyncops.testing.server.local import LocalServer
    from asyncops.testing.server.server import FakeServer

S = TypeVar("S", bound="LocalServer")

_MARKER = (
    "asyncops(operations=25, prompts=25, rows=25, seed=0, arrivals=0, latency=0, rate_limit=None, "
    "page_size=10, empty_pages=0, start=None, auto_advance=True, real_time=False, "
    "unused_faults=False, **habits): what fake_zoo, fake_chainloop, fake_server, fake_clock and "
    "the fixtures of fake_fixture are to be like; habits are the fields of ZooHabits and "
    "ChainloopHabits, such as staff=False or page_base=0. The mark closest to the test wins, "
    "option by option."
)
_FAKES: "pytest.StashKey[list[LocalServer]]" = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", _MARKER)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that is not understood, whichever fixtures the test has."""
    if item.get_closest_marker("asyncops") is not None:
        _options(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passed without having met the faults that it scripted."""
    result = yield
    fakes = item.stash.get(_FAKES, [])
    if fakes and not _options(item).unused_faults:
        _check_faults(fakes)
    return result


def _fixture(make: "Callable[[MarkerOptions, FakeClock], FakeService]") -> object:
    """Make a fixture that serves what a function makes, and is described as that."""

    def fixture(request: pytest.FixtureRequest, fake_clock: "FakeClock") -> "Iterator[FakeService]":
        fake = make(_options(request.node), fake_clock)
        with _running(request.node, fake), fake.installed():
            yield fake

    fixture.__doc__ = make.__doc__
    return pytest.fixture(fixture)


@contextmanager
def _running(item: pytest.Item, server: S) -> Iterator[S]:
    """Run a server whose faults the test has to meet."""
    with server:
        fakes = item.stash.setdefault(_FAKES, [])
        fakes.append(server)
        yield server
        fakes.remove(server)


@_fixture
def fake_zoo(options: "MarkerOptions", clock: "FakeClock") -> "FakeService":
    """A `FakeZoo` on a local port: what ``ZooClient()`` talks to during the test.

    It sets ``ZOO_API_TOKEN`` and ``ZOO_BASE_URL``, and puts clients on `fake_clock`: their
    backoff, ``Retry-After`` and polling take no time. ``@pytest.mark.asyncops(...)`` has options.
    """
    return options.fake_zoo(clock)


@_fixture
def fake_chainloop(options: "MarkerOptions", clock: "FakeClock") -> "FakeService":
    """A `FakeChainloop` on a local port: what ``ChainloopClient()`` talks to during the test.

    It sets ``CHAINLOOP_TOKEN`` and ``CHAINLOOP_BASE_URL``, and puts clients on `fake_clock`, which
    it shares with `fake_zoo`. ``@pytest.mark.asyncops(...)`` has options.
    """
    return options.fake_chainloop(clock)


def fake_fixture(client: "type[Client]", **options: "Unpack[FakeOptions]") -> object:
    """Make a fixture: a `Fake` of a client on a local port, as `fake_zoo` is for Zoo.

    ::

        # conftest.py
        fake_github = fake_fixture(GitHubClient, rows={"runs": 250})

        def test_failures(fake_github: Fake[GitHubClient]) -> None:
            run = fake_github.add("runs", "python", "cpython", status="failure")
            ...  # GitHubClient() finds the fake

    Its name is that of the variable. It sets the variables of the service's token and address, and
    puts clients on `fake_clock`, which it shares with the other fakes. What
    ``@pytest.mark.asyncops(...)`` says of a test comes before ``options``.

    Args:
        client: The class of the client.
        options: As for :class:`~asyncops.testing.Fake`, but for the clock.

    Raises:
        TypeError: It is not the class of a client, but a client, for instance.
    """
    from asyncops.kit.client import Client  # noqa: PLC0415
    from asyncops.utils.checks import check_class  # noqa: PLC0415

    check_class("fake_fixture", client, Client)

    def make(marked: "MarkerOptions", clock: "FakeClock") -> "FakeService":
        return marked.fake(client, clock, options)

    make.__doc__ = f"A `Fake` on a local port: what ``{client.__name__}()`` talks to."
    return _fixture(make)


@pytest.fixture
def fake_clock(request: pytest.FixtureRequest) -> "FakeClock":
    """The `FakeClock` of the test's fakes: it moves by ``advance`` and, at once, by sleeps."""
    return _options(request.node).fake_clock()


@pytest.fixture
def fake_server_factory(request: pytest.FixtureRequest) -> "Iterator[Callable[..., FakeServer]]":
    """Start a `FakeServer` with the given keyword arguments; all stop when the test ends."""
    from asyncops.testing.server.server import FakeServer  # noqa: PLC0415

    with ExitStack() as running:

        def start(**options: Any) -> FakeServer:
            return running.enter_context(_running(request.node, FakeServer(**options)))

        yield start


@pytest.fixture
def fake_server(request: pytest.FixtureRequest, fake_clock: "FakeClock") -> "Iterator[FakeServer]":
    """A running `FakeServer`, both services on one port, that no client finds by itself."""
    with _running(request.node, _options(request.node).fake_server(fake_clock)) as server:
        yield server


def _options(item: pytest.Item) -> "MarkerOptions":
    from asyncops.testing.marker import MarkerOptions  # noqa: PLC0415

    # Those of pytest.param(..., marks=...): pytest has them behind the function's own.
    closest = getattr(getattr(item, "callspec", None), "marks", ())
    found = [*closest, *item.iter_markers("asyncops")]
    marks = [(mark.args, mark.kwargs) for mark in found if mark.name == "asyncops"]
    try:
        return MarkerOptions.read(marks)
    except (TypeError, ValueError) as error:
        # attrs puts more than the message there.
        problem = error.args[0]
    # Outside the handler: the report shows the sentence and nothing else.
    pytest.fail(f"@pytest.mark.asyncops: {problem}", pytrace=False)


def _check_faults(fakes: "Iterable[LocalServer]") -> None:
    try:
        for fake in fakes:
            fake.assert_all_faults_used()
    except AssertionError as error:
        problem = str(error)
    else:
        return
    hint = "@pytest.mark.asyncops(unused_faults=True) allows it"
    pytest.fail(f"{problem}; {hint}", pytrace=False)
