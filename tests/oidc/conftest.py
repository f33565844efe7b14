"""One provider for all tests, with a fresh key and fresh accounts each."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from dagy_gql.auth import access_log
from dagy_gql.runtime import Runtime
from tests.oidc import provider as module
from tests.oidc import site
from tests.oidc.provider import Provider
from tests.oidc.site import Site


@pytest.fixture(scope="session")
async def _process() -> AsyncIterator[Provider]:
    async with module.running() as provider:
        yield provider


@pytest.fixture
async def provider(_process: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setattr(access_log, "_bound", access_log.Bound())
    _process.accounts = {
        "ada": {
            "email": "ada@example.com",
            "email_verified": True,
            "name": "Ada",
            "groups": ["data-team", "everybody"],
        }
    }
    await _process.rotate("first")
    return _process


@pytest.fixture
async def oidc(provider: Provider, rt: Runtime) -> AsyncIterator[Site]:
    """Our application, with the provider's groups deciding about roles."""
    settings = rt.settings.model_copy(
        update={
            "public_url": "http://dagy.test",
            "oidc_issuer": provider.issuer,
            "oidc_client_id": module.CLIENT,
            "oidc_client_secret": SecretStr(module.SECRET),
            "oidc_scopes": "openid email profile groups",
            "oidc_group_roles": {"data-team": "developer", "bosses": "admin"},
        }
    )
    async with site.opened(settings, rt) as opened:
        yield opened
