"""The application of `tests/api` without a rate limit, for the suites of others: they ask more in a
second than a stranger may."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette

from dagy_gql.app import create_app
from dagy_gql.runtime import Runtime
from tests.api.conftest import as_, http, org, owner

__all__ = ["as_", "http", "org", "owner"]


@pytest.fixture
async def app(rt: Runtime) -> Starlette:
    unlimited = rt.settings.model_copy(update={"rate_limit_per_minute": 0})
    return create_app(unlimited, replace(rt, settings=unlimited))
