"""User code that misbehaves: a clear error on its run, and nothing else is disturbed."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from dagy_gql import db
from dagy_gql.artifacts.store import archive_key
from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime
from dagy_gql.services import runs
from tests.support.deployed import deployed
from tests.support.outcome import log_of, outcome, ran, trigger, until_event

pytestmark = pytest.mark.usefixtures("worker")


def flow_of(body: str, *, decorator: str = "@task") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"""
import os, sys, time, threading
from dagy import flow, task

{decorator}
def work():
{lines}

@flow
def main():
    return work()
"""


async def test_an_unserialisable_result_says_so(rt: Runtime, actor: Actor, tmp_path: Path) -> None:
    await deployed(rt, actor, flow_of("return threading.Lock()"), folder=tmp_path)

    found = await ran(rt, actor, "main")

    assert found.state == "FAILED"
    assert found.error["code"] == "RESULT_NOT_SERIALISABLE"


async def test_os_exit_fails_the_run_with_the_exit_code(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, flow_of("os._exit(3)"), folder=tmp_path)

    found = await ran(rt, actor, "main")

    assert found.state == "FAILED"
    assert found.error["code"] == "PROCESS_EXITED"
    assert "exit code 3" in found.error["message"]
    assert found.error["task_key"] == "work"
    assert found.states == {"work": "FAILED"}
    assert found.run["attempt"] == 1


async def test_a_process_that_is_killed_again_and_again_ends_crashed(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, flow_of("os.kill(os.getpid(), 9)"), folder=tmp_path)

    found = await ran(rt, actor, "main")

    assert found.state == "CRASHED"
    assert found.run["attempt"] == 3
    assert found.run["reason"]["code"] == "CRASHED"
    crashes = [event for event in found.events if event.type == "RUN_ATTEMPT_CRASHED"]
    assert [event.data["attempt"] for event in crashes if event.data] == [1, 2, 3]
    assert "SIGKILL" in found.run["reason"]["message"]


async def test_binary_output_becomes_readable_lines(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    body = (
        "sys.stdout.buffer.write(b'\\xff\\x00 raw\\n')\nos.write(1, b'\\xfe direct\\n')\nreturn 1"
    )
    await deployed(rt, actor, flow_of(body), folder=tmp_path)

    found = await ran(rt, actor, "main")
    messages = [line.message for line in await log_of(rt, actor, found.run["id"])]

    assert found.state == "SUCCEEDED"
    assert sorted(messages) == ["\\xfe direct", "\\xff\\x00 raw"]


async def test_a_flow_that_cannot_be_imported_fails_with_its_traceback(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = "import os\nif 'BUILDING' not in os.environ:\n    raise RuntimeError('no database')\n"
    os.environ["BUILDING"] = "1"
    try:
        await deployed(rt, actor, source + flow_of("return 1"), folder=tmp_path)
    finally:
        del os.environ["BUILDING"]

    found = await ran(rt, actor, "main")

    assert found.state == "FAILED"
    assert found.error["code"] == "IMPORT_FAILED"
    assert "no database" in found.error["traceback"]


async def test_an_archive_that_has_changed_is_not_run(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    made = await deployed(rt, actor, flow_of("return 1"), folder=tmp_path)
    sha256 = await db.fetch_value("SELECT artifact_sha256 FROM flows WHERE id = $1", made.flow_id)
    stored = await rt.artifacts.path(archive_key(actor.org_id, sha256))
    stored.write_bytes(stored.read_bytes() + b"evil")

    found = await ran(rt, actor, "main")

    assert found.state == "FAILED"
    assert found.error["code"] == "ARTIFACT_UNAVAILABLE"


async def test_a_task_that_never_ends_is_killed_at_its_timeout(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = flow_of("while True: pass", decorator="@task(timeout_seconds=0.3)")
    await deployed(rt, actor, source, folder=tmp_path)

    found = await ran(rt, actor, "main")

    assert found.states == {"work": "TIMED_OUT"}
    assert found.error["code"] == "TASK_TIMED_OUT"


async def test_a_task_that_fills_memory_fails_alone(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = flow_of("return len(bytearray(2_000_000_000))", decorator="@task(memory_limit_mb=256)")
    await deployed(rt, actor, source, folder=tmp_path)

    found = await ran(rt, actor, "main")

    assert found.state == "FAILED"
    assert found.error["code"] == "MEMORY_EXCEEDED"


async def test_a_grandchild_cannot_speak_for_the_run(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    body = "if os.fork() == 0:\n    return 'the child came back'\ntime.sleep(0.2)\nreturn 'mine'"
    await deployed(rt, actor, flow_of(body), folder=tmp_path)

    found = await ran(rt, actor, "main")

    assert found.state == "SUCCEEDED"
    assert found.run["result"] == {"value": "mine"}


async def test_a_cancelled_run_really_stops(rt: Runtime, actor: Actor, tmp_path: Path) -> None:
    mark = tmp_path / "alive"
    body = f"while True:\n    open({str(mark)!r}, 'a').write('.')\n    time.sleep(0.01)"
    await deployed(rt, actor, flow_of(body), folder=tmp_path)
    run_id = await trigger(rt, actor, "main")
    await until_event(rt, actor, run_id, "TASK_STARTED")

    await runs.cancel(rt, actor, run_id=run_id)
    found = await outcome(rt, actor, run_id)
    size = mark.stat().st_size
    await asyncio.sleep(0.1)

    assert found.state == "CANCELLED"
    assert found.run["reason"]["message"] == f"cancelled by {actor.name}"
    assert found.states == {"work": "CANCELLED"}
    assert mark.stat().st_size == size


async def test_a_run_that_ignores_its_cancellation_is_killed(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    body = "while True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass"
    await deployed(rt, actor, flow_of(body), folder=tmp_path)
    run_id = await trigger(rt, actor, "main")
    await until_event(rt, actor, run_id, "TASK_STARTED")

    await runs.cancel(rt, actor, run_id=run_id)
    found = await outcome(rt, actor, run_id)

    assert found.state == "CANCELLED"


async def test_a_killed_process_runs_again_and_keeps_what_had_succeeded(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    done, pid = tmp_path / "done", tmp_path / "pid"
    source = f"""
import os, time
from dagy import flow, get_run_context, task

@task(checkpoint="sync")
def first() -> int:
    open({str(done)!r}, "a").write("x")
    return 41

@task
def second(x: int) -> int:
    if get_run_context().attempt == 1:
        open({str(pid)!r}, "w").write(str(os.getpid()))
        time.sleep(60)
    return x + 1

@flow
def main():
    return second(first())
"""
    await deployed(rt, actor, source, folder=tmp_path)
    run_id = await trigger(rt, actor, "main")
    await until_event(rt, actor, run_id, "TASK_STARTED", key="second")
    while not (pid.exists() and pid.read_text()):
        await asyncio.sleep(0.005)

    os.kill(int(pid.read_text()), signal.SIGKILL)
    found = await outcome(rt, actor, run_id)

    assert found.state == "SUCCEEDED"
    assert found.run["result"] == {"value": 42}
    assert found.run["attempt"] == 2
    assert done.read_text() == "x", "a task that was recorded SUCCEEDED ran again"
    kinds = [event.type for event in found.events]
    assert kinds.count("RUN_ATTEMPT_CRASHED") == 1
    assert [event.seq for event in found.events] == list(range(1, len(kinds) + 1))
