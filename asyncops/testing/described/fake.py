"""A fake of any described service, for tests of code that uses it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Generic, TypeVar, Unpack

from asyncops.http.auth import Auth
from asyncops.http.service import Service
from asyncops.kit.client import Client
from asyncops.testing.clock import clock_of
from asyncops.testing.described.editing import FakeItems
from asyncops.testing.described.habits import Data, Habits
from asyncops.testing.described.service import DescribedService
from asyncops.testing.fake import FEW, ClientOptions, FakeService
from asyncops.testing.server.local import now_ns
from asyncops.utils.checks import check_class, count
from asyncops.utils.clock import Clock

C = TypeVar("C", bound=Client)


class Fake(FakeItems, FakeService, Generic[C]):
    """A fake of a described service: what its client talks to in tests.

    ::

        with Fake(GitHubClient, rows={"runs": 250}) as github, github.installed():
            failed = github.add("runs", "python", "cpython", status="failure")
            ...  # GitHubClient() finds the fake

        async with Fake(GitHubClient) as github, github.client() as client:
            runs = await client.runs("python", "cpython").list().collect()

    It answers what the description says: the listings with their pages, orders, windows and
    filters, single items, and what starts and cancels operations; a request that does not fit the
    description is refused. The items are made from the resource's ``sample``, or else from the
    item's class; all statuses are among enough rows, and the youngest go on with the clock. Each
    place of a resource has rows of its own. The data are the same in every run.

    Args:
        client: The class of the client.
        rows: How many items each resource has to begin with, or how many by resource, as in
            ``{"runs": 25, "org.datasets": 5}``; a resource that is not named has 25.
        seed: What all data are computed from.
        clock: What the data live on; ``None`` for a :class:`~asyncops.testing.FakeClock` of its
            own.
        arrivals: New items of each resource in every second of the clock.
        latency: Seconds of real time before each answer.
        rate_limit: Requests per second of the clock; beyond, 429 with ``Retry-After``.
        page_size: The items of a page, where the request does not say how many.
        empty_pages: How many empty pages come before each page that a token or a URL leads to.

    Attributes:
        described: The service, without its sockets.

    Raises:
        TypeError: ``client`` is not the class of a client.
        ValueError: A number is out of range, there is no such resource, or no item can be made:
            the resource needs a ``sample``.
    """

    def __init__(
        self,
        client: type[C],
        rows: int | Mapping[str, int] = FEW,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        arrivals: float = 0.0,
        latency: float = 0.0,
        rate_limit: float | None = None,
        page_size: int = 10,
        empty_pages: int = 0,
    ) -> None:
        check_class("Fake", client, Client)
        self._client = client
        self.service: Service = client.service
        clock = clock_of(clock)
        data = Data(
            seed=seed,
            sizes=sizes_of(rows),
            start=now_ns(clock),
            arrivals=arrivals,
            habits=Habits(
                page_size=count("page_size", page_size),
                empty_pages=count("empty_pages", empty_pages, least=0),
            ),
        )
        FakeItems.__init__(self, self._made(data), clock)
        FakeService.__init__(
            self,
            lambda _: self.described,
            clock=clock,
            token=fake_token(client.service),
            latency=latency,
            rate_limit=rate_limit,
        )
        for name in data.sizes:
            self._named(name, "rows: ")

    def __repr__(self) -> str:
        return f"Fake({self._client.__name__})"

    def _made(self, data: Data) -> DescribedService:
        return DescribedService(self._client, data)

    def client(self, **options: Unpack[ClientOptions]) -> C:
        """Return a client of this fake, on its clock, for the test's own ``async with``.

        Args:
            options: As for the client; what is given takes the place of the fake's.
        """
        usual: ClientOptions = {"base_url": self.url, "clock": self._clock}
        if self.service.token is not None:
            usual["token"] = self.token
        given: ClientOptions = {**usual, **options}
        return self._client(**given)

    def expire_tokens(self, status: int = 410) -> None:
        """Have all page tokens that were given so far be refused.

        Args:
            status: What such a token is answered with.
        """
        self.described.habits.expired += 1
        self.described.habits.expired_status = status

    def lead_in_circles(self) -> None:
        """Have each page that a token, a URL or an id leads to lead to itself."""
        self.described.habits.circular = True


def fake_token(service: Service) -> str:
    """Return the token that a fake of a service lets in."""
    token = f"fake-{service.name}-token"
    # A signer mostly wants a name and a secret, too.
    return token if isinstance(service.auth, Auth) else f"fake-{service.name}:{token}"


def sizes_of(rows: int | Mapping[str, int], others: int = FEW) -> Mapping[str, int]:
    """Return how many rows each resource has to begin with; ``others`` if it is not named."""
    if not isinstance(rows, Mapping):
        return sizes_of({}, rows)
    usual = count("rows", others, least=0)
    named = {name: count(f"rows[{name!r}]", size, least=0) for name, size in rows.items()}
    return defaultdict(lambda: usual, named)
