"""Tokens in the system's keyring, with the extra ``asyncops[keyring]``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from asyncops.cli.shell import Failure, needing

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE = "asyncops"


def load(profile: str, service: str) -> str | None:
    """The token of a profile for a service; `None` where the keyring has none.

    Raises:
        Failure: The extra is not installed, or the keyring does not answer.
    """
    with _keyring("read the token from") as backend:
        return backend.get_password(_SERVICE, f"{profile}/{service}")


def store(profile: str, service: str, token: str) -> None:
    """Keep a token, in place of one that was kept before.

    Raises:
        Failure: The extra is not installed, or the keyring does not take it.
    """
    with _keyring("store the token in") as backend:
        backend.set_password(_SERVICE, f"{profile}/{service}", token)


def forget(profile: str, service: str) -> bool:
    """Delete a token; False where there was none.

    Raises:
        Failure: The extra is not installed, or the keyring does not do it.
    """
    if load(profile, service) is None:
        return False
    with _keyring("delete the token from") as backend:
        backend.delete_password(_SERVICE, f"{profile}/{service}")
    return True


@contextmanager
def _keyring(what: str) -> Iterator["KeyringBackend"]:
    extra = "the keyring needs an extra: pip install 'asyncops[keyring]'"
    hint = "name a variable that holds the token, with token_env in the profile"
    with needing("keyring", extra, f"without it, {hint}"):
        # Slow to load.
        import keyring  # noqa: PLC0415
        from keyring import errors  # noqa: PLC0415
    try:
        yield keyring.get_keyring()
    except errors.NoKeyringError:
        raise Failure("this system has no keyring that asyncops could use", hint) from None
    except errors.KeyringLocked:
        locked = f"cannot {what} the keyring: it is locked"
        raise Failure(locked, "unlock it and try again") from None
    except errors.PasswordDeleteError:
        raise Failure(f"cannot {what} the keyring") from None
    except Exception as error:  # noqa: BLE001 - backends raise what the system below them raises
        raise Failure(f"cannot {what} the keyring: {type(error).__name__}: {error}") from None
