"""A worker in this process, with an organization whose flows it runs."""

from collections.abc import AsyncIterator

import pytest

from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime
from tests.support.deployed import organization
from workers.main import WorkerParts, working


@pytest.fixture
async def actor(rt: Runtime) -> Actor:
    return await organization(rt)


@pytest.fixture
async def worker(rt: Runtime) -> AsyncIterator[WorkerParts]:
    async with working(rt) as parts:
        yield parts
