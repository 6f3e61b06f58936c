"""Tokens in the system's keyring, with the extra ``asyncops[keyring]``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from asyncops.cli.exit import Failure

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["forget", "load", "store"]

_SERVICE = "asyncops"


def load(profile: str, service: str) -> str | None:
    """The token of a profile for a service; `None` where the keyring has none.

    Raises:
        Failure: The extra is not installed, or the keyring does not answer.
    """
    backend = _backend()
    with _told("read the token from"):
        return backend.get_password(_SERVICE, _user(profile, service))


def store(profile: str, service: str, token: str) -> None:
    """Keep a token, in place of one that was kept before.

    Raises:
        Failure: The extra is not installed, or the keyring does not take it.
    """
    backend = _backend()
    with _told("store the token in"):
        backend.set_password(_SERVICE, _user(profile, service), token)


def forget(profile: str, service: str) -> bool:
    """Delete a token; False where there was none.

    Raises:
        Failure: The extra is not installed, or the keyring does not do it.
    """
    if load(profile, service) is None:
        return False
    backend = _backend()
    with _told("delete the token from"):
        backend.delete_password(_SERVICE, _user(profile, service))
    return True


def _user(profile: str, service: str) -> str:
    return f"{profile}/{service}"


def _backend() -> "KeyringBackend":
    try:
        # An extra, and slow to load.
        import keyring  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "keyring":
            raise
        raise Failure(
            "the keyring needs an extra: pip install 'asyncops[keyring]'",
            "without it, name a variable that holds the token, with token_env in the profile",
        ) from None
    with _told("open"):
        return keyring.get_keyring()


@contextmanager
def _told(what: str) -> Iterator[None]:
    # Only here, where keyring is known to be there.
    from keyring.errors import (  # noqa: PLC0415
        KeyringLocked,
        NoKeyringError,
        PasswordDeleteError,
    )

    try:
        yield
    except NoKeyringError:
        raise Failure(
            "this system has no keyring that asyncops could use",
            "name a variable that holds the token, with token_env in the profile",
        ) from None
    except KeyringLocked:
        raise Failure(
            f"cannot {what} the keyring: it is locked", "unlock it and try again"
        ) from None
    except PasswordDeleteError:
        raise Failure(f"cannot {what} the keyring") from None
    except Exception as error:  # noqa: BLE001 - backends raise what the system below them raises
        raise Failure(f"cannot {what} the keyring: {type(error).__name__}: {error}") from None
