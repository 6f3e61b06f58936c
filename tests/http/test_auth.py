"""How a token is checked and sent: in a header of any form, or as a login."""

from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncops.http.auth import Auth, Basic
from asyncops.models.description_error import DescriptionError

SECRET = "hunter2-hunter2"
KEY = Auth(header="X-Api-Key", form="{}")
DAGSTER = Auth(form="Token token={}")
PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs")))


class TestAuth:
    def test_the_default_is_a_bearer_token(self) -> None:
        assert Auth().headers("t") == {"Authorization": "Bearer t"}

    @pytest.mark.parametrize("auth", [Auth(), KEY, DAGSTER], ids=repr)
    def test_the_token_stands_in_the_form_as_it_is(self, auth: Auth) -> None:
        token = "{}-{0}-%s"
        assert auth.check(token) == token
        assert auth.headers(token) == {auth.header: auth.form.replace("{}", token, 1)}
        assert auth.secrets(token) == (token,)

    @pytest.mark.parametrize(
        ("auth", "token", "complaint"),
        [
            (KEY, f"X-Api-Key: {SECRET}", "leave out 'X-Api-Key:'"),
            (KEY, f"x-api-key:{SECRET}", "leave out 'X-Api-Key:'"),
            (KEY, f"Bearer {SECRET}", "without spaces"),
            (DAGSTER, f"token token= {SECRET}", "leave out 'Token token='"),
            (Auth(form="Key {}"), f"KEY {SECRET}", "leave out 'Key'"),
            (Auth(form="Key {}"), f"Authorization:Key {SECRET}", "leave out 'Key'"),
            (Auth(form="Key {}"), f"'{SECRET}'", "not be in quotes"),
        ],
    )
    def test_what_is_added_to_it_is_named_where_it_was_given_too(
        self, auth: Auth, token: str, complaint: str
    ) -> None:
        with pytest.raises(ValueError, match=f"^token must .*{complaint}") as caught:
            auth.check(token)
        assert SECRET not in repr(caught.value)

    def test_a_scheme_of_another_service_is_no_trouble_within_a_token(self) -> None:
        assert KEY.check("bearer-token") == "bearer-token"
        assert Auth(form="Key {}").check("keys-9") == "keys-9"

    @pytest.mark.parametrize("header", ["", "X Api", "X:Key", "Größe", "a\n"])
    def test_a_name_that_no_header_can_have_is_refused(self, header: str) -> None:
        with pytest.raises(DescriptionError, match=r"^Auth: header must be the name of a header"):
            Auth(header=header)

    @pytest.mark.parametrize("form", ["", "Bearer", "{} {}", "Bearer {0}", "B {}\n", "É {}", " {}"])
    def test_a_form_that_cannot_be_sent_is_refused(self, form: str) -> None:
        with pytest.raises(DescriptionError, match=r"^Auth: form must "):
            Auth(form=form)

    @pytest.mark.parametrize("form", ["Bearer hidden", "Bearer hidden ", "hidden-é {}"])
    def test_a_form_is_not_shown_as_it_may_hold_the_token(self, form: str) -> None:
        with pytest.raises(DescriptionError, match=r"^Auth: form must ") as caught:
            Auth(form=form)
        assert "hidden" not in str(caught.value)

    def test_another_type_is_refused(self) -> None:
        bad: Any = b"{}"
        with pytest.raises(DescriptionError, match=r"^Auth: form must be a string"):
            Auth(form=bad)
        with pytest.raises(DescriptionError, match=r"^Auth: header must be a string"):
            Auth(header=bad)


class TestBasic:
    def test_the_login_is_encoded_here(self) -> None:
        """The example of RFC 7617."""
        headers = {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
        assert Basic().headers("Aladdin:open sesame") == headers

    @given(PRINTABLE, PRINTABLE)
    def test_any_user_and_password_come_out_again(self, user: str, password: str) -> None:
        login = f"{user.replace(':', '')}:{password}"
        if len(login) < 2 or login.strip().lower().startswith(("basic ", "authorization")):
            return
        assert Basic().check(login) == login
        (value,) = Basic().headers(login).values()
        assert b64decode(value.removeprefix("Basic ")).decode() == login

    def test_line_breaks_around_it_are_left_out_but_no_spaces(self) -> None:
        assert Basic().check("u: pass \r\n") == "u: pass "

    @pytest.mark.parametrize(
        "token",
        [
            "",
            ":",
            "\n",
            SECRET,
            "Basic dXNlcjpwYXNz",
            f"Basic user:{SECRET}",
            f"Authorization: Basic {SECRET}",
            f"authorization:{SECRET}",
            f"user:{SECRET}\0",
            f"user:a\n{SECRET}",
            f"user:{SECRET}\x85",
            f"user:{SECRET}\ud800",
        ],
    )
    def test_what_is_no_login_is_refused_and_not_shown(self, token: str) -> None:
        with pytest.raises(ValueError, match=r"^token must be 'user:password'") as caught:
            Basic().check(token)
        assert SECRET not in repr(caught.value)

    @pytest.mark.parametrize("token", [b"u:p", 5, None, ("u", "p")])
    def test_another_type_is_refused(self, token: Any) -> None:
        with pytest.raises(ValueError, match=f"got {type(token).__name__}$"):
            Basic().check(token)

    def test_the_password_and_the_encoded_login_are_secret_and_the_user_is_not(self) -> None:
        assert Basic().secrets("AC123:se:cret") == (
            "AC123:se:cret",
            "se:cret",
            "QUMxMjM6c2U6Y3JldA==",
        )
