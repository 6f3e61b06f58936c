"""The configuration file: what it may say, and that what it may not say is named with its line."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.cli.accounts.profiles import Entry, config_path, read_profiles
from asyncops.cli.connect import account_for, client_of
from asyncops.cli.options.fields import Settings
from asyncops.cli.resources import SERVICES
from asyncops.cli.shell import Failure
from asyncops.services.chainloop import ChainloopClient
from asyncops.services.zoo import ZooClient

TWO = """
default = "work"

[profiles.work.zoo]
token_env = "WORK_ZOO"
base_url = "https://zoo.example"

[profiles.work.chainloop]
keyring = true
organization = "acme"

[profiles.home.zoo]
allow_insecure = true
base_url = "http://zoo.home"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration file with two profiles, and an environment without accounts."""
    for service in (each.service for each in SERVICES.values()):
        monkeypatch.delenv(str(service.token), raising=False)
        monkeypatch.delenv(service.url_variable, raising=False)
    path = tmp_path / "config.toml"
    path.write_text(TWO, encoding="utf-8")
    monkeypatch.setenv("ASYNCOPS_CONFIG", str(path))
    return path


def test_all_of_a_file_is_read(config: Path) -> None:
    profiles = read_profiles()
    assert (profiles.path, profiles.default) == (config, "work")
    assert profiles.services == {
        "work": {
            "zoo": Entry(token_env="WORK_ZOO", base_url="https://zoo.example"),
            "chainloop": Entry(keyring=True, organization="acme"),
        },
        "home": {"zoo": Entry(base_url="http://zoo.home", allow_insecure=True)},
    }


def test_without_a_file_there_are_no_profiles(tmp_path: Path) -> None:
    profiles = read_profiles(tmp_path / "none.toml")
    assert (profiles.default, profiles.services) == (None, {})


def test_the_files_place_is_the_platforms_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASYNCOPS_CONFIG", raising=False)
    assert config_path().parts[-2:] == ("asyncops", "config.toml")
    monkeypatch.setenv("ASYNCOPS_CONFIG", "~/elsewhere.toml")
    assert config_path() == Path("~/elsewhere.toml").expanduser()


def test_the_home_of_somebody_unknown_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYNCOPS_CONFIG", "~nobody-of-this-name/config.toml")
    with pytest.raises(Failure, match="ASYNCOPS_CONFIG"):
        config_path()


@pytest.mark.parametrize("host", ["a..b", f"{'x' * 64}.example"])
def test_an_address_that_is_no_name_of_a_host_is_wrong_use(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name service would be asked for it, and has an error of its own for that."""
    monkeypatch.setenv("ZOO_API_TOKEN", "secret")
    monkeypatch.setenv("ZOO_BASE_URL", f"https://{host}")
    with pytest.raises(Failure, match="the variable ZOO_BASE_URL: base_url must look like"):
        client_of(account_for(Settings(), "zoo"), Settings())


WRONG = [
    ("x = 1\n[profiles.a.zoo]\n", "line 1: x: this is not known; known are: default, profiles"),
    ("\n[profiles.a.zoo]\nurl = 'x'", "line 3: profiles.a.zoo.url: this is not known; known are:"),
    ("[profiles.a.zoo]\norganization = 'x'", "line 2: profiles.a.zoo.organization: this is not k"),
    ("[profiles.a.chainloop]\norganization = 5", "profiles.a.chainloop.organization: this must be"),
    ("[profiles.a.nobodys]", "line 1: profiles.a.nobodys: this is not known; known are: air"),
    ("[profiles.a]\nzoo = 1", "line 2: profiles.a.zoo: this must be a table"),
    ("profiles = 1", "line 1: profiles: this must be a table"),
    ("[profiles.a.zoo]\nbase_url = 3", "line 2: profiles.a.zoo.base_url: this must be text"),
    ("[profiles.a.zoo]\nbase_url = ''", "line 2: profiles.a.zoo.base_url: this must be text"),
    ("[profiles.a.zoo]\nkeyring = 'yes'", "line 2: profiles.a.zoo.keyring: this must be true or"),
    ("[profiles.a.zoo]\ntoken_env = 'a b'", "line 2: profiles.a.zoo.token_env: this is no name"),
    (
        "[profiles.a.zoo]\ntoken_env = 'A'\nkeyring = true",
        "line 3: profiles.a.zoo.keyring: the token is in one place only",
    ),
    ("[profiles.'a b'.zoo]", "line 1: profiles.a b: a profile's name has"),
    ('default = "b"\n[profiles.a.zoo]', "line 1: default: there is no profile 'b'; known are: a"),
    ('default = "b"', "line 1: default: there is no profile 'b'; known are: none"),
    ("[profiles.a]\nzoo.url = 1", "line 2: profiles.a.zoo.url: this is not known"),
    ("profiles = { a = { zoo = { url = 1 } } }", ": profiles.a.zoo.url: this is not known"),
    ("= 3", "is not TOML: Invalid statement (at line 1, column 1)"),
]


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_what_is_wrong_is_named_with_its_line(text: str, problem: str, config: Path) -> None:
    config.write_text(text, encoding="utf-8")
    with pytest.raises(Failure) as caught:
        read_profiles()
    assert caught.value.message.startswith(str(config))
    assert problem in caught.value.message
    assert caught.value.code == 2


@pytest.mark.parametrize("key", ["token", "api_token", "api_key", "password", "secret"])
def test_a_token_in_the_file_is_refused_and_not_shown(key: str, config: Path) -> None:
    config.write_text(f"[profiles.a.zoo]\n{key} = 'hunter2-hunter2'\n", encoding="utf-8")
    with pytest.raises(Failure, match=r"asyncops login zoo --profile a") as caught:
        read_profiles()
    assert "hunter2" not in str(caught.value)


def test_a_token_for_a_variables_name_is_not_shown(config: Path) -> None:
    config.write_text("[profiles.a.zoo]\ntoken_env = 'api-hunter2'\n", encoding="utf-8")
    with pytest.raises(Failure) as caught:
        read_profiles()
    assert "hunter2" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_a_failure(config: Path) -> None:
    config.write_bytes(b"\xff\xfe")
    with pytest.raises(Failure, match="is not UTF-8 text"):
        read_profiles()
    with pytest.raises(Failure, match=r"cannot read .*: Is a directory"):
        read_profiles(config.parent)


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_a_failure(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"any-{os.getpid()}.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        told = str(read_profiles(path).path)
    except Failure as failure:
        told = failure.message
    assert str(path) in told


def test_a_profile_that_is_named_goes_before_the_environment(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOO_API_TOKEN", "of-the-environment")
    monkeypatch.setenv("ZOO_BASE_URL", "https://environment.example")
    monkeypatch.setenv("WORK_ZOO", "of-work")
    account = account_for(Settings(profile="work"), "zoo")
    assert (account.token, account.base_url) == ("of-work", "https://zoo.example")
    assert (account.profile, account.token_source) == ("work", "the variable WORK_ZOO")
    assert account_for(Settings(profile="home"), "zoo").token == "of-the-environment"
    assert account_for(Settings(profile="home"), "zoo").base_url == "http://zoo.home"


def test_unless_one_is_named_the_environment_goes_before_the_default(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORK_ZOO", "of-work")
    assert account_for(Settings(), "zoo").token == "of-work"
    monkeypatch.setenv("ZOO_API_TOKEN", " of-the-environment\n")
    account = account_for(Settings(), "zoo")
    assert (account.token, account.profile) == ("of-the-environment", None)
    assert (account.base_url, account.url_source) == ("https://api.zoo.dev", None)
    monkeypatch.setenv("ZOO_BASE_URL", "https://environment.example")
    account = account_for(Settings(), "zoo")
    assert account.url_source == "the variable ZOO_BASE_URL"


def test_the_environment_needs_no_file_that_can_be_read(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("nonsense", encoding="utf-8")
    monkeypatch.setenv("ZOO_API_TOKEN", "t")
    assert account_for(Settings(), "zoo").token == "t"


@pytest.mark.parametrize(
    ("profile", "service", "message", "hint"),
    [
        ("wrok", "zoo", "there is no profile 'wrok'", "known are: home, work"),
        ("home", "chainloop", "profile home is not configured for Chainloop, but for Zoo", "login"),
        ("work", "zoo", "profile work takes it from the variable WORK_ZOO, which is not set", ""),
    ],
)
def test_a_missing_account_says_what_there_is(
    profile: str, service: str, message: str, hint: str, config: Path
) -> None:
    with pytest.raises(Failure) as caught:
        account_for(Settings(profile=profile), "zoo" if service == "zoo" else "chainloop")
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_without_any_account_the_hint_says_where_a_token_goes(config: Path) -> None:
    config.write_text("[profiles.a.zoo]\n", encoding="utf-8")
    with pytest.raises(Failure, match=r"no token for Zoo\. Set ZOO_API_TOKEN.*--profile\."):
        account_for(Settings(), "zoo")
    config.unlink()
    with pytest.raises(Failure, match=r"Set ZOO_API_TOKEN, or store one with asyncops login zoo\."):
        account_for(Settings(), "zoo")
    with pytest.raises(Failure, match="no profiles are configured"):
        account_for(Settings(profile="a"), "zoo")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ZOO_BASE_URL": "http://zoo.example"}, "in the clear, over plain http, to zoo.example"),
        ({"ZOO_BASE_URL": "ftp://x"}, "the variable ZOO_BASE_URL: base_url must look like"),
        ({"ZOO_API_TOKEN": "a b"}, "the variable ZOO_API_TOKEN: token must be visible ASCII"),
    ],
)
@pytest.mark.usefixtures("config")
async def test_an_account_that_cannot_be_used_is_wrong_use(
    variables: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names where the mistake is; neither the token nor the library's arguments show."""
    monkeypatch.setenv("ZOO_API_TOKEN", "t")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Failure) as caught:
        client_of(account_for(Settings(), "zoo"), Settings())
    assert message in caught.value.message
    assert caught.value.code == 2
    assert "a b" not in str(caught.value)


@pytest.mark.usefixtures("config")
async def test_plain_http_can_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_API_TOKEN", "t")
    async with client_of(account_for(Settings(profile="home"), "zoo"), Settings()) as client:
        assert client.base_url == "http://zoo.home"


def test_a_profile_names_its_proxy_and_holds_no_login(config: Path) -> None:
    """What the command line says goes before it."""
    config.write_text("[profiles.a.zoo]\nproxy = 'http://proxy.example:3128'", encoding="utf-8")
    assert read_profiles().named("a")["zoo"].proxy == "http://proxy.example:3128"
    config.write_text("[profiles.a.zoo]\nproxy = 'http://me:hunter2@p.example'", encoding="utf-8")
    with pytest.raises(Failure, match=r"line 2: .* a login is not kept in this file") as caught:
        read_profiles()
    assert "hunter2" not in str(caught.value)


def test_an_account_does_not_show_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_API_TOKEN", "hunter2")
    assert "hunter2" not in repr(account_for(Settings(), "zoo"))


@pytest.mark.parametrize("name", ["zoo", "chainloop"])
async def test_the_services_are_those_of_the_library(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same variables and the same addresses as the clients' own."""
    service = SERVICES["zoo" if name == "zoo" else "chainloop"].service
    monkeypatch.delenv(service.url_variable, raising=False)
    monkeypatch.setenv(str(service.token), "t")
    mine = account_for(Settings(), service.name)
    kind = type(client_of(mine, Settings()))
    assert (kind is ZooClient) == (name == "zoo")
    assert kind().base_url == mine.base_url
    monkeypatch.setenv(service.url_variable, "https://here.example")
    assert kind().base_url == account_for(Settings(), service.name).base_url


def test_the_organization_is_the_profiles_or_the_environments_never_both(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with the address."""
    config.write_text(
        "[profiles.a.chainloop]\ntoken_env = 'A'\norganization = 'acme'\n"
        "[profiles.b.chainloop]\ntoken_env = 'A'\n"
        "[profiles.c.chainloop]\ntoken_env = 'A'\norganization = 'ä'\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("A", "token")
    monkeypatch.setenv("CHAINLOOP_TOKEN", "token")
    monkeypatch.setenv("CHAINLOOP_ORGANIZATION", " other ")
    for profile, organization in (("a", "acme"), ("b", None), (None, "other")):
        client = client_of(account_for(Settings(profile=profile), "chainloop"), Settings())
        assert isinstance(client, ChainloopClient)
        assert client.organization == organization
    with pytest.raises(Failure, match="profile c: organization must be ASCII"):
        client_of(account_for(Settings(profile="c"), "chainloop"), Settings())
    monkeypatch.setenv("CHAINLOOP_ORGANIZATION", "a\tb")
    with pytest.raises(Failure, match="the variable CHAINLOOP_ORGANIZATION: organization must not"):
        client_of(account_for(Settings(), "chainloop"), Settings())
