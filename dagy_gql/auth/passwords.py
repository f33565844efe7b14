"""Passwords: argon2id, in a thread, and as slow for an unknown user as for a wrong password."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dagy_gql.errors import BadUserInput

MIN_LENGTH = 10
MAX_LENGTH = 1024

# argon2-cffi's defaults are RFC 9106's low-memory profile: 64 MiB, three passes, about 50 ms.
_hasher = PasswordHasher()
# However many sign in at once, they take 128 MiB together and leave other threads alone.
_threads = ThreadPoolExecutor(2, thread_name_prefix="passwords")


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
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _verify, password[:MAX_LENGTH], stored)


def check(password: str, *, field: str = "password") -> None:
    """Raises BadUserInput for a password that is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadUserInput(
            f"A password has from {MIN_LENGTH} to {MAX_LENGTH} characters.", field=field
        )


async def hashed(password: str, *, field: str = "password") -> str:
    """Raises BadUserInput for a password that is too short or too long."""
    check(password, field=field)
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)
