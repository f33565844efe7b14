"""Passwords: argon2id, in a thread, and as slow for an unknown user as for a wrong password."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dagy_gql.errors import BadUserInput

MIN_LENGTH = 10
MAX_LENGTH = 1024

# argon2-cffi's defaults are RFC 9106's low-memory profile: 64 MiB, three passes, about 50 ms.
_hasher = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("the hash that unknown users are checked against")


def _verify(password: str, stored: str | None) -> bool:
    try:
        _hasher.verify(stored or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


async def verify(password: str, stored: str | None) -> bool:
    """Whether the password fits; `stored` None (no such user) takes as long and is False."""
    return await asyncio.to_thread(_verify, password[:MAX_LENGTH], stored)


async def hashed(password: str) -> str:
    """Raises BadUserInput for a password that is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadUserInput(
            f"A password has from {MIN_LENGTH} to {MAX_LENGTH} characters.", field="password"
        )
    return await asyncio.to_thread(_hasher.hash, password)
