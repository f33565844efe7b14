"""Keys for sealing secrets: made, read and named here. `dagy up`, which lives as long as the
installation, needs no more than this; what keys do is in `sealing`."""

import base64
import binascii
import hashlib
import os

KEY_BYTES = 32
_ID_LENGTH = 12
HOW_TO_MAKE_ONE = "make one with `dagy secrets make-key`"


class SealError(Exception):
    """What cannot be sealed or opened, and what to do; holds neither key nor content."""


def new_key() -> str:
    """256 random bits in URL-safe base64, as DAGY_SECRETS_KEY takes them."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def read(text: str) -> list[bytes]:
    """Keys separated by commas or lines, at least one. Raises SealError, without showing them."""
    given = [key.strip() for key in text.replace("\n", ",").split(",") if key.strip()]
    if not given:
        raise SealError(
            f"DAGY_SECRETS_KEY is not set: {HOW_TO_MAKE_ONE}, give it to every server and worker, "
            "and keep a copy apart from the database."
        )
    return [_decoded(key, place) for place, key in enumerate(given, 1)]


def fingerprint(key: bytes) -> str:
    """A name for a key that gives nothing of it away: the key is random."""
    return hashlib.sha256(b"dagy secrets key:" + key).hexdigest()[:_ID_LENGTH]


def _decoded(key: str, place: int) -> bytes:
    try:
        raw = base64.b64decode(key.encode("ascii", "replace"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise SealError(
            f"Key {place} of DAGY_SECRETS_KEY is not {KEY_BYTES} bytes in URL-safe base64 "
            f"(44 characters): {HOW_TO_MAKE_ONE}."
        )
    return raw
