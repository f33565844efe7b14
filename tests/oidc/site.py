"""Our application at http://dagy.test, and the way of a browser through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import httpx

from dagy_gql.app import create_app
from dagy_gql.runtime import Runtime
from dagy_gql.settings import Settings
from tests.oidc import provider

LOGIN, CALLBACK = "/auth/oidc/login", "/auth/oidc/callback"


@dataclass
class Site:
    http: httpx.AsyncClient
    rt: Runtime

    async def leave(self, return_to: str = "/runs") -> str:
        """Begin a sign-in; the address at the provider."""
        response = await self.http.get(f"{LOGIN}?{urlencode({'return_to': return_to})}")
        assert response.status_code == 303
        return response.headers["location"]

    async def sign_in(self, subject: str = "ada", *, return_to: str = "/runs") -> str:
        """All the way; where the browser ends."""
        return await self.come_back(await provider.sign_in(await self.leave(return_to), subject))

    async def come_back(self, url: str) -> str:
        response = await self.http.get(url)
        assert response.status_code == 303
        assert response.headers["cache-control"] == "no-store"
        return response.headers["location"]

    async def viewer(self, token: str | None = None) -> dict[str, Any] | None:
        """Who the cookie, or the token, says we are."""
        headers = {"Authorization": f"Bearer {token}"} if token else {"Origin": "http://dagy.test"}
        query = "{ viewer { user { email name } organization { slug } role } }"
        response = await self.http.post("/graphql", json={"query": query}, headers=headers)
        data = response.json().get("data")
        return None if data is None else data["viewer"]


@asynccontextmanager
async def opened(settings: Settings, rt: Runtime) -> AsyncIterator[Site]:
    rt = replace(rt, settings=settings)
    app = create_app(settings, rt)
    transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 1))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://dagy.test") as http,
    ):
        yield Site(http, rt)
