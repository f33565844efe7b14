"""The second wall: what a wrong query asks for beyond its caller's organization is not there."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import click
import pytest

from dagy_gql import db, tenancy
from dagy_gql.cli import checks, database
from dagy_gql.cli.checks import Outcome
from dagy_gql.embedded.servers import Servers
from dagy_gql.ids import new_id
from dagy_gql.repositories.base import OrgRepository
from dagy_gql.runtime import Runtime, opened
from dagy_gql.services import housekeeping
from dagy_gql.settings import Settings
from tests.support.servers import empty_database
from tests.support.two_organizations import Two, fill

# Nothing in them tells one organization from another: leases and processes of the engine, and
# the list of migrations.
WITHOUT_A_WALL = {"run_leases", "tortoise_migrations", "workers"}
# They may only grow: the database refuses to change their rows, whosever they are.
APPEND_ONLY = {"audit_heads", "audit_logs"}

NUMBER = "SELECT count(*) FROM {}"


@pytest.fixture(scope="module")
async def owned_url(servers: Servers) -> str:
    """A database as one rents it: its owner is no superuser, and can make no roles."""
    connection = await asyncpg.connect(servers.database_url)
    try:
        await connection.execute("CREATE ROLE plain LOGIN")
        await connection.execute("CREATE DATABASE plain OWNER plain")
        url = servers.database_url.replace("dagy@/dagy", "plain@/plain")
        async with _without_the_role(connection):
            await db.migrate(Settings(database_url=url))
    finally:
        await connection.close()
    return url


@asynccontextmanager
async def _without_the_role(connection: Any) -> AsyncIterator[None]:
    """Roles belong to the cluster: the database of the other tests may have made it already."""
    exists = await connection.fetchval("SELECT to_regrole('dagy_app') IS NOT NULL")
    if exists:
        await connection.execute("ALTER ROLE dagy_app RENAME TO dagy_elsewhere")
    try:
        yield
    finally:
        if exists:
            await connection.execute("ALTER ROLE dagy_elsewhere RENAME TO dagy_app")


@pytest.fixture(params=["superuser", "owner"])
async def rt(
    request: pytest.FixtureRequest, settings: Settings, owned_url: str
) -> AsyncIterator[Runtime]:
    """Over both kinds of databases: a superuser acts as a role, an owner is bound by FORCE."""
    if request.param == "owner":
        await empty_database(owned_url.replace("plain@", "dagy@"))
        settings = settings.model_copy(update={"database_url": owned_url})
    async with opened(settings) as runtime:
        yield runtime


@pytest.fixture
async def two(rt: Runtime) -> Two:
    return await fill(rt.settings.database_url.replace("plain@", "dagy@"))


@pytest.fixture
def as_mine(two: Two) -> Iterator[None]:
    with tenancy.organization(two.mine):
        yield


async def counted(tables: Any, sql: str = NUMBER) -> dict[str, int]:
    return {table: await db.fetch_value(sql.format(table)) for table in tables}


async def refused(sql: str, *values: Any) -> bool:
    with pytest.raises(asyncpg.PostgresError) as caught:
        await db.execute(sql, *values)
    return isinstance(caught.value, asyncpg.InsufficientPrivilegeError)


async def test_every_table_stands_behind_the_wall_but_the_reviewed_ones(rt: Runtime) -> None:
    rows = await db.fetch(
        """
        SELECT relname FROM pg_class c
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
          AND NOT (relrowsecurity AND relforcerowsecurity AND (relispartition OR EXISTS (
              SELECT FROM pg_policy WHERE polrelid = c.oid AND polqual IS NOT NULL)))
        """
    )
    assert {row["relname"] for row in rows} == WITHOUT_A_WALL


async def test_everything_is_seen_across_organizations(two: Two) -> None:
    assert {"runs", "secrets", "run_events", "audit_logs"} < two.tables.keys()
    assert await counted(two.tables) == dict.fromkeys(two.tables, 2)
    assert await counted(["organizations"]) == {"organizations": 2}


async def test_a_query_without_any_condition_sees_the_callers_rows_only(
    two: Two, as_mine: None
) -> None:
    assert await counted(two.tables) == dict.fromkeys(two.tables, 1)
    theirs = "SELECT count(*) FROM {} WHERE org_id = '" + str(two.theirs) + "'"
    assert await counted(two.tables, theirs) == dict.fromkeys(two.tables, 0)
    assert await db.fetch_value("SELECT array_agg(id) FROM organizations") == [two.mine]


async def test_nobody_sees_anything(two: Two) -> None:
    tables = [*two.tables, "organizations", "users", "oidc_attempts"]
    with tenancy.request():
        with pytest.raises(tenancy.Unscoped, match="No organization is in scope"):
            await db.fetch_value("SELECT 1")
        async with db._client().acquire_connection() as connection:
            found = {table: await connection.fetchval(NUMBER.format(table)) for table in tables}
    assert found == dict.fromkeys(tables, 0)


@pytest.mark.parametrize("verb", ["UPDATE {} SET org_id = org_id", "DELETE FROM {}"])
async def test_a_change_without_any_condition_touches_the_callers_rows_only(
    two: Two, as_mine: None, verb: str
) -> None:
    touched = {}
    for table in two.tables.keys() - APPEND_ONLY:
        touched[table] = await db.execute(verb.format(table))
    assert touched == dict.fromkeys(touched, 1)
    for table in APPEND_ONLY:
        assert await refused(verb.format(table)), table
    with tenancy.all_organizations():
        theirs = await counted(
            two.tables, f"SELECT count(*) FROM {{}} WHERE org_id = '{two.theirs}'"
        )
    assert theirs == dict.fromkeys(two.tables, 1)


async def test_no_row_is_written_for_another_organization(two: Two, as_mine: None) -> None:
    taken = [table for table in two.tables if not await refused(two.insert(table, two.theirs))]
    assert taken == []
    for table in two.tables.keys() - APPEND_ONLY:
        assert await refused(f"UPDATE {table} SET org_id = $1", two.theirs), table
    assert await refused(
        "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, 'x', 'x', now())",
        new_id(),
    )
    with tenancy.all_organizations():
        assert await counted(two.tables) == dict.fromkeys(two.tables, 2)


async def test_a_repository_of_the_wrong_organization_finds_nothing(two: Two) -> None:
    for table in two.tables:

        class Theirs(OrgRepository):
            pass

        Theirs.table = Theirs.noun = table
        theirs = Theirs(two.theirs)
        row = await theirs.first(theirs.where(), columns="org_id")
        assert row is not None
        assert await theirs.count(theirs.where()) == 1
        with tenancy.organization(two.mine):
            assert await theirs.first(theirs.where(), columns="org_id") is None, table
            assert await theirs.count(theirs.where()) == 0, table


async def test_grams_are_seen_in_a_search_of_their_organization_alone(
    rt: Runtime, two: Two
) -> None:
    """Whatever is asked for, and even where the organization in the question is a wrong one."""
    add = """
        INSERT INTO run_grams (org_id, run_id, grams)
        SELECT $1, id, dagy_grams('name' || $1::uuid, 'kiwi', 1) FROM runs WHERE org_id = $1
        """
    find = "SELECT cardinality(dagy_find_runs($1, 'name', 'kiw', 10))"
    for org_id in (two.mine, two.theirs):
        await db.execute(add, org_id)
        assert await db.fetch_value(find, org_id) == 1
    assert await counted(["run_grams"]) == {"run_grams": 0}
    with tenancy.organization(two.mine):
        assert await db.fetch_value(find, two.mine) == 1
        assert await db.fetch_value(find, two.theirs) == 0
        assert await counted(["run_grams"]) == {"run_grams": 0}
        assert await refused(
            "INSERT INTO run_grams (org_id, run_id, grams) SELECT $1, id, '{1}' FROM runs",
            two.theirs,
        )
        async with db.transaction(audited=False):
            await db.fetch_value("SELECT set_config('dagy.search', '{}', true)")
            assert await db.fetch_value("SELECT array_agg(org_id) FROM run_grams") == [two.mine]
            assert await db.execute("UPDATE run_grams SET org_id = org_id") == 0
            assert await db.execute("DELETE FROM run_grams") == 0


async def test_users_are_those_of_the_organization(two: Two) -> None:
    for org_id in (two.mine, two.theirs):
        user_id = await _member(org_id)
        await db.execute(
            "INSERT INTO password_resets (id, user_id, token_hash, expires_at, created_at)"
            " VALUES ($1, $2, $3, now(), now())",
            new_id(),
            user_id,
            str(user_id),
        )
    assert await counted(["users", "password_resets"]) == {"users": 2, "password_resets": 2}
    with tenancy.organization(two.mine):
        assert await db.fetch_value("SELECT array_agg(email) FROM users") == [f"{two.mine}@x.test"]
        assert await counted(["password_resets"]) == {"password_resets": 1}
        assert await db.execute("UPDATE users SET name = 'changed'") == 1
        assert await db.execute("DELETE FROM password_resets") == 1
    changed = await db.fetch_value("SELECT array_agg(email) FROM users WHERE name = 'changed'")
    assert changed == [f"{two.mine}@x.test"]


async def _member(org_id: UUID) -> UUID:
    user_id = new_id()
    await db.execute(
        "INSERT INTO users (id, email, name, is_super_admin, created_at)"
        " VALUES ($1, $2, '', false, now())",
        user_id,
        f"{org_id}@x.test",
    )
    await db.execute(
        "INSERT INTO memberships (id, org_id, user_id, role, created_at)"
        " VALUES ($1, $2, $3, 'OWNER', now())",
        new_id(),
        org_id,
        user_id,
    )
    return user_id


@pytest.mark.parametrize("rt", ["superuser"], indirect=True)
async def test_the_server_can_change_no_table_and_read_no_partition(rt: Runtime) -> None:
    for sql in (
        "ALTER TABLE runs DISABLE ROW LEVEL SECURITY",
        "DROP POLICY organization ON runs",
        "TRUNCATE runs",
        "CREATE TABLE mine (id int)",
        "SELECT * FROM run_events_default",
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('x', 'x', now())",
    ):
        assert await refused(sql), sql


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT dagy_add_week('runs', '2031-01-06 00:00+00')",
        "SELECT dagy_add_week('run_events', '2031-01-07 00:00+00')",
        "SELECT dagy_drop_week('run_events_default')",
        "SELECT dagy_drop_week('runs')",
    ],
)
async def test_only_weeks_of_events_and_logs_are_made_and_dropped(rt: Runtime, sql: str) -> None:
    assert await refused(sql)


async def test_no_organization_drops_the_weeks_of_all(two: Two, as_mine: None) -> None:
    assert await refused("SELECT dagy_add_week('run_events', '2031-01-06 00:00+00')")
    assert await refused("SELECT dagy_drop_week('run_events_20310106')")


async def test_new_weeks_stand_behind_the_wall_and_old_ones_go(rt: Runtime) -> None:
    await db.execute("SELECT dagy_add_week('run_events', '2001-01-01 00:00+00')")
    await housekeeping.prune(rt)
    rows = await db.fetch(
        """
        SELECT relname, relrowsecurity AND relforcerowsecurity AS is_walled FROM pg_class
        WHERE relispartition AND relkind = 'r' AND relname ~ '_[0-9]{8}$'
        """
    )
    assert len(rows) >= 6
    assert all(row["is_walled"] for row in rows)
    assert "run_events_20010101" not in {row["relname"] for row in rows}
    assert await refused(f"INSERT INTO {rows[0]['relname']} (org_id) VALUES ($1)", new_id())


async def test_a_user_who_ignores_the_wall_is_refused(servers: Servers, postgres_url: str) -> None:
    """BYPASSRLS, and no role to act as instead."""
    connection = await asyncpg.connect(servers.database_url)
    try:
        await connection.execute("CREATE ROLE careless LOGIN BYPASSRLS")
        await connection.execute("CREATE DATABASE careless OWNER careless")
        url = servers.database_url.replace("dagy@/dagy", "careless@/careless")
        settings = Settings(database_url=url)
        await db.migrate(settings)
        with pytest.raises(db.Unguarded, match=r"does not hold on access_logs, .* dagy_app"):
            async with db.opened(settings):
                raise AssertionError("opened")
        finding = await checks.database(url)
        assert finding.outcome is Outcome.WRONG
        assert finding.text.startswith("Row-level security does not hold on access_logs, ")
        with pytest.raises(click.ClickException, match="does not hold on access_logs"):
            await database.prepare(settings, migrate=False)
        await connection.execute("GRANT dagy_app TO careless")
        await database.prepare(settings, migrate=False)
        assert (await checks.database(url)).outcome is Outcome.OK
    finally:
        await connection.close()


async def test_events_that_came_before_their_week_was_made_move_into_it(two: Two) -> None:
    for table in ("run_events", "log_chunks"):
        await db.execute(f"UPDATE {table} SET recorded_at = '2031-01-08 00:00+00'")
        before = await db.fetch(f"SELECT * FROM {table} ORDER BY run_id")
        await db.execute("SELECT dagy_add_week($1, '2031-01-06 00:00+00')", table)
        assert await db.fetch(f"SELECT * FROM {table} ORDER BY run_id") == before
        assert len(before) == 2
        where = await db.fetch(f"SELECT tableoid::regclass::text AS name FROM {table}")
        assert [row["name"] for row in where] == [f"{table}_20310106"] * 2
        await db.execute("SELECT dagy_drop_week($1)", f"{table}_20310106")
