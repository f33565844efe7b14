"""Servers once per test process, started by the first test that asks; emptied for every test."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from dagy_gql import db, tenancy
from dagy_gql.embedded.servers import Servers
from dagy_gql.keys import new_key
from dagy_gql.runtime import Runtime, opened
from dagy_gql.settings import Settings
from tests.support import models_once
from tests.support import servers as test_servers

SECRETS_KEY = SecretStr(new_key())


def pytest_configure() -> None:
    """What the developer's shell says about a server must not reach the tests."""
    models_once.install()
    for name in [name for name in os.environ if name.startswith("DAGY_")]:
        del os.environ[name]


def pytest_collection_finish() -> None:
    """What is loaded by now stays: 4,500 tests and all modules need not be looked through for
    garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with test_servers.running() as both:
        yield both


@pytest.fixture(scope="session")
async def postgres_url(servers: Servers) -> str:
    """A database with every migration applied."""
    await db.migrate(Settings(database_url=servers.database_url))
    return servers.database_url


@pytest.fixture(scope="session")
async def sweeper(postgres_url: str) -> AsyncIterator[test_servers.Sweeper]:
    one = test_servers.Sweeper(postgres_url)
    yield one
    await one.rest()


@pytest.fixture(scope="session")
def redis_url(servers: Servers) -> str:
    return servers.redis_url


@pytest.fixture
async def everywhere() -> AsyncIterator[None]:
    """Tests call services and repositories directly, in the scope of all organizations. Requests
    and workers bring the scope that they have in earnest."""
    with tenancy.all_organizations():
        yield


@pytest.fixture
async def settings(
    postgres_url: str,
    sweeper: test_servers.Sweeper,
    redis_url: str,
    tmp_path: Path,
    everywhere: None,
) -> Settings:
    """Settings on an empty database, an empty Redis and an empty folder."""
    await sweeper.empty()
    await test_servers.empty_redis(redis_url)
    return Settings(
        database_url=postgres_url,
        redis_url=redis_url,
        local_dir=tmp_path,
        secrets_key=SECRETS_KEY,
        allowed_hosts="dagy.test",
    )


@pytest.fixture
async def rt(settings: Settings) -> AsyncIterator[Runtime]:
    async with opened(settings) as runtime:
        yield runtime
