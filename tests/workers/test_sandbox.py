"""What a flow can reach of the machine: everything unconfined, its own things in the sandbox."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from dagy_gql.auth.actor import Actor
from dagy_gql.backends.local import sandbox as module
from dagy_gql.backends.local.sandbox import (
    SandboxUnavailableError,
    Shared,
    sandbox,
)
from dagy_gql.runtime import Runtime
from dagy_gql.settings import Settings
from tests.support.deployed import deployed
from tests.support.outcome import ran
from workers.main import working

THIEF = """
import ctypes
import os
from pathlib import Path
from dagy import flow, task

def tried(action):
    try:
        return bool(action())
    except OSError:
        return False

def attached():
    # PTRACE_TRACEME, which any process may otherwise.
    return ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0

def traced():
    pid = os.fork()
    if pid == 0:
        os._exit(0 if attached() else 1)
    return pid

@task
def steal(home: str, pid: int, command: list[str]) -> dict[str, bool]:
    folder = Path(home)
    # In a namespace of its own the number may be another process's.
    seen = tried(lambda: Path(f"/proc/{pid}/cmdline").read_text().split("\\0") == command)
    os.symlink(folder / "secrets.key", "link")
    return {
        "key": tried((folder / "secrets.key").read_text),
        "link": tried(Path("link").read_text),
        "other_organization": tried(lambda: list((folder / "artifacts/orgs/other").iterdir())),
        "environment": seen and tried(Path(f"/proc/{pid}/environ").read_bytes),
        "memory": seen and tried(lambda: open(f"/proc/{pid}/mem", "rb")),
        "signal": seen and tried(lambda: os.kill(pid, 0) or True),
        "ptrace": os.waitstatus_to_exitcode(os.waitpid(traced(), 0)[1]) == 0,
        "source": tried(lambda: Path(__file__).write_text(Path(__file__).read_text())),
        "host_shm": tried(lambda: Path("/dev/shm/" + folder.name).read_text()),
    }

@flow
def main(home: str, pid: int, command: list[str]) -> dict[str, bool]:
    return steal(home, pid, command)
"""

HONEST = """
import multiprocessing, sqlite3, subprocess, sys, tempfile
from pathlib import Path
from dagy import flow, task

@task
def work() -> list[str]:
    with tempfile.TemporaryFile() as file:
        file.write(b"x")
    sqlite3.connect("own.db").execute("create table a (b)")
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(abs, [-1])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.map(abs, [-1])
    done = subprocess.run([sys.executable, "-c", "import ssl; print(1)"], stdout=subprocess.PIPE)
    return [done.stdout.decode().strip(), str(bool(Path("/etc/resolv.conf").read_text()))]

@flow
def main() -> list[str]:
    return work()
"""

confined = pytest.mark.skipif(
    sandbox("on").bwrap is None, reason=f"no sandbox here: {sandbox('on').reason}"
)


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, mode: str) -> Settings:
    return settings.model_copy(update={"sandbox": mode})


async def thefts(rt: Runtime, actor: Actor, tmp_path: Path) -> dict[str, bool]:
    (tmp_path / "secrets.key").write_text("key")
    other = tmp_path / "artifacts" / "orgs" / "other" / "runs"
    other.mkdir(parents=True)
    host_shm = Path("/dev/shm", tmp_path.name)
    host_shm.write_text("x")
    await deployed(rt, actor, THIEF, folder=tmp_path)
    try:
        async with working(rt):
            command = Path("/proc/self/cmdline").read_text().split("\0")
            own = {"pid": os.getpid(), "command": command}
            outcome = await ran(rt, actor, "main", home=str(tmp_path), **own)
    finally:
        host_shm.unlink()
    assert outcome.state == "SUCCEEDED"
    result: dict[str, Any] = outcome.run["result"]["value"]
    return result


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("mode", ["off"], indirect=True)
async def test_without_a_sandbox_a_flow_reaches_what_the_server_reaches(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    found = await thefts(rt, actor, tmp_path)

    expected = {"key", "link", "other_organization", "signal", "ptrace", "host_shm"}
    assert {name for name, stolen in found.items() if stolen} >= expected


@confined
@pytest.mark.parametrize("mode", ["required"], indirect=True)
async def test_in_the_sandbox_a_flow_reaches_only_what_is_its_own(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    found = await thefts(rt, actor, tmp_path)

    assert [name for name, stolen in found.items() if stolen] == []


@confined
@pytest.mark.parametrize("mode", ["required"], indirect=True)
async def test_in_the_sandbox_ordinary_work_goes_on(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, HONEST, folder=tmp_path)

    async with working(rt):
        outcome = await ran(rt, actor, "main")

    assert outcome.run["result"] == {"value": ["1", "True"]}


def test_a_required_sandbox_that_cannot_be_had_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_probed", lambda: (None, "no namespaces"))

    with pytest.raises(SandboxUnavailableError, match="no namespaces"):
        sandbox("required")
    assert sandbox("on").command(["a"], source=Path("/"), visible=[]) == ["a"]


def test_more_of_the_host_is_shown_by_name() -> None:
    assert Shared.parse("ro:/data, rw:/scratch,") == [
        Shared(Path("/data")),
        Shared(Path("/scratch"), is_writable=True),
    ]
    with pytest.raises(ValueError, match="'/data' is neither"):
        Shared.parse("/data")
