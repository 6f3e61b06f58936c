"""``doctor SERVICE``: the resources whose claims are tested, and what is told of them."""

import os
from collections.abc import AsyncIterator

import attrs
import pytest
from typer.testing import CliRunner

from asyncops.cli.app import app
from asyncops.cli.commands import doctor
from asyncops.cli.commands.account_checks import Finding
from asyncops.cli.commands.doctor import claims, examined_resources
from asyncops.cli.commands.watch import target_of
from asyncops.cli.resources import SERVICES, Resource
from asyncops.cli.shell import Failure
from asyncops.kit import Client, Collection, Listing, ListOptions, Service, Token
from asyncops.kit.resources import resources_of
from asyncops.testing import Fake, FakeServer
from tests.cli.farm import FarmClient
from tests.cli.running import variables
from tests.testing.contracts.farms import Part

PATHS = {each.name: each for each in resources_of(FarmClient)}
PLACE = ("python", "cpython")


def of_farm(name: str) -> Resource:
    """A resource of a service that is not installed."""
    zoo = SERVICES["zoo"]
    return Resource(name=f"farm {name}", client=zoo, path=PATHS[name])


async def told(name: str, *place: str) -> list[Finding]:
    rows = {"runs": 30, "org.scenes.parts": 30}
    async with Fake(FarmClient, rows) as fake, fake.client() as client:
        return [each async for each in claims(client, of_farm(name), place)]


@pytest.mark.parametrize(("name", "place"), [("runs", PLACE), ("org.scenes.parts", ("7",))])
async def test_each_claim_is_told_at_a_place(name: str, place: tuple[str, ...]) -> None:
    """But for the clock, of which the account has told."""
    found = await told(name, *place)
    assert {each.verdict for each in found} == {"good"}
    told_of = {each.text.partition(":")[0] for each in found}
    assert {"paging", "order", "item"} <= told_of
    assert "clock" not in told_of


async def test_what_cannot_be_tested_says_what_it_needs() -> None:
    (found,) = await told("runs")
    assert found.text == "listing: not tested, since it needs a place, OWNER REPO"
    (found,) = await told("cloud_renders")
    assert found.verdict == "unknown"


async def test_filters_that_a_listing_needs_are_named() -> None:
    listing = Listing("/jobs", "jobs", paging=Token(), order=None)

    @attrs.frozen(kw_only=True)
    class Numbered(ListOptions):
        number: int

    class NumberedClient(Client):
        service = Service(name="numbered", title="Numbered", url=None, token="NUMBERED_TOKEN")
        jobs = Collection(Part, listing, options=Numbered)

    (path,) = resources_of(NumberedClient)
    resource = Resource(name="numbered jobs", client=SERVICES["zoo"], path=path)
    async with NumberedClient("t", base_url="http://127.0.0.1:9") as client:
        (found,) = [each async for each in claims(client, resource, ())]
    assert found.text == "listing: not tested, since it needs the filter number"


@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        ("runs", ("python",), "farm runs takes OWNER REPO, got python"),
        ("org.scenes", ("x",), "farm org.scenes takes no place, got x"),
        ("org.scenes.parts", ("x",), "SCENE_ID must be a number, got 'x'"),
    ],
)
async def test_a_place_that_cannot_be_one_is_refused(
    name: str, place: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Failure) as raised:
        await told(name, *place)
    assert str(raised.value) == said


def test_resources_are_chosen_by_their_names() -> None:
    zoo = SERVICES["zoo"]
    found = [each.title for each in examined_resources(zoo, None, ())]
    paths = resources_of(zoo)
    listed = [each for each in paths if each.description.listing is not None]
    assert {"ml_prompts", "operations", "org.datasets.conversions"} <= {
        each.name for each in listed
    }
    words = [each.name.replace("_", "-").replace(".", " ") for each in listed]
    assert found == [f"Zoo {each}" for each in words]
    (one,) = examined_resources(zoo, "operations", ())
    assert one.title == "Zoo operations"
    every = ", ".join(each.name.replace("_", "-") for each in paths)
    for name, place, said in (
        ("zzz", (), f"Zoo has no 'zzz'. Known are: {every}."),
        ("operations", ("x",), "zoo operations takes no place, got x"),
    ):
        with pytest.raises(Failure) as raised:
            examined_resources(zoo, name, place)
        assert str(raised.value) == said


@pytest.mark.parametrize("name", ["ml_prompts", "ml-prompts", "prompts"])
def test_a_resource_is_named_as_in_other_commands(name: str) -> None:
    zoo = SERVICES["zoo"]
    (one,) = examined_resources(zoo, name, ())
    assert (one.name, one.path.name) == ("zoo ml-prompts", "ml_prompts")
    assert target_of(f"zoo.{name}")[1] == one
    done = CliRunner().invoke(app, ["zoo", name, "list", "--help"])
    assert f"asyncops zoo {name} list" in done.stdout


def test_a_service_that_is_named_is_tested(fake_server: FakeServer) -> None:
    """In a dozen requests for a resource; without its name, only the accounts are."""
    done = CliRunner().invoke(app, ["doctor", "zoo", "operations"], env=variables(fake_server))
    assert done.exit_code == 0
    assert "Zoo operations, by its description\n" in done.stdout
    assert "ml-prompts" not in done.stdout
    assert "✓ order: the items come newest first\n" in done.stdout
    assert len(fake_server.requests) <= 2 + 12
    done = CliRunner().invoke(app, ["doctor"], env=variables(fake_server))
    assert "by its description" not in done.stdout


def test_a_claim_that_is_not_kept_is_an_error_of_the_service(
    fake_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lying(*_: object) -> AsyncIterator[Finding]:
        yield Finding("bad", "order: the items come oldest first; write newest_first=False")

    monkeypatch.setattr(doctor, "claims", lying)
    env = {**variables(fake_server), "ASYNCOPS_CONFIG": os.devnull}
    done = CliRunner().invoke(app, ["doctor", "chainloop"], env=env)
    assert done.exit_code == 4
    assert "✗ order: the items come oldest first; write newest_first=False\n" in done.stdout
