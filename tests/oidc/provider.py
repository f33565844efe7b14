"""The provider of `provider.mjs` as a process, and a browser that goes through it."""

import asyncio
import hmac
import json
import re
import socket
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

SCRIPT = Path(__file__).parent / "provider.mjs"
CLIENT, SECRET = "dagy", "a secret of a test, longer than needed"
REDIRECT = "http://dagy.test/auth/oidc/callback"


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """We hold its keys, so that tests can sign whatever the real one never would."""

    process: asyncio.subprocess.Process
    port: int
    key: RSAKey = field(default_factory=lambda: new_key("first"))
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def configure(self) -> None:
        client = {"redirect_uris": [REDIRECT], "client_secret": SECRET}
        configuration = {
            "port": self.port,
            "jwks": {"keys": [self.key.as_dict(private=True)]},
            "clients": [client | {"client_id": name} for name in (CLIENT, "other", "api")],
            "accounts": self.accounts,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(configuration).encode() + b"\n")
        # The provider prints notices of its own, too.
        async with asyncio.timeout(30):
            while (line := await self.process.stdout.readline()) != b"ready\n":
                assert line, "`make test` installs what the provider needs."

    async def rotate(self, kid: str) -> None:
        """From now on it signs with another key, and shows no other."""
        self.key = new_key(kid)
        await self.configure()

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """By its key, whatever the headers are."""
        content = self.key.as_dict(private=True)
        key = RSAKey.import_key({name: content[name] for name in content if name != "alg"})
        full = {"alg": "RS256", "kid": self.key.kid} | header
        registry = JWSRegistry(algorithms=[full["alg"]], strict_check_header=False)
        return jwt.encode(full, claims, key, registry=registry)

    def hmac_signed(self, claims: dict[str, Any]) -> str:
        """As if its public key were a shared secret: no library makes such a token any more."""
        header = {"alg": "HS256", "typ": "JWT", "kid": self.key.kid}
        text = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        secret = self.key.as_pem(private=False)
        signature = hmac.digest(secret, text, "sha256")
        return (text + b"." + _encoded(signature)).decode()


def _encoded(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


@asynccontextmanager
async def running() -> AsyncIterator[Provider]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        "node",
        str(SCRIPT),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    provider = Provider(process, port)
    try:
        await provider.configure()
        yield provider
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def sign_in(url: str, subject: str) -> str:
    """Go where our server sent the browser, sign in, and follow until we are sent back: the
    address of the callback."""
    async with httpx.AsyncClient() as browser:
        response = await browser.get(url)
        for _ in range(10):
            if response.is_redirect:
                target = urljoin(str(response.url), response.headers["location"])
                if target.startswith(REDIRECT):
                    return target
                response = await browser.get(target)
                continue
            found = re.search(r'action="([^"]+)"', response.text)
            assert found is not None, response.text[:500]
            form = {"prompt": "login", "login": subject, "password": "any"}
            response = await browser.post(urljoin(str(response.url), found[1]), data=form)
    raise AssertionError(f"the provider never sent us back: {response.url}")


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
