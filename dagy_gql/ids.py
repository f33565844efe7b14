"""Identifiers: UUIDv7 keys (a primary key is a time order) and human run slugs."""

import secrets
from uuid import UUID

import coolname
from uuid_utils.compat import uuid7

from dagy_gql import clock

# No 0/o, 1/l/i: slugs are read aloud and typed.
_SLUG_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


_MS_BITS = 80
_NS_A_MILLISECOND = 1_000_000


def new_id() -> UUID:
    """By the database's clock (48 bits of ms come first), so that ids of all processes are in one
    order. The library takes the machine's and counts on within a millisecond."""
    identifier = uuid7()
    ahead_ms = clock.ahead_of_machine_ns() // _NS_A_MILLISECOND
    return UUID(int=identifier.int + (ahead_ms << _MS_BITS)) if ahead_ms else identifier


def new_slug() -> str:
    """A run's name, for example `brave-otter-k7m2q`; 31**5 endings a pair of words."""
    ending = "".join(secrets.choice(_SLUG_ALPHABET) for _ in range(5))
    return f"{coolname.generate_slug(2)}-{ending}"
