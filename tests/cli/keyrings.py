"""Keyrings that hold nothing of this machine's."""

from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring
from keyring.compat import properties
from keyring.errors import KeyringLocked, PasswordDeleteError

__all__ = ["BrokenRing", "LockedRing", "MemoryRing", "NoRing"]


class MemoryRing(KeyringBackend):
    """Keeps its tokens in memory."""

    @properties.classproperty
    def priority(self) -> float:
        return 1.0

    def __init__(self) -> None:
        # What keyring's own does is read the environment.
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(f"nothing there for {username} of {service}")


class LockedRing(MemoryRing):
    """Its user has not unlocked it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"locked, {username} of {service}")


class BrokenRing(MemoryRing):
    """Reads well, but writes and deletes nothing, each in its own way."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"no bus for {service}, {username}, {len(password)}")

    def delete_password(self, service: str, username: str) -> None:
        raise PasswordDeleteError(f"nothing there for {username} of {service}")


class NoRing(Keyring):
    """What keyring gives where a system has none."""

    def __init__(self) -> None:
        # What keyring's own does is read the environment.
        self.kept: dict[tuple[str, str], str] = {}
