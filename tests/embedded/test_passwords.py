"""Passwords of the embedded PostgreSQL: an installation without any, and lost ones."""

import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from dagy_gql import db
from dagy_gql.embedded import postgres, roles, servers
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import Command, EmbeddedError, run, unprivileged_owner
from dagy_gql.embedded.servers import Servers
from dagy_gql.ids import new_id
from dagy_gql.settings import Settings
from tests.embedded.test_doors import ADD_ORGANIZATION, OF_THE_SUPERUSER

NAMES = "SELECT array_agg(name) FROM organizations"


@pytest.fixture(scope="module")
def folder() -> Iterator[LocalFolder]:
    with tempfile.TemporaryDirectory(prefix="dagy-old-") as place:
        yield LocalFolder(Path(place))


@pytest.fixture(scope="module")
async def of_before(folder: LocalFolder) -> bytes:
    """What an earlier version left: one superuser, whose everything is, and no passwords. Answers
    its pg_hba.conf."""
    folder.create()
    identity = unprivileged_owner(folder.postgres)
    folder.postgres.mkdir(mode=0o700)
    if identity is not None:
        os.chown(folder.postgres, identity.uid, identity.gid)
    place, log = ["-D", str(folder.postgres)], folder.log("postgres")
    initdb = [str(postgres.binaries() / "initdb"), *place, "-U", "dagy", "--auth=trust"]
    run(Command([*initdb, "--encoding=UTF8", "--locale=C", "--no-sync"], log, identity=identity))
    single = [str(postgres.binaries() / "postgres"), "--single", "-F", *place, "postgres"]
    run(Command(single, log, identity=identity, input=b"CREATE DATABASE dagy\n"))
    access = (folder.postgres / "pg_hba.conf").read_bytes()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(roles, "ensure", lambda *_, **__: None)
        with servers.running(folder):
            url = roles.superuser_url(folder)
            await db.migrate(Settings(database_url=url))
            await _execute(url, ADD_ORGANIZATION, new_id(), "kept")
    assert not roles.passwords_file(folder).exists()
    return access


async def _execute(url: str, sql: str, *values: object) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql, *values)
    finally:
        await connection.close()


async def _seen(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url, server_settings={"dagy.everything": "on"})
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def _assert_closed_and_whole(both: Servers, folder: LocalFolder) -> None:
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(roles.superuser_url(folder))
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(f"postgresql://dagy_app@/dagy?host={folder.sockets}")
    assert await _seen(both.database_url, NAMES) == ["kept"]
    assert await _seen(both.database_url, OF_THE_SUPERUSER) is None
    # The owner's, who can go on with migrations.
    await db.migrate(Settings(database_url=both.database_url, database_owner_url=both.owner_url))
    await _execute(both.owner_url, "ALTER TABLE organizations ALTER name SET DEFAULT 'x'")


async def test_an_installation_without_passwords_gets_them_and_keeps_its_rows(
    folder: LocalFolder, of_before: bytes
) -> None:
    with servers.running(folder) as both:
        await _assert_closed_and_whole(both, folder)


@pytest.mark.parametrize("step", ["roles", "hand over", "access"])
async def test_what_was_interrupted_is_done_again_at_the_next_start(
    folder: LocalFolder, of_before: bytes, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.postgres / "pg_hba.conf").write_bytes(of_before)
    calls = _interrupted(monkeypatch, at={"roles": 1, "hand over": 2, "access": 3}[step])
    with pytest.raises(KeyboardInterrupt):
        postgres.prepare(folder)
    assert (folder.postgres / "pg_hba.conf").read_bytes() == of_before
    monkeypatch.undo()
    assert len(calls) >= 1

    with servers.running(folder) as both:
        await _assert_closed_and_whole(both, folder)


def _interrupted(patched: pytest.MonkeyPatch, *, at: int) -> list[str]:
    """The power goes at the step of that number: two runs in single-user mode, then the file."""
    calls: list[str] = []

    def counted(real: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: object, **others: object) -> None:
            calls.append(real.__name__)
            if len(calls) == at:
                raise KeyboardInterrupt
            real(*arguments, **others)

        return call

    patched.setattr(roles, "run", counted(roles.run))
    patched.setattr(roles.private, "replace", counted(roles.private.replace))
    return calls


async def test_lost_passwords_are_replaced(folder: LocalFolder, of_before: bytes) -> None:
    """Also the way out for who has changed one by hand."""
    with servers.running(folder):
        before = roles.passwords_file(folder).read_text()
        await _execute(
            postgres.url(folder),
            "ALTER ROLE dagy_app SET default_transaction_read_only = on;"
            " ALTER ROLE dagy_app PASSWORD 'changed'",
        )
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.url(folder))
    roles.passwords_file(folder).unlink()

    with servers.running(folder) as both:
        assert roles.passwords_file(folder).read_text() != before
        assert await _seen(both.database_url, "SHOW default_transaction_read_only") == "off"
        await _assert_closed_and_whole(both, folder)


async def test_passwords_stay_the_same_from_start_to_start(
    folder: LocalFolder, of_before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.prepare(folder)
    before = roles.passwords_file(folder).read_text()

    def never(*_: object) -> None:
        raise AssertionError("PostgreSQL was started for nothing")

    monkeypatch.setattr(roles, "run", never)
    postgres.prepare(folder)
    assert roles.passwords_file(folder).read_text() == before


def test_half_a_file_of_passwords_is_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    roles.passwords_file(folder).write_text("*:*:dagy:dagy_app:\n")
    with pytest.raises(EmbeddedError, match=r"no password for dagy_app, dagy_.*Delete it"):
        roles.ensure(folder, tmp_path, single=[], identity=None)


async def test_a_dump_holds_every_row_and_goes_back_in(
    folder: LocalFolder, of_before: bytes, tmp_path: Path
) -> None:
    """docs/operating/backup.md: by the role that sees all, and by the owner of the tables."""
    dump, programs = tmp_path / "dagy.dump", postgres.binaries()
    common = ["-h", str(folder.sockets), "-U"]
    environment = {"PGPASSFILE": str(roles.passwords_file(folder))}
    out = [str(programs / "pg_dump"), "-Fc", *common, roles.BACKUP, "-f", str(dump), "dagy"]
    back = [str(programs / "pg_restore"), "--exit-on-error", *common, roles.OWNER, "-d", "dagy"]
    with servers.running(folder) as both:
        subprocess.run(out, env=environment, check=True)
        await _execute(both.owner_url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")

        subprocess.run([*back, str(dump)], env=environment, check=True)

        await _assert_closed_and_whole(both, folder)
        assert stat.S_IMODE(roles.passwords_file(folder).stat().st_mode) == 0o600
