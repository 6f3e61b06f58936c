"""Numbers that look random and are the same in every process: the source of all fake data."""

from collections.abc import Callable
from hashlib import blake2b
from itertools import count

_M48 = (1 << 48) - 1
_M62 = (1 << 62) - 1
_M64 = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_SPREAD = 0xD1342543DE82EF95 & _M48 | 1
_SPREAD_AGAIN = 0xAF251AF3B0F025B5 & _M48 | 1
_UNSPREAD = pow(_SPREAD, -1, 1 << 48)
_UNSPREAD_AGAIN = pow(_SPREAD_AGAIN, -1, 1 << 48)
_UUID_LENGTH = 36


def mix(value: int) -> int:
    """Any integer to 64 well-mixed bits (the finalizer of splitmix64)."""
    value = (value * _GOLDEN) & _M64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _M64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _M64
    return value ^ (value >> 31)


def key(seed: int, salt: str) -> int:
    """A 64-bit key for one purpose, from the user's seed."""
    return int.from_bytes(blake2b(f"{seed}:{salt}".encode(), digest_size=8).digest())


class IdSpace:
    """Numbers to version 4 UUIDs and back, without a table."""

    __slots__ = ("_key",)

    def __init__(self, seed: int, salt: str) -> None:
        self._key = key(seed, salt)

    def encode(self, number: int) -> str:
        """The UUID of a number from 0 to 2**48 - 1."""
        high = ((number ^ self._key) & _M48) * _SPREAD & _M48
        high = (high ^ (high >> 24)) * _SPREAD_AGAIN & _M48
        bits = mix(self._key + number)
        head = f"{high:012x}"
        tail = f"{(bits & _M62) | (1 << 63):016x}"
        return f"{head[:8]}-{head[8:]}-4{bits >> 52:03x}-{tail[:4]}-{tail[4:]}"

    def decode(self, text: str) -> int | None:
        """The number of a UUID, or None if ``encode`` would not have made it."""
        if len(text) != _UUID_LENGTH:
            return None
        number = self.number(text[:8] + text[9:13])
        return number if number is not None and self.encode(number) == text.lower() else None

    def number(self, digits: str) -> int | None:
        """The number whose UUID begins with these 12 digits, without a dash; None if none may."""
        try:
            high = int(digits, 16)
        except ValueError:
            return None
        high = high * _UNSPREAD_AGAIN & _M48
        high ^= high >> 24
        return (high * _UNSPREAD ^ self._key) & _M48


def request_ids(seed: int, service: str) -> Callable[[], str]:
    """Return a function that gives the id of one more request of a service."""
    space, numbers = IdSpace(seed, f"{service} request"), count()
    return lambda: space.encode(next(numbers))
