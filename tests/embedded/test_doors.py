"""PostgreSQL and Redis of `dagy up` as a thief finds them: without a password, with that of the
server, and as another user of the machine."""

import contextlib
import os
import stat
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import redis as redis_client

from dagy_gql import db
from dagy_gql.embedded import redis, roles, servers
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.servers import Servers
from dagy_gql.ids import new_id
from dagy_gql.settings import Settings

SOMEBODY_ELSE = 65533
ROLES = [roles.APPLICATION, roles.OWNER, roles.BACKUP, roles.SUPERUSER, "postgres"]
ADD_ORGANIZATION = (
    "INSERT INTO organizations (id, name, slug, created_at) VALUES ($1, $2, $2, now())"
)
SCOPE = "SELECT set_config('dagy.org_id', $1, false), set_config('dagy.everything', $2, false)"

# What a superuser could do, or the owner of the tables, and the server's role cannot.
BEYOND_THE_APPLICATION = [
    "COPY organizations FROM PROGRAM 'id'",
    "COPY organizations TO PROGRAM 'cat'",
    "COPY organizations FROM '/etc/passwd'",
    "COPY organizations TO '/tmp/stolen'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "SELECT pg_reload_conf()",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IS NULL",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SET session_replication_role = replica",
    "SET SESSION AUTHORIZATION dagy",
    "SET ROLE dagy",
    "SET ROLE dagy_owner",
    "SET ROLE dagy_backup",
    "SET ROLE pg_execute_server_program",
    "ALTER ROLE dagy_owner PASSWORD 'mine'",
    "ALTER ROLE dagy_app SUPERUSER",
    "ALTER ROLE dagy_app BYPASSRLS",
    "CREATE ROLE mine LOGIN SUPERUSER",
    "GRANT dagy_owner TO dagy_app",
    "CREATE DATABASE mine",
    "CREATE SCHEMA mine",
    "CREATE TABLE mine (id int)",
    "CREATE TEMP TABLE mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE c AS '/tmp/mine.so', 'mine'",
    "LOAD '/tmp/mine.so'",
    "CREATE EXTENSION file_fdw",
    "ALTER TABLE runs DISABLE ROW LEVEL SECURITY",
    "DROP POLICY organization ON runs",
    "CREATE POLICY mine ON runs USING (true)",
    "DROP TABLE audit_logs",
    "TRUNCATE audit_logs",
    "ALTER TABLE audit_logs DISABLE TRIGGER ALL",
    "UPDATE audit_logs SET action = 'other'",
    "DELETE FROM audit_logs",
    "SELECT * FROM run_events_default",
]
BEYOND_THE_OWNER = [
    "COPY organizations FROM PROGRAM 'id'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "SET SESSION AUTHORIZATION dagy",
    "ALTER ROLE dagy_owner BYPASSRLS",
    "ALTER ROLE dagy_app PASSWORD 'mine'",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "CREATE EXTENSION file_fdw",
    "ALTER SYSTEM SET log_statement = 'all'",
]
BEYOND_BACKUPS = [
    "DELETE FROM organizations",
    "INSERT INTO workers DEFAULT VALUES",
    "CREATE TABLE mine (id int)",
    "COPY organizations TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
    "SET ROLE dagy_owner",
]


@pytest.fixture(scope="module")
def folder() -> Iterator[LocalFolder]:
    with tempfile.TemporaryDirectory(prefix="dagy-doors-") as place:
        yield LocalFolder(Path(place) / "local")


@pytest.fixture(scope="module")
async def both(folder: LocalFolder) -> AsyncIterator[Servers]:
    """With two organizations in it."""
    with servers.running(folder) as started:
        settings = Settings(database_url=started.database_url, database_owner_url=started.owner_url)
        await db.migrate(settings)
        async with _connected(started.database_url) as connection:
            await connection.fetch(SCOPE, "", "on")
            for name in ("mine", "theirs"):
                await connection.execute(ADD_ORGANIZATION, new_id(), name)
        yield started


class _connected:
    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> "asyncpg.Connection[asyncpg.Record]":
        self._connection = await asyncpg.connect(self._url)
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("database", ["dagy", "postgres", "template1"])
async def test_nobody_connects_without_a_password(
    both: Servers, folder: LocalFolder, role: str, database: str
) -> None:
    address = f"postgresql://{role}{{}}@/{database}?host={folder.sockets}"
    for password in ("", ":", ":wrong", f":{role}"):
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
            await asyncpg.connect(address.format(password))


async def test_the_password_of_one_role_is_no_other_roles(
    both: Servers, folder: LocalFolder
) -> None:
    known = {line.split(":")[3]: line.split(":")[4] for line in _lines(folder)}
    assert known.keys() == {roles.APPLICATION, roles.OWNER, roles.BACKUP}
    assert len({*known.values()}) == 3
    assert all(len(bytes.fromhex(password)) == 32 for password in known.values())
    for role in (roles.OWNER, roles.SUPERUSER):
        url = f"postgresql://{role}:{known[roles.APPLICATION]}@/dagy?host={folder.sockets}"
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
            await asyncpg.connect(url)


def _lines(folder: LocalFolder) -> list[str]:
    text = roles.passwords_file(folder).read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("sql", BEYOND_THE_APPLICATION)
async def test_with_the_servers_password_nobody_becomes_more_than_the_server(
    both: Servers, sql: str
) -> None:
    await _assert_refused(both.database_url, sql)


@pytest.mark.parametrize("sql", BEYOND_THE_OWNER)
async def test_the_owner_of_the_tables_is_no_superuser(both: Servers, sql: str) -> None:
    await _assert_refused(both.owner_url, sql)


@pytest.mark.parametrize("sql", BEYOND_BACKUPS)
async def test_the_role_for_backups_only_reads(
    both: Servers, folder: LocalFolder, sql: str
) -> None:
    await _assert_refused(roles.url(folder, roles.BACKUP), sql)


async def _assert_refused(url: str, sql: str) -> None:
    async with _connected(url) as connection:
        await connection.fetch(SCOPE, "", "on")
        with pytest.raises(asyncpg.PostgresError) as caught:
            await connection.execute(sql)
        kinds = (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError)
        assert isinstance(caught.value, kinds), caught.value
        assert await connection.fetchval("SELECT count(*) FROM organizations") == 2


async def test_row_security_holds_for_the_servers_role_and_it_chooses_its_organization(
    both: Servers,
) -> None:
    """What a stolen connection sees: nothing until it names an organization, and any that it
    names. The wall is against wrong queries of the server, not against who has its password."""
    async with _connected(both.database_url) as connection:
        seen = "SELECT array_agg(name ORDER BY name) FROM organizations"
        assert await connection.fetchval(seen) is None
        await connection.fetch(SCOPE, "", "on")
        assert await connection.fetchval(seen) == ["mine", "theirs"]
        mine = await connection.fetchval("SELECT id::text FROM organizations WHERE name = 'mine'")
        await connection.fetch(SCOPE, mine, "")
        assert await connection.fetchval(seen) == ["mine"]
        rights = "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = $1"
        assert await connection.fetchval(rights, roles.APPLICATION) is False
        assert await connection.fetchval(rights, roles.OWNER) is False


async def test_nothing_in_the_database_belongs_to_the_superuser(both: Servers) -> None:
    async with _connected(both.database_url) as connection:
        assert await connection.fetch(OF_THE_SUPERUSER) == []


OF_THE_SUPERUSER = """
SELECT relname AS name FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relowner = 10
UNION ALL SELECT proname FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND proowner = 10
UNION ALL SELECT typname FROM pg_type
WHERE typnamespace = 'public'::regnamespace AND typowner = 10
UNION ALL SELECT stxname FROM pg_statistic_ext
WHERE stxnamespace = 'public'::regnamespace AND stxowner = 10
UNION ALL SELECT datname FROM pg_database WHERE datname = 'dagy' AND datdba = 10
"""


def test_redis_answers_nobody_without_its_password(both: Servers, folder: LocalFolder) -> None:
    path = str(redis.socket_path(folder))
    refused = redis_client.exceptions.AuthenticationError
    for given in ({}, {"password": "wrong"}, {"username": "dagy", "password": "wrong"}):
        with redis_client.Redis(unix_socket_path=path, **given) as line, pytest.raises(refused):
            line.ping()
    with redis_client.Redis.from_url(redis.url(folder)) as line:
        assert line.ping() is True


@pytest.mark.parametrize(
    "command",
    [
        "ACL SETUSER default on",
        "CONFIG SET dir /tmp",
        "DEBUG SLEEP 9",
        "MODULE LOAD /tmp/mine.so",
        "MONITOR",
        "REPLICAOF 127.0.0.1 1",
        "SAVE",
        "SHUTDOWN",
    ],
)
def test_the_servers_user_does_not_administrate_redis(
    both: Servers, folder: LocalFolder, command: str
) -> None:
    with redis_client.Redis.from_url(redis.url(folder)) as line:
        with pytest.raises(redis_client.exceptions.NoPermissionError):
            line.execute_command(*command.split())
        assert line.ping() is True


def test_no_command_line_shows_a_password(both: Servers, folder: LocalFolder) -> None:
    passwords = [line.split(":")[4] for line in _lines(folder)]
    passwords.append(str(urlsplit(redis.url(folder)).password))
    logs = [log.read_bytes() for log in folder.logs.iterdir()]
    shown = b"\n".join([*_command_lines(), *logs])
    assert b"redis-server" in shown
    assert b"bin/postgres" in shown
    assert [one for one in passwords if one.encode() in shown] == []
    assert not [one for one in passwords if one in both.database_url + both.owner_url]


def _command_lines() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it may have ended
            yield file.read_bytes()


def test_files_of_passwords_are_the_owners_alone(both: Servers, folder: LocalFolder) -> None:
    for path in (roles.passwords_file(folder), redis.url_file(folder), folder.root / "redis.users"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_of_the_machine_reaches_nothing(both: Servers, folder: LocalFolder) -> None:
    folder.root.parent.chmod(0o755)
    hidden = [
        folder.root,
        roles.passwords_file(folder),
        redis.url_file(folder),
        redis.socket_path(folder),
        folder.sockets / ".s.PGSQL.5432",
        folder.postgres / "pg_hba.conf",
        folder.log("postgres"),
    ]
    assert _found(hidden, user=0) == [str(path) for path in hidden]
    assert _found(hidden, user=SOMEBODY_ELSE) == []


def _found(paths: list[Path], *, user: int) -> list[str]:
    """Which of them a process of that user can open, or enter."""
    script = 'for path; do { test -r "$path" || test -S "$path"; } && echo "$path"; done; true'
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *map(str, paths)],
        user=user,
        group=user,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()
