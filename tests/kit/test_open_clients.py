"""Clients that many tasks share: opened together, found by their class, of any service."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest

from asyncops import ChainloopClient, ConfigurationError, ZooClient
from asyncops.client import BaseClient
from asyncops.kit import Client, Service
from asyncops.kit.open_clients import (
    check_openings,
    open_accounts,
    open_client,
    open_clients,
    same_for_a_class,
)
from tests.testing.contracts.farms import HeadersClient, PostingClient

REMEDY = "open {} first"


class Dashed(HeadersClient):
    """The same at another address, by another name."""

    service = Service(name="two-words", title="Two", url="https://two.example", token=None)


class OtherZoo(ZooClient):
    """A Zoo client with verbs of its own, for instance."""


zoo = partial(ZooClient, "token")
headers = partial(HeadersClient, base_url="https://headers.example")


async def test_clients_of_any_service_are_kept_by_its_name_until_the_end() -> None:
    state: dict[str, Any] = {"other": 1}
    async with AsyncExitStack() as stack:
        await open_clients(stack, [zoo, headers, Dashed, {"a": zoo, "b": zoo}], state)
        names = ["asyncops_zoo", "asyncops_headers", "asyncops_two_words", "asyncops_zoo_accounts"]
        assert list(state) == ["other", *names]
        opened = [open_client(state, kind, REMEDY) for kind in (ZooClient, HeadersClient, Dashed)]
        assert opened == [state[name] for name in names[:3]]
        accounts: Mapping[str, ZooClient] = open_accounts(state, ZooClient, REMEDY)
        assert list(accounts) == ["a", "b"]
        everyone = [*opened, *accounts.values()]
    assert state == {"other": 1}
    for client in everyone:
        with pytest.raises(ConfigurationError, match="closed"):
            await client.close()
            async with client:
                pass


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ChainloopClient, "there is no ChainloopClient here: open ChainloopClient first"),
        (OtherZoo, "there is no OtherZoo here, only a ZooClient: open OtherZoo first"),
    ],
)
async def test_a_client_that_is_not_there_is_an_error_with_the_remedy(
    kind: type[BaseClient], told: str
) -> None:
    state: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        await open_clients(stack, [zoo], state)
        with pytest.raises(ConfigurationError, match=f"^{told}$"):
            open_client(state, kind, REMEDY)


async def test_a_subclass_is_found_as_its_service() -> None:
    state: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        await open_clients(stack, [partial(OtherZoo, "token"), {"a": zoo}], state)
        assert isinstance(open_client(state, ZooClient, REMEDY), OtherZoo)
        with pytest.raises(ConfigurationError, match="are no accounts of OtherZoo here, only a Z"):
            open_accounts(state, OtherZoo, REMEDY)
        with pytest.raises(ConfigurationError, match=r"Headers.*open {'an account': lambda: Head"):
            open_accounts(state, HeadersClient, REMEDY)


@pytest.mark.parametrize(
    ("openings", "told"),
    [
        ([zoo, headers, zoo], "asyncops_zoo was opened twice"),
        ([zoo, partial(OtherZoo, "token")], "asyncops_zoo was opened twice"),
        ([{"a": zoo}, {"b": zoo}], "asyncops_zoo_accounts was opened twice"),
        ([{"a": zoo, "b": headers}], "accounts of one mapping are of several services: a, b"),
        ([lambda: "a client"], "a client was to be opened, and a str was made"),
        ([PostingClient], "POSTING_TOKEN"),
    ],
)
async def test_what_cannot_be_told_apart_or_made_is_an_error(openings: Any, told: str) -> None:
    """And what was opened before it is closed."""
    state: dict[str, Any] = {}
    with pytest.raises(ConfigurationError, match=told):
        async with AsyncExitStack() as stack:
            await open_clients(stack, openings, state)
    assert state == {}


@pytest.mark.parametrize("given", ["token", {}, {"a": "token"}, ZooClient("token")])
def test_what_makes_no_client_is_refused_before_anything_is_opened(given: Any) -> None:
    got = "no accounts" if given == {} else "ZooClient" if isinstance(given, ZooClient) else "str"
    told = rf"install\(\) takes what makes a client .*, as ZooClient does, .*; got {got}$"
    with pytest.raises(TypeError, match=told):
        check_openings("install()", [zoo, given])
    check_openings("install()", [zoo, {"a": zoo}, ZooClient])


@pytest.mark.parametrize("given", [ZooClient("t"), int, Client, "zoo"])
def test_a_dependency_is_for_the_class_of_a_client(given: Any) -> None:
    """Not for a client, which it would look for in vain when it is asked."""

    @same_for_a_class
    def dependency_of(kind: type[BaseClient]) -> type[BaseClient]:
        return kind

    with pytest.raises(TypeError, match="dependency_of takes the class of a client, got "):
        dependency_of(given)


def test_a_dependency_is_the_same_for_a_class_each_time() -> None:
    @same_for_a_class
    def dependency_of(kind: type[BaseClient]) -> Callable[[], object]:
        return lambda: kind

    assert dependency_of(ZooClient) is dependency_of(ZooClient)
    assert dependency_of(ZooClient) is not dependency_of(HeadersClient)
