"""Encryption at rest: secrets of users and of channels are sealed before they reach a row.

The first key seals, every key opens. A sealed text names its key ("<key id>:<Fernet token>"), so
that what is missing or out of date is known without trying. Keys are never logged or shown.
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from dagy_gql import keys
from dagy_gql.keys import SealError


class UnknownKeyError(SealError):
    """A text was sealed with a key that is not at hand."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            f"It was sealed with the key {key_id}, which DAGY_SECRETS_KEY does not hold: "
            "add that key behind the present one, separated by a comma."
        )
        self.key_id = key_id


class Sealer:
    """`given` is what DAGY_SECRETS_KEY holds. Raises SealError for a text that is no keys."""

    def __init__(self, given: str) -> None:
        raw = keys.read(given)
        self.key_ids: Sequence[str] = [keys.fingerprint(each) for each in raw]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in raw])

    @property
    def key_id(self) -> str:
        """The key that seals."""
        return self.key_ids[0]

    def seal(self, data: bytes) -> str:
        return f"{self.key_id}:{self._fernet.encrypt(data).decode()}"

    def open(self, sealed: str) -> bytes:
        """Raises UnknownKeyError, or SealError for a text that was tampered with."""
        key_id, _, token = sealed.partition(":")
        if key_id not in self.key_ids:
            raise UnknownKeyError(key_id)
        try:
            return self._fernet.decrypt(token)
        except InvalidToken as error:
            raise SealError("It was changed after it had been sealed: set it anew.") from error

    def resealed(self, sealed: str) -> str:
        """The same content under the first key. Raises as `open` does."""
        return sealed if key_of(sealed) == self.key_id else self.seal(self.open(sealed))

    def __repr__(self) -> str:
        return f"Sealer({', '.join(self.key_ids)})"


def key_of(sealed: str) -> str:
    return sealed.partition(":")[0]
