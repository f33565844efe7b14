"""Scopes: entered, left, kept apart, and told to PostgreSQL only when they change."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from dagy_gql import connecting, db, tenancy
from dagy_gql.ids import new_id
from dagy_gql.settings import Settings
from dagy_gql.tenancy import Scope, Trespass, Unscoped

ONE, OTHER = new_id(), new_id()
ORGANIZATION = "SELECT current_setting('dagy.org_id')"
EVERYTHING = "SELECT current_setting('dagy.everything')"


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[None]:
    """One connection, so that what one use leaves behind meets the next."""
    async with db.opened(settings.model_copy(update={"database_pool_size": 1})):
        yield


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Scope]:
    """What PostgreSQL was told, in order."""
    scopes = []
    real = connecting.Connection.fetchrow

    async def fetchrow(self: connecting.Connection, sql: str, *values: Any, **options: Any) -> Any:
        if sql == connecting._SET_SCOPE:
            scopes.append(Scope(values[0], values[1]))
        return await real(self, sql, *values, **options)

    monkeypatch.setattr(connecting.Connection, "fetchrow", fetchrow)
    return scopes


async def seen() -> tuple[str, str]:
    return await db.fetch_value(ORGANIZATION), await db.fetch_value(EVERYTHING)


async def fail_across_organizations() -> None:
    """In a transaction, or a savepoint of one."""
    async with db.transaction():
        with tenancy.all_organizations():
            await db.fetch_value("SELECT 1 / 0")


def test_nobody_is_in_scope_until_somebody_is_entered() -> None:
    with tenancy.request():
        with pytest.raises(Unscoped):
            tenancy.required()
        tenancy.enter(ONE)
        assert tenancy.required() == Scope(str(ONE))
        tenancy.enter(None)
        with pytest.raises(Unscoped):
            tenancy.required()


def test_a_request_takes_its_scope_with_it() -> None:
    with tenancy.request(), tenancy.organization(ONE):
        with tenancy.request():
            tenancy.enter(OTHER)
        assert tenancy.current() == Scope(str(ONE))


def test_one_organization_does_not_turn_to_another() -> None:
    with tenancy.request(), tenancy.organization(ONE):
        with pytest.raises(Trespass, match=str(OTHER)), tenancy.organization(OTHER):
            raise AssertionError("entered")
        with tenancy.organization(ONE):
            assert tenancy.current() == Scope(str(ONE))


async def test_a_decorated_function_looks_across_all_and_leaves_no_trace() -> None:
    @tenancy.across_organizations
    async def look() -> Scope:
        return tenancy.current()

    with tenancy.request(), tenancy.organization(ONE):
        assert await look() == tenancy.ALL
        assert tenancy.current() == Scope(str(ONE))


async def test_tasks_keep_the_scope_they_were_started_in() -> None:
    async def current() -> Scope:
        await asyncio.sleep(0)
        return tenancy.current()

    tasks = []
    for org_id in (ONE, OTHER):
        with tenancy.request(), tenancy.organization(org_id):
            tasks.append(asyncio.create_task(current()))
    assert await asyncio.gather(*tasks) == [Scope(str(ONE)), Scope(str(OTHER))]


async def test_postgresql_is_told_of_changes_only(database: None, told: list[Scope]) -> None:
    with tenancy.request():
        for org_id in (ONE, ONE, OTHER):
            with tenancy.organization(org_id):
                assert await seen() == (str(org_id), "")
                async with db.transaction():
                    assert await seen() == (str(org_id), "")
    assert told == [Scope(str(ONE)), Scope(str(OTHER))]


async def test_a_rollback_takes_no_scope_back(database: None) -> None:
    with tenancy.request(), tenancy.organization(ONE):
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with db.transaction():
                await db.fetch_value("SELECT 1 / 0")
        assert await seen() == (str(ONE), "")


async def test_the_scope_may_widen_in_a_transaction_and_narrows_again(database: None) -> None:
    with tenancy.request(), tenancy.organization(ONE):
        async with db.transaction():
            assert await seen() == (str(ONE), "")
            with tenancy.all_organizations():
                assert await seen() == ("", "on")
            assert await seen() == (str(ONE), "")
            with tenancy.all_organizations():
                await db.fetch_value("SELECT 1")
        assert await seen() == (str(ONE), "")


@pytest.mark.parametrize("is_inside", [True, False])
async def test_a_savepoint_that_is_rolled_back_leaves_the_right_scope(
    database: None, *, is_inside: bool
) -> None:
    with tenancy.request(), tenancy.organization(ONE):
        async with db.transaction():
            if not is_inside:
                with tenancy.all_organizations():
                    await db.fetch_value("SELECT 1")
            with pytest.raises(asyncpg.DivisionByZeroError):
                await fail_across_organizations()
            assert await seen() == (str(ONE), "")
        assert await seen() == (str(ONE), "")


async def test_a_failed_statement_in_a_wider_scope_does_not_keep_it(database: None) -> None:
    with tenancy.request(), tenancy.organization(ONE):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await fail_across_organizations()
        assert await seen() == (str(ONE), "")


async def test_a_connection_given_back_in_a_transaction_is_told_anew(database: None) -> None:
    with tenancy.request():
        with tenancy.organization(ONE):
            async with db._client().acquire_connection() as connection:
                await connection.execute("BEGIN")
                await connection.execute("SET LOCAL dagy.everything = 'on'")
            assert await seen() == (str(ONE), "")
        with tenancy.organization(OTHER):
            assert await seen() == (str(OTHER), "")


async def test_a_change_of_scope_that_is_cancelled_is_made_again(
    database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = connecting.Connection.fetchrow

    async def cancelled(self: connecting.Connection, sql: str, *values: Any, **options: Any) -> Any:
        await real(self, sql, *values, **options)
        raise asyncio.CancelledError

    with tenancy.request():
        with tenancy.organization(ONE):
            assert await seen() == (str(ONE), "")
        with tenancy.organization(OTHER), monkeypatch.context() as patch:
            patch.setattr(connecting.Connection, "fetchrow", cancelled)
            with pytest.raises(asyncio.CancelledError):
                await db.fetch("SELECT 1")
        with tenancy.organization(ONE):
            assert await seen() == (str(ONE), "")


async def test_statements_at_the_same_time_in_one_transaction_keep_their_scopes(
    database: None,
) -> None:
    async def look(org_id: Any) -> tuple[str, str]:
        with tenancy.organization(org_id):
            return await db.fetch_value(ORGANIZATION), str(org_id)

    with tenancy.request(), tenancy.all_organizations():
        async with db.transaction():
            found = await asyncio.gather(*(look(org_id) for org_id in (ONE, OTHER) * 5))
    assert all(was == expected for was, expected in found)
