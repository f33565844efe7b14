"""Passwords: argon2id, in a thread, and as slow for an unknown user as for a wrong password."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dagy_gql.errors import BadUserInput

MIN_LENGTH = 10
MAX_LENGTH = 1024
_MIN_DISTINCT = 5
# Of the address: shorter names are part of many words. Beside it: "ada@example.com1" is no secret.
_MIN_NAME = 4
_MIN_OWN = 6
# The longest of the usual lists of leaked passwords, without digits behind them.
_COMMON = frozenset({
    "password", "passwort", "motdepasse", "contrasena", "administrator", "adminadmin", "iloveyou",
    "letmein", "welcome", "changeme", "superman", "football", "baseball", "basketball", "liverpool",
    "princess", "sunshine", "computer", "trustno", "starwars", "testtest", "secret", "qwertz",
    "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx3edc", "q1w2e3r4t5", "q1w2e3r4t5y6", "qazwsxedc",
    "passw0rd", "p4ssw0rd",
})  # fmt: skip
# What fingers and thoughts run along, both ways.
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_RUNS = tuple(run for row in _ROWS for run in (row * 3, row[::-1] * 3))

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


def check(password: str, *, email: str = "", field: str = "password") -> None:
    """Raises BadUserInput for a password that is too short, too long, or among the first that
    somebody would try on that address."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadUserInput(
            f"A password has from {MIN_LENGTH} to {MAX_LENGTH} characters.", field=field
        )
    if is_weak(password, email):
        raise BadUserInput(
            "This password is easy to guess: it repeats or counts, is the e-mail address, or is "
            "among the most common ones. A few words that do not belong together are a good one.",
            field=field,
        )


def is_weak(password: str, email: str = "") -> bool:
    text = password.casefold()
    letters = "".join(letter for letter in text if letter.isalnum())
    return (
        len(set(text)) < _MIN_DISTINCT
        or _repeats(text)
        or any(letters in run for run in _RUNS)
        or bool({letters, letters.rstrip("0123456789")} & _COMMON)
        or _is_of_address(text, email.casefold())
    )


def _repeats(text: str) -> bool:
    """One piece again and again, such as "passwordpassword"."""
    return text in (text + text)[1:-1]


def _is_of_address(text: str, email: str) -> bool:
    """Whether hardly anything is left without the address or the name in it."""
    name = email.partition("@")[0]
    return any(
        len(part) >= _MIN_NAME and part in text and len(text.replace(part, "")) < _MIN_OWN
        for part in (email, name)
    )


async def hashed(password: str, *, email: str = "", field: str = "password") -> str:
    """Raises what `check` does."""
    check(password, email=email, field=field)
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)
