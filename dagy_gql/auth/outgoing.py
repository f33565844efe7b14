"""What we ask of identity providers: short, small, without redirects, JSON objects only."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from dagy_gql.errors import Unavailable

MAX_BYTES = 512 * 1024
TIMEOUT_SECONDS = 5.0


class Outgoing:
    """One connection pool for all providers; `close` it."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._transport = transport
        self._made: httpx.AsyncClient | None = None

    @property
    def _client(self) -> httpx.AsyncClient:
        """Made when it is first needed: reading the certificates takes 30 ms."""
        if self._made is None:
            self._made = httpx.AsyncClient(
                timeout=TIMEOUT_SECONDS,
                follow_redirects=False,
                transport=self._transport,
                headers={"Accept": "application/json"},
            )
        return self._made

    async def get(self, url: str, *, bearer: str = "") -> dict[str, Any]:
        """Raises Unavailable for whatever is no answer of 200 with a JSON object."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        status, content = await self._ask("GET", url, headers=headers)
        if status != httpx.codes.OK:
            raise Unavailable(f"{url} answered {status}.")
        return content

    async def post(
        self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The status and the JSON object; an error of OAuth is one too. Raises Unavailable."""
        return await self._ask("POST", url, data=dict(form), auth=basic)

    async def _ask(self, method: str, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
        try:
            async with self._client.stream(method, url, **options) as response:
                body = b""
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise Unavailable(f"{url} answered with more than {MAX_BYTES} bytes.")
            content = msgspec.json.decode(body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(
                f"{url} cannot be reached: {error or type(error).__name__}."
            ) from error
        except msgspec.DecodeError as error:
            raise Unavailable(f"{url} answered with what is no JSON.") from error
        if not isinstance(content, dict):
            raise Unavailable(f"{url} answered with what is no JSON object.")
        return response.status_code, content

    async def close(self) -> None:
        if self._made is not None:
            await self._made.aclose()
