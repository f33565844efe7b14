"""DagyClient: the API of a Dagy server in Python. Synchronous, one method per operation."""

from types import TracebackType
from typing import Self

from dagy.agents import USER_AGENT
from dagy.api.accounts import AccountCalls
from dagy.api.flows import FlowCalls
from dagy.api.runs import RunCalls
from dagy.api.secrets import SecretCalls
from dagy.api.transport import Transport
from dagy.profiles import ProfileStore, resolve


class DagyClient(AccountCalls, FlowCalls, RunCalls, SecretCalls):
    """Arguments win over DAGY_API_URL / DAGY_API_KEY / DAGY_PROFILE, these over the profile."""

    def __init__(
        self,
        api_url: str | None = None,
        token: str | None = None,
        profile: str | None = None,
        *,
        user_agent: str = USER_AGENT,
    ) -> None:
        self.connection = resolve(ProfileStore(), profile=profile, api_url=api_url, token=token)
        super().__init__(
            Transport(self.connection.api_url, token=self.connection.token, user_agent=user_agent)
        )

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
