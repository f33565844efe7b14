"""AsyncDagyClient: one method per operation of the API."""

from types import TracebackType
from typing import Self

from dagy.agents import USER_AGENT
from dagy.api.aio.accounts import AsyncAccountCalls
from dagy.api.aio.flows import AsyncFlowCalls
from dagy.api.aio.runs import AsyncRunCalls
from dagy.api.aio.secrets import AsyncSecretCalls
from dagy.api.aio.transport import AsyncTransport
from dagy.api.http import DEFAULT_TIMEOUT_SECONDS
from dagy.profiles import ProfileStore, resolve


class AsyncDagyClient(AsyncAccountCalls, AsyncFlowCalls, AsyncRunCalls, AsyncSecretCalls):
    """The API of a Dagy server for asyncio programs.

    Arguments win over `DAGY_API_URL`, `DAGY_API_KEY` and `DAGY_PROFILE`, these over the current
    profile of `dagy login`. Nothing is sent before the first call. Queries, and what else is
    safe to send twice, are sent again when the server restarts or asks for patience.

    Args:
        api_url: Address of the server, such as "https://dagy.example.com".
        token: An API key or access token.
        profile: A profile of `dagy login`, in place of the current one.
        timeout_seconds: How long one answer may take. Streams and `wait()` last longer.
        user_agent: What the program calls itself to the server.

    Attributes:
        connection: The address and token that were chosen.

    Example:
        ```python
        from dagy import AsyncDagyClient, RunFailedError

        async def report(city: str) -> None:
            async with AsyncDagyClient() as client:
                run = await client.trigger("daily", {"city": city})
                try:
                    print(await run.wait(timeout_seconds=600))
                except RunFailedError as failed:
                    print(failed.slug, failed.state, failed.error)
        ```
    """

    def __init__(
        self,
        api_url: str | None = None,
        token: str | None = None,
        profile: str | None = None,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        user_agent: str = USER_AGENT,
    ) -> None:
        self.connection = resolve(ProfileStore(), profile=profile, api_url=api_url, token=token)
        super().__init__(
            AsyncTransport(
                self.connection.api_url,
                token=self.connection.token,
                user_agent=user_agent,
                timeout_seconds=timeout_seconds,
            )
        )

    async def aclose(self) -> None:
        """Close the connections; `async with` does it."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
