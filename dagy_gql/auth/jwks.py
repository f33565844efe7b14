"""The public keys of a provider, and tokens checked with them.

Keys are kept for an hour. A key that is not among them makes us look again, but not more often
than every 30 seconds, so that made-up key ids cost the provider nothing.
"""

import asyncio
import logging
import time
import warnings
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry, Key
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry, Token

from dagy_gql import clock
from dagy_gql.auth.outgoing import Outgoing
from dagy_gql.errors import Unavailable

logger = logging.getLogger(__name__)

KEPT_SECONDS = 3600.0
LOOK_AGAIN_SECONDS = 30.0
_MAX_KEYS = 100
_MAX_TOKEN = 16 * 1024
_ASYMMETRIC_TYPES = frozenset({"RSA", "EC", "OKP"})
# RFC 9068 and RFC 7519; a logout token, for one, is no proof of identity.
_TYPES = frozenset({"JWT", "AT+JWT", "APPLICATION/AT+JWT"})


class BadToken(Exception):
    """The token proves nothing; the text says why, for the log."""


class _Registry(JWSRegistry):
    """Providers put headers of their own beside the registered ones."""

    max_header_length = 4096
    max_payload_length = _MAX_TOKEN


class Keys:
    """The keys at one address, which is asked for when it is first needed."""

    def __init__(self, outgoing: Outgoing, url: Callable[[], Awaitable[str]]) -> None:
        self._outgoing = outgoing
        self._url = url
        self._keys: dict[str | None, Key] = {}
        self._good_until = 0.0
        self._asked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, kid: str | None) -> Key:
        """The key of that id; without an id the only one. Raises BadToken, Unavailable."""
        if time.monotonic() >= self._good_until or self._chosen(kid) is None:
            async with self._lock:
                await self._look(kid)
        found = self._chosen(kid)
        if found is None:
            raise BadToken(f"signed with the unknown key {kid!r}")
        return found

    def _chosen(self, kid: str | None) -> Key | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    async def _look(self, kid: str | None) -> None:
        now = time.monotonic()
        is_fresh = now < self._good_until
        if (
            is_fresh and self._chosen(kid) is not None
        ) or now - self._asked_at < LOOK_AGAIN_SECONDS:
            if not self._keys:
                raise Unavailable("The identity provider does not answer: try again soon.")
            return
        self._asked_at = now
        try:
            self._keys = _imported(await self._outgoing.get(await self._url()))
        except Unavailable as error:
            if not self._keys:
                raise
            logger.warning("keys could not be renewed", extra={"why": error.message})
            return
        self._good_until = now + KEPT_SECONDS


def _imported(document: dict[str, Any]) -> dict[str | None, Key]:
    """The keys for signatures. What cannot be read is left out, as RFC 7517 section 5 says."""
    found: dict[str | None, Key] = {}
    entries = document.get("keys")
    for entry in entries[:_MAX_KEYS] if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
            continue
        if entry.get("kty") not in _ASYMMETRIC_TYPES:
            continue
        try:
            found[entry.get("kid")] = JWKRegistry.import_key(entry)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            logger.warning("a key could not be read", extra={"why": str(error)})
    if not found:
        raise Unavailable("The identity provider shows no keys.")
    return found


async def verified(text: str, keys: Keys, *, algorithms: Collection[str]) -> Token:
    """The token, its signature checked by an algorithm of ours. Raises BadToken, Unavailable.

    Says nothing about its claims.
    """
    header = _header(text, algorithms)
    key = await keys.find(header.get("kid"))
    if key.get("alg") not in (None, header["alg"]):
        raise BadToken(f"the key is for {key.get('alg')}, the token says {header['alg']}")
    try:
        with warnings.catch_warnings():
            # EdDSA has a new name in RFC 9864; providers use the old one.
            warnings.simplefilter("ignore", SecurityWarning)
            registry = _Registry(algorithms=list(algorithms), strict_check_header=False)
            return jwt.decode(text, key, registry=registry)
    except (JoseError, ValueError, TypeError) as error:
        raise BadToken(f"{type(error).__name__}: {error}") from error


def _header(text: str, algorithms: Collection[str]) -> dict[str, Any]:
    if len(text) > _MAX_TOKEN:
        raise BadToken(f"longer than {_MAX_TOKEN} characters")
    try:
        header = jws.extract_compact(text.encode()).headers()
    except (JoseError, ValueError, TypeError) as error:
        raise BadToken(f"no JWT: {error}") from error
    if header.get("alg") not in algorithms:
        raise BadToken(f"the algorithm is {header.get('alg')!r}")
    if str(header.get("typ", "JWT")).upper() not in _TYPES:
        raise BadToken(f"the type is {header.get('typ')!r}")
    if not isinstance(header.get("kid"), str | None):
        raise BadToken("the key id is no text")
    return header


def check_claims(token: Token, *, leeway_seconds: int, **expected: Any) -> dict[str, Any]:
    """The claims, if they hold now: `expected` are options of joserfc's JWTClaimsRegistry.

    Raises BadToken.
    """
    options = {"exp": {"essential": True}, "sub": {"essential": True}} | expected
    now = int(clock.now().timestamp())
    try:
        JWTClaimsRegistry(now=now, leeway=leeway_seconds, **options).validate(token.claims)
    except JoseError as error:
        raise BadToken(f"{type(error).__name__}: {error}") from error
    return token.claims
