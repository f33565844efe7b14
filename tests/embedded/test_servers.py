"""The embedded servers without a supervisor: what an unclean end leaves, and what they refuse."""

import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from dagy_gql.embedded import postgres, redis, servers
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import EmbeddedError
from tests.support.up import is_alive, until


@pytest.fixture(scope="module")
def folder() -> Iterator[LocalFolder]:
    with tempfile.TemporaryDirectory(prefix="dagy-servers-") as place:
        yield LocalFolder(Path(place))


def postmaster(folder: LocalFolder) -> int:
    return int((folder.postgres / "postmaster.pid").read_text().split()[0])


async def answers(url: str) -> bool:
    connection = await asyncpg.connect(dsn=url)
    try:
        return bool(await connection.fetchval("SELECT true"))
    finally:
        await connection.close()


async def test_only_the_owner_reaches_the_sockets(folder: LocalFolder) -> None:
    with servers.running(folder) as both:
        assert await answers(both.database_url)
        assert both.redis_url.endswith(f"@{folder.sockets}/redis.sock")
        assert stat.S_IMODE(folder.sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.postgres.stat().st_mode) == 0o700


async def test_starts_after_a_crash_whose_process_id_somebody_else_has_now(
    folder: LocalFolder,
) -> None:
    with servers.running(folder):
        content = (folder.postgres / "postmaster.pid").read_text()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        stale = content.splitlines(keepends=True)
        (folder.postgres / "postmaster.pid").write_text("".join([f"{bystander.pid}\n", *stale[1:]]))
        with servers.running(folder) as both:
            assert await answers(both.database_url)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


async def test_ends_what_a_killed_server_left_behind(
    folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy backend outlives its postmaster, and would keep the next one from starting."""
    monkeypatch.setattr(postgres, "_LEFTOVER_SECONDS", 0.1)
    with servers.running(folder) as both:
        connection = await asyncpg.connect(dsn=both.database_url)
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        os.kill(backend, signal.SIGSTOP)
        os.kill(postmaster(folder), signal.SIGKILL)
    assert is_alive(backend)

    with servers.running(folder) as both:
        assert await answers(both.database_url)

    until(lambda: not is_alive(backend), what="the end of the old backend")
    connection.terminate()


def test_a_folder_of_another_major_version_is_refused(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    folder.postgres.mkdir()
    (folder.postgres / "PG_VERSION").write_text("13\n")
    with pytest.raises(EmbeddedError, match="was written by PostgreSQL 13, this is 18"):
        postgres.ensure_initialised(folder)


def test_a_half_made_folder_is_made_again(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    folder.create()
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")

    assert postgres.ensure_initialised(folder) is True

    assert postgres.ensure_initialised(folder) is False
    assert not (tmp_path / "postgres.new").exists()


def test_without_a_redis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis, "_IN_WHEELS", ())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EmbeddedError, match="install one"):
        redis.binary()


def test_a_redis_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "valkey-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis.binary() == program
