"""Identifiers: UUIDv7 keys (a primary key is a time order) and human run slugs."""

import secrets
from uuid import UUID

import coolname
from uuid_utils.compat import uuid7

# No 0/o, 1/l/i: slugs are read aloud and typed.
_SLUG_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_id() -> UUID:
    return uuid7()


def new_slug() -> str:
    """A run's name, for example `brave-otter-k7m2q`; 31**5 endings a pair of words."""
    ending = "".join(secrets.choice(_SLUG_ALPHABET) for _ in range(5))
    return f"{coolname.generate_slug(2)}-{ending}"
