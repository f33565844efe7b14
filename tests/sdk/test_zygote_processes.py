"""What the processes of a run may do and leave behind, seen from the zygote's socket."""

import os
import time
from pathlib import Path
from typing import Any

from dagy.runner.protocol import (
    Cancel,
    Exited,
    Log,
    Ready,
    TaskFailed,
    TaskStarted,
    TaskSucceeded,
)
from tests.sdk.zygote_host import LONG, SIMPLE, HostedRun, Open, ZygoteHost, value

ISOLATED = """
@task(timeout_seconds=0.3)
def spin(x=None) -> None:
    while True: pass
@task(isolate=True)
def pid(x: int) -> int:
    print("child", x)
    return os.getppid()
@flow(fail_fast=False)
def main():
    spin()
    return pid.map([1, 2, 3])
"""


def test_isolated_tasks_in_a_run(zygote: Open):
    run = zygote(ISOLATED).start(max_workers=2)
    finished = run.finish()
    assert finished.error is not None
    assert finished.error.code == "TASK_TIMED_OUT"
    results = [each for each in run.events if isinstance(each, TaskSucceeded)]
    parents = {each.result.value for each in results if each.key.startswith("pid[")}
    assert len(parents) == 1
    logged = sorted(each.message for each in run.events if isinstance(each, Log))
    assert logged == [
        "attempt 1 failed: TaskTimedOutError: the task ran longer than 0.3 s and was killed",
        "child 1",
        "child 2",
        "child 3",
    ]


def test_a_grandchild_cannot_speak_for_the_run(zygote: Open):
    host = zygote("""
@task
def forks() -> str:
    if os.fork() == 0:
        print("grandchild")
        return "from the grandchild"
    os.wait()
    if os.fork() == 0:
        signal.pause()
    return "parent"
@flow
def main(): return forks()
""")
    run = host.start()
    assert value(run.finish().result) == "parent"
    told = [each for each in run.events if isinstance(each, Log)]
    assert [(each.key, each.message) for each in told] == [("forks", "grandchild")]
    assert host.report(Exited) == Exited(run.request.run_id, 0, None)
    assert run.output == b""


def test_what_a_run_leaves_behind_is_killed(zygote: Open):
    host = zygote("""
import subprocess
@task
def spawn() -> list:
    one = subprocess.Popen(["sleep", "60"])
    two = subprocess.Popen(["setsid", "sleep", "60"], start_new_session=True)
    three = subprocess.check_output(["sh", "-c", "setsid sleep 60 >/dev/null 2>&1 & echo $!"])
    return [one.pid, two.pid, int(three)]
@flow
def main(): return spawn()
""")
    other = host.start()
    run = host.start()
    pids = value(run.finish().result) + value(other.finish().result)
    host.report(Exited), host.report(Exited)
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_a_memory_limit_of_the_run(zygote: Open):
    host = zygote("""
@task
def fat() -> int: return len(bytearray(500 * 1024 * 1024))
@flow
def main(): return fat()
""")
    error = host.start(memory_limit_mb=100).finish().error
    assert error is not None
    assert error.code == "MEMORY_EXCEEDED"


def test_threads_at_import_are_warned_about(zygote: Open):
    host = zygote(
        'threading.Thread(target=time.sleep, args=(60,), daemon=True, name="mine").start()\n'
        + SIMPLE,
        ready=False,
    )
    ready = host.report()
    assert "started 1 thread(s)" in ready.warnings[0]
    assert "(mine)" in ready.warnings[0]
    assert value(host.start().finish().result) == 2


def test_a_flow_that_is_not_fork_safe_gets_a_new_process_each_time(zygote: Open):
    host = zygote("""
IMPORTED_BY = os.getpid()
@task
def look() -> bool: print("fresh"); return IMPORTED_BY == os.getpid()
@task(isolate=True)
def inside(x: bool) -> bool: return x
@flow(fork_safe=False)
def main(): return inside(look())
""")
    run = host.start()
    assert value(run.finish().result) is True
    assert host.report(Exited) == Exited(run.request.run_id, 0, None)
    bad = host.start(parameters={"n": 1}).finish()
    assert bad.error is not None
    assert bad.error.code == "BAD_PARAMETER"


def test_modules_and_packages_beside_the_file(tmp_path: Path):
    source = tmp_path / "source"
    (source / "pkg" / "sub").mkdir(parents=True)
    (source / "other.py").write_text("VALUE = 1")
    for each in ("pkg/__init__.py", "pkg/sub/__init__.py"):
        (source / each).touch()
    (source / "pkg" / "near.py").write_text("VALUE = 2")
    (source / "pkg" / "sub" / "f.py").write_text(
        "from dagy import flow, task\nimport other\nfrom ..near import VALUE\n"
        "@task\ndef t(): return [__name__, other.VALUE, VALUE]\n@flow\ndef main(): return t()\n"
    )
    host = ZygoteHost(source, "pkg/sub/f.py:main")
    assert isinstance(host.report(), Ready)
    assert value(host.start().finish().result) == ["pkg.sub.f", 1, 2]
    host.close()


def test_many_runs_leave_no_process_and_no_descriptor(zygote: Open):
    host = zygote(SIMPLE)

    def runs(count: int) -> None:
        for run in [host.start() for _ in range(count)]:
            assert run.finish().state == "SUCCEEDED"
            run.socket.close()
            host.report(Exited)

    runs(2)
    before = len(os.listdir(f"/proc/{host.process.pid}/fd"))
    runs(20)
    assert len(os.listdir(f"/proc/{host.process.pid}/fd")) == before
    children = Path(f"/proc/{host.process.pid}/task/{host.process.pid}/children").read_text()
    assert children == ""


def test_a_flood_of_output_arrives_whole(zygote: Open):
    run = zygote("""
@task
def talk() -> None:
    for index in range(20_000): print("line", index)
@flow
def main(): talk()
""").start()
    run.finish()
    told = [each.message for each in run.events if isinstance(each, Log)]
    assert told == [f"line {index}" for index in range(20_000)]


def test_a_line_is_seen_while_the_task_goes_on(zygote: Open):
    run = zygote(LONG).start()
    started = time.monotonic()
    run.until(TaskStarted)
    line: Any = run.until(Log)
    assert (line.message, line.key, line.stream) == ("running", "wait", "stdout")
    assert time.monotonic() - started < 30
    run.send(Cancel(reason="x"))
    assert not any(isinstance(each, TaskFailed) for each in finished_events(run))


def finished_events(run: HostedRun) -> list[Any]:
    run.finish()
    return run.events
