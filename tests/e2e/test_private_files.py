"""The folder of an installation, and what processes show, while everything runs."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dagy_gql.embedded import private, redis, roles
from dagy_gql.embedded.folder import LocalFolder
from tests.e2e.conftest import Cli
from tests.support.up import Up, descendants

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

FLOW = """
from dagy import flow, save_artifact, task

@task
def write() -> str:
    save_artifact("word.txt", "word")
    return "word" * 40_000

@flow
def leaving() -> str:
    return write()
"""
# Others could read their content, had they a way to it: these folders themselves are closed.
EXCEPTIONS = {
    "builds": "archives of `dagy deploy`, made with the umask of the shell",
    "cache": "unpacked flows: runs may be executed as another user, who gets them shown",
    "postgres": "belongs to PostgreSQL's user when root starts it",
}


@pytest.fixture(scope="module")
def ran(up: Up, cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, once a run has left a log, a large result and a file in it."""
    file = tmp_path_factory.mktemp("flows") / "leaving.py"
    file.write_text(FLOW)
    for arguments in (("deploy", f"{file}:leaving"), ("trigger", "leaving", "--follow")):
        done = cli(*arguments)
        assert done.returncode == 0, done.stderr
    return up.folder


def entries(folder: Path) -> Iterator[Path]:
    yield folder
    for place, names, files in os.walk(folder):
        yield from (Path(place, name) for name in (*names, *files))
        if Path(place) == folder:
            names[:] = [name for name in names if name not in EXCEPTIONS]


def open_to_others(folder: Path) -> list[str]:
    found = []
    for path in entries(folder):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        if mode & 0o077 and not stat.S_ISLNK(mode):
            found.append(f"{path.relative_to(folder)} {stat.filemode(mode)}")
    return found


def test_nothing_in_the_folder_is_anybody_elses(ran: Path) -> None:
    names = {path.name for path in ran.iterdir()}
    assert names >= {"artifacts", "credentials", "logs", "redis.url", "secrets.key", *EXCEPTIONS}
    assert open_to_others(ran) == []


def test_what_an_earlier_version_left_open_is_closed(ran: Path) -> None:
    left = [ran / "config.yaml", ran / "logs" / "server.log", ran / "artifacts"]
    for path in left:
        path.chmod(path.stat().st_mode | 0o055)
    link = ran / "link"
    link.symlink_to("/etc/passwd")
    before = Path("/etc/passwd").stat().st_mode
    assert len(open_to_others(ran)) == len(left)

    assert private.close_to_others(ran, not_below=frozenset(EXCEPTIONS)) == len(left)

    assert open_to_others(ran) == []
    assert Path("/etc/passwd").stat().st_mode == before
    link.unlink()


def test_no_process_has_a_password_in_its_variables(up: Up, ran: Path) -> None:
    folder = LocalFolder(ran)
    lines = roles.passwords_file(folder).read_text().splitlines()
    secrets = [line.split(":")[4] for line in lines if not line.startswith("#")]
    secrets += [str(urlsplit(redis.url(folder)).password)]
    secrets += (ran / "secrets.key").read_text().split()
    shown = b""
    for pid in {up.process.pid, *descendants(up.process.pid)}:
        for name in ("environ", "cmdline"):
            file = Path(f"/proc/{pid}/{name}")
            shown += file.read_bytes() if file.exists() else b""
    assert b"DAGY_REDIS_URL_FILE=" in shown
    assert [one for one in secrets if one.encode() in shown] == []
