"""Credentials: what a token may hold, where it comes from, and one refresh for all tasks."""

import asyncio
import copy
import pickle
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.errors import ConfigurationError
from asyncops.http.auth import Auth, Basic
from asyncops.http.credential import Credential, credential_from
from asyncops.http.signer import OutgoingRequest

VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1).filter(
    lambda text: not (text[0] in "\"'`" and text[0] == text[-1]) and text.lower() != "bearer"
)
SECRET = "hunter2-hunter2"


class Desk:
    """Hands out tokens, and counts how often it was asked."""

    def __init__(self, *tokens: object) -> None:
        self.tokens = list(tokens)
        self.asked = 0
        self.busy = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self) -> Any:
        self.asked += 1
        token = self.tokens[min(self.asked, len(self.tokens)) - 1]
        if not self.open.is_set():
            self.busy.set()
        await asyncio.sleep(0)
        await self.open.wait()
        if isinstance(token, BaseException):
            raise token
        return token


class Keyed:
    """A signer that nothing is asked of."""

    def sign(self, request: OutgoingRequest, credentials: str | None) -> Mapping[str, str]:
        raise NotImplementedError


class TestTokens:
    @given(VISIBLE)
    def test_visible_ascii_is_sent_as_it_is(self, token: str) -> None:
        assert asyncio.run(Credential(token).token()) == token

    @pytest.mark.parametrize(
        "bad", ["", "\r\nX-Evil: 1", "\0", "\x7f", "\u00e9", "\ttail", " tail", "\ud800"]
    )
    def test_what_a_header_cannot_carry_is_refused_and_not_shown(self, bad: str) -> None:
        token = SECRET + bad if bad else ""
        with pytest.raises(ValueError, match=r"^token must be visible ASCII") as caught:
            Credential(token)
        assert SECRET not in repr(caught.value)

    @given(VISIBLE, *[st.text(" \t\r\n\v\f", max_size=3)] * 2)
    def test_white_space_around_it_is_left_out(self, token: str, before: str, after: str) -> None:
        assert asyncio.run(Credential(before + token + after).token()) == token

    @pytest.mark.parametrize(
        "token",
        [
            f"Bearer {SECRET}",
            f"bearer\t{SECRET}",
            f"BEARER {SECRET}\n",
            "Bearer",
            f"Authorization: Bearer {SECRET}",
            f"authorization:bearer {SECRET}",
        ],
    )
    def test_the_scheme_is_named_where_it_was_given_too(self, token: str) -> None:
        with pytest.raises(ValueError, match=r"^token must be .* leave out 'Bearer'") as caught:
            Credential(token)
        assert SECRET not in repr(caught.value)

    @pytest.mark.parametrize(
        "quoted",
        [
            f'"{SECRET}"',
            f"'{SECRET}'\n",
            f"`{SECRET}`",
            f"\u201c{SECRET}\u201d",
            f"\u2018{SECRET}\u2019",
            f'"Bearer {SECRET}"',
            '""',
        ],
    )
    def test_quotes_around_it_are_named(self, quoted: str) -> None:
        with pytest.raises(ValueError, match=r"^token must not be in quotes") as caught:
            Credential(quoted)
        assert SECRET not in repr(caught.value)

    @pytest.mark.parametrize("token", ["'", '"', "a'b", "'a", "bearer-token", "Bearertoken"])
    def test_what_only_looks_a_little_like_that_is_a_token(self, token: str) -> None:
        assert asyncio.run(Credential(token).token()) == token

    @pytest.mark.parametrize("token", [b"bytes", 5, 1.5, ["t"], True])
    def test_another_type_is_a_type_error_that_does_not_show_it(self, token: Any) -> None:
        with pytest.raises(TypeError, match=f"got {type(token).__name__}$"):
            Credential(token)

    def test_it_shows_nothing_and_is_not_pickled_or_copied(self) -> None:
        credential = Credential(SECRET)
        assert SECRET not in f"{credential!r} {credential}"
        for keep in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="not pickled"):
                keep(credential)

    @given(st.from_regex(r"[A-Za-z0-9]{6,20}", fullmatch=True), st.text(), st.text())
    def test_it_takes_its_token_out_of_a_text(self, token: str, before: str, after: str) -> None:
        redacted = Credential(token).redact(f"{before} {token} {after}")
        assert token not in redacted
        assert " *** " in redacted

    def test_without_a_token_there_is_nothing_to_take_out(self) -> None:
        assert Credential(Desk("t")).redact("as it was") == "as it was"

    def test_it_takes_its_login_out_in_every_form(self) -> None:
        credential = Credential("AC123:hunter2-hunter2", Basic())
        encoded = "QUMxMjM6aHVudGVyMi1odW50ZXIy"
        assert credential.headers == {"Authorization": f"Basic {encoded}"}
        echoed = f"AC123 sent AC123:{SECRET}, {SECRET}, Basic {encoded}"
        assert credential.redact(echoed) == "AC123 sent ***, ***, Basic ***"

    def test_it_takes_the_parts_of_a_signers_credentials_out(self) -> None:
        credential = Credential(f" AKID123456789:{SECRET}\n", Keyed())
        assert credential.headers == {}
        assert credential.current == f"AKID123456789:{SECRET}"
        assert credential.redact(f"{SECRET} of AKID123456789") == "*** of ***"

    async def test_without_a_credential_nothing_is_sent(self) -> None:
        credential = Credential(None, None)
        assert (await credential.token(), credential.headers) == (None, {})
        assert not credential.is_sent
        assert not await credential.refresh(None)


class TestSource:
    def test_the_argument_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOME_TOKEN", "from-env")
        assert asyncio.run(credential_from("given", "SOME_TOKEN").token()) == "given"

    def test_the_environment_serves_where_there_is_no_argument(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOME_TOKEN", " from-env\n")
        assert asyncio.run(credential_from(None, "SOME_TOKEN").token()) == "from-env"

    @pytest.mark.parametrize("value", [None, "", "  \n"])
    def test_neither_is_an_error_that_names_the_variable(
        self, monkeypatch: pytest.MonkeyPatch, value: str | None
    ) -> None:
        monkeypatch.delenv("SOME_TOKEN", raising=False)
        if value is not None:
            monkeypatch.setenv("SOME_TOKEN", value)
        with pytest.raises(ConfigurationError, match="SOME_TOKEN"):
            credential_from(None, "SOME_TOKEN")

    async def test_there_may_be_none_where_it_is_optional(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An argument that is empty is a mistake all the same."""
        monkeypatch.setenv("SOME_TOKEN", " ")
        credential = credential_from(None, "SOME_TOKEN", optional=True)
        assert (credential.is_sent, await credential.token(), credential.headers) == (
            False,
            None,
            {},
        )
        with pytest.raises(ConfigurationError, match=r"token=\.\.\."):
            credential_from("", "SOME_TOKEN", optional=True)
        monkeypatch.setenv("SOME_TOKEN", "from-env")
        assert await credential_from(None, "SOME_TOKEN", optional=True).token() == "from-env"

    @pytest.mark.parametrize("token", ["", " ", "\r\n"])
    def test_an_empty_argument_does_not_fall_back(
        self, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOME_TOKEN", "from-env")
        with pytest.raises(ConfigurationError, match=r"token=\.\.\."):
            credential_from(token, "SOME_TOKEN")

    def test_both_sources_are_stripped_alike(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOME_TOKEN", " abc\n")
        for given_token in (None, " abc\n"):
            assert asyncio.run(credential_from(given_token, "SOME_TOKEN").token()) == "abc"

    def test_a_bad_token_in_the_environment_is_not_shown(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOME_TOKEN", SECRET + "\r\nX: 1")
        with pytest.raises(ValueError, match="token") as caught:
            credential_from(None, "SOME_TOKEN")
        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize(
        ("variable", "auth"),
        [(None, Auth()), (None, Basic()), (None, None), ("SOME_TOKEN", None)],
    )
    def test_a_service_without_a_token_is_given_none(
        self, variable: str | None, auth: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOME_TOKEN", "from-env")
        assert not credential_from(None, variable, auth).is_sent
        for token in (SECRET, "", Desk(SECRET)):
            with pytest.raises(ValueError, match=r"^token must be left out") as caught:
                credential_from(token, variable, auth)
            assert SECRET not in str(caught.value)

    async def test_a_signer_may_have_credentials_of_its_own(self) -> None:
        own = credential_from(None, None, Keyed())
        assert (await own.token(), own.is_sent) == (None, True)
        given = credential_from(" two lines\nof a key ", None, Keyed())
        assert await given.token() == "two lines\nof a key"
        with pytest.raises(ConfigurationError, match=r"^no token: pass token=\.\.\.$"):
            credential_from("", None, Keyed())

    async def test_a_signer_without_its_token_has_others(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SOME_TOKEN", raising=False)
        own = credential_from(None, "SOME_TOKEN", Keyed(), optional=True)
        assert (await own.token(), own.is_sent) == (None, True)
        assert isinstance(own.signer, Keyed)
        assert not credential_from(None, "SOME_TOKEN", Auth(), optional=True).is_sent
        with pytest.raises(ConfigurationError, match="no token"):
            credential_from("", "SOME_TOKEN", Keyed(), optional=True)

    async def test_credentials_of_a_signer_may_come_from_a_callable(self) -> None:
        credential = Credential(Desk("k1", "k2", b"k3"), Keyed())
        assert await credential.token() == "k1"
        assert await credential.refresh("k1")
        assert credential.current == "k2"
        with pytest.raises(ConfigurationError, match="token must be a string that is not empty"):
            await credential.refresh("k2")


class TestProvider:
    async def test_it_is_asked_once_for_the_first_requests_of_all_tasks(self) -> None:
        desk = Desk("t1", "t2")
        credential = Credential(desk)
        assert set(await asyncio.gather(*(credential.token() for _ in range(50)))) == {"t1"}
        assert desk.asked == 1

    async def test_it_is_asked_once_for_fifty_refreshes_at_once(self) -> None:
        desk = Desk("t1", "t2", "t3")
        credential = Credential(desk)
        old = await credential.token()
        assert all(await asyncio.gather(*(credential.refresh(old) for _ in range(50))))
        assert await credential.token() == "t2"
        assert desk.asked == 2

    async def test_a_token_that_comes_back_the_same_is_not_asked_for_by_every_task(self) -> None:
        desk = Desk("t1", "t1")
        credential = Credential(desk)
        old = await credential.token()
        await asyncio.gather(*(credential.refresh(old) for _ in range(50)))
        assert desk.asked == 2

    async def test_a_refusal_of_an_older_token_asks_for_nothing(self) -> None:
        desk = Desk("t1", "t2", "t3")
        credential = Credential(desk)
        old = await credential.token()
        await credential.refresh(old)
        assert await credential.refresh(old)
        assert desk.asked == 2

    async def test_a_later_refusal_asks_again(self) -> None:
        desk = Desk("t1", "t2", "t3")
        credential = Credential(desk)
        for expected in ("t1", "t2", "t3"):
            assert await credential.token() == expected
            await credential.refresh(expected)

    async def test_a_fixed_token_cannot_be_refreshed(self) -> None:
        credential = Credential("fixed")
        assert not await credential.refresh("fixed")
        assert await credential.token() == "fixed"

    async def test_a_cancelled_refresher_leaves_the_others_their_token(self) -> None:
        desk = Desk("t1", "t2", "t3")
        credential = Credential(desk)
        old = await credential.token()
        desk.open.clear()
        tasks = [asyncio.create_task(credential.refresh(old)) for _ in range(5)]
        await desk.busy.wait()
        tasks[0].cancel()
        desk.open.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError)
        assert results[1:] == [True] * 4
        assert await credential.token() == "t3"

    async def test_its_error_is_the_callers_and_the_next_asking_may_work(self) -> None:
        credential = Credential(Desk(OSError("vault is shut"), "t2"))
        with pytest.raises(OSError, match="vault is shut"):
            await credential.token()
        assert await credential.token() == "t2"

    @pytest.mark.parametrize(
        "answer", ["", f"{SECRET}\r\nX: 1", f"{SECRET}\u00e9", f"Bearer {SECRET}"]
    )
    async def test_its_answer_is_checked_and_not_shown(self, answer: str) -> None:
        with pytest.raises(ConfigurationError, match="token must be") as caught:
            await Credential(Desk(answer)).token()
        assert SECRET not in repr(caught.value)

    async def test_its_answer_is_stripped(self) -> None:
        assert await Credential(Desk("abc\n")).token() == "abc"

    @pytest.mark.parametrize("answer", [None, b"t", 5])
    async def test_an_answer_that_is_no_text_is_refused(self, answer: object) -> None:
        with pytest.raises(ConfigurationError, match="token must be a string"):
            await Credential(Desk(answer)).token()

    async def test_a_callable_that_is_not_async_is_a_type_error_that_shows_nothing(self) -> None:
        plain: Any = lambda: SECRET  # noqa: E731
        with pytest.raises(TypeError, match="async callable") as caught:
            await Credential(plain).token()
        assert SECRET not in repr(caught.value)

    async def test_a_new_token_is_the_one_that_is_taken_out_of_texts(self) -> None:
        credential = Credential(Desk(SECRET))
        await credential.token()
        assert credential.redact(f"you sent {SECRET}") == "you sent ***"

    async def test_the_token_before_it_is_taken_out_as_well(self) -> None:
        """The answer to a request that was sent with it may still come."""
        credential = Credential(Desk("token-1", "token-2"))
        await credential.token()
        assert credential.redact("token-1, token-2") == "***, token-2"
        await credential.refresh("token-1")
        assert credential.redact("token-1, token-2") == "***, ***"


def test_a_plain_function_that_gives_an_awaitable_will_do() -> None:
    def provider() -> Awaitable[str]:
        return Desk("t")()

    source: Callable[[], Awaitable[str]] = provider
    assert asyncio.run(Credential(source).token()) == "t"
