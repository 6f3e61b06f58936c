"""The client of a described service."""

from typing import Any

import pytest

from asyncops.client import BaseClient
from asyncops.errors import ConfigurationError
from asyncops.http.service import Service
from asyncops.kit.client import Client
from tests.kit.parts import client, resource


def test_the_service_names_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARM_TOKEN", "a-token-of-tests")
    monkeypatch.setenv("FARM_BASE_URL", "https://other.example")
    made = client(jobs=resource())()
    assert isinstance(made, BaseClient)
    assert made.base_url == "https://other.example"
    monkeypatch.delenv("FARM_TOKEN")
    with pytest.raises(ConfigurationError, match="set FARM_TOKEN"):
        client()()


def test_a_subclass_may_have_another_service() -> None:
    other = Service(name="barn", title="Barn", url="https://barn.example", token="BARN_TOKEN")
    farm: Any = client(jobs=resource())
    barn: Any = type("BarnClient", (farm,), {"service": other})("a-token-of-tests")
    assert barn.base_url == "https://barn.example"
    assert barn.jobs._bound.where.name == "barn.jobs"
    assert farm("a-token-of-tests").jobs._bound.where.name == "farm.jobs"


def test_a_base_of_clients_describes_nothing() -> None:
    class Base(Client):
        """With arguments of its own."""

    assert not hasattr(Base, "service")
