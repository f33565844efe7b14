"""The zygote and its children, spoken to over real sockets."""

import re
import signal
import zipfile
from pathlib import Path

import pytest

from dagy import build_artifact
from dagy.runner.protocol import (
    Ack,
    CacheGet,
    CacheReply,
    Cancel,
    Exited,
    ImportFailed,
    Kill,
    Log,
    Ready,
    Result,
    Started,
    TaskCached,
    TaskSucceeded,
)
from tests.sdk.zygote_host import LONG, SIMPLE, Open, value


def test_ready_started_events_exited(zygote: Open):
    host = zygote(SIMPLE, ready=False)
    ready = host.report()
    assert isinstance(ready, Ready)
    assert ready.warnings == []
    run = host.start(parameters={"n": 4}, spec_sha256=ready.spec_sha256)
    started = host.report()
    assert isinstance(started, Started)
    assert started.run_id == run.request.run_id
    finished = run.finish()
    assert (finished.state, value(finished.result)) == ("SUCCEEDED", 5)
    assert [type(each).__name__ for each in run.events] == [
        "TaskStarted",
        "Log",
        "TaskSucceeded",
        "RunFinished",
    ]
    assert host.report() == Exited(run.request.run_id, 0, None)
    assert run.output == b""


def test_bad_parameters_and_another_spec_end_the_run_at_once(zygote: Open):
    host = zygote(SIMPLE)
    error = host.start(parameters={"n": "x"}).finish().error
    assert error is not None
    assert (error.code, error.message) == ("BAD_PARAMETER", "n: Expected `int`, got `str`")
    error = host.start(spec_sha256="0" * 64).finish().error
    assert error is not None
    assert error.code == "SPEC_MISMATCH"


def test_another_graph_than_the_deployed_one_says_what_differs(zygote: Open, tmp_path: Path):
    code = SIMPLE.replace("return add(n)", "return add(n, int(os.environ.get('COUNT', 1)))")
    host = zygote(code, COUNT="2")
    built = build_artifact(f"{tmp_path}/source/flows.py:main", tmp_path / "out")
    with zipfile.ZipFile(built.path) as archive:
        (tmp_path / "source" / "dagy.json").write_bytes(archive.read("dagy.json"))
    error = host.start(spec_sha256=built.spec.sha256).finish().error
    assert error is not None
    assert error.code == "SPEC_MISMATCH"
    assert error.message.endswith(
        ": argument 'm' of task 'add' was 1 when it was deployed and is 2 here"
    )
    assert error.where == "flows.py:12"


@pytest.mark.parametrize(
    ("code", "code_name", "message", "where", "hint"),
    [
        ("import nothing_like_this", "IMPORT_FAILED", "No module named", 5, "install 'nothing"),
        ("x = 1 / 0", "IMPORT_FAILED", "division by zero", 5, "must import without errors"),
        ("def broken(:", "IMPORT_FAILED", "invalid syntax", 5, "must import"),
        ("raise SystemExit(4)", "IMPORT_FAILED", "called sys.exit(4) while", 5, "__main__"),
        ("main = 3", "IMPORT_FAILED", "else than a flow named 'main'", None, "flows in"),
        ("", "IMPORT_FAILED", "has no 'main'", None, "flows in flows.py: none"),
        ("@flow\ndef main(): pass", "IMPORT_FAILED", "calls no task", 5, "decorate"),
    ],
)
def test_an_import_that_fails_is_told(
    zygote: Open, code: str, code_name: str, message: str, where: int | None, hint: str
):
    host = zygote("\n" + code, ready=False)
    report = host.report()
    assert isinstance(report, ImportFailed)
    assert report.error.code == code_name
    assert message in report.error.message
    assert hint in (report.error.hint or "")
    assert report.error.where == (where and f"flows.py:{where}")
    assert "dagy/runner" not in (report.error.traceback or "")
    assert "importlib" not in (report.error.traceback or "")
    assert host.process.wait(5) == 1


def test_runs_start_clean(zygote: Open):
    host = zygote("""
import random, sys, types
STATE = []
# Any module of this name is treated like numpy's, which does not reseed itself after a fork.
numpy_random = types.ModuleType("numpy.random")
numpy_random.seed = lambda: STATE.append("seeded")
sys.modules["numpy.random"] = numpy_random

@task
def look() -> dict:
    STATE.append("looked")
    os.environ["LEFT"] = os.environ.get("LEFT", "") + "x"
    here = os.getcwd()
    open("file", "w").write("x")
    os.chdir("/")
    return {"state": STATE, "env": os.environ["LEFT"], "cwd": here,
            "random": random.random(),
            "pid": os.getpid(), "leader": os.getsid(0)}

@flow
def main():
    return look()
""")
    runs = [host.start() for _ in range(3)]
    seen = [value(run.finish().result) for run in runs]
    assert [(each["state"], each["env"]) for each in seen] == [(["seeded", "looked"], "x")] * 3
    assert [each["cwd"] for each in seen] == [run.request.work_dir for run in runs]
    assert len({each["random"] for each in seen}) == 3
    assert [each["leader"] for each in seen] == [each["pid"] for each in seen]


def test_settings_of_the_server_are_not_seen_by_user_code(zygote: Open):
    code = """
AT_IMPORT = sorted(name for name in os.environ if name.startswith("DAGY_"))
@task
def look() -> list: return AT_IMPORT
@flow
def main(): return look()
"""
    host = zygote(code, "--keep-env", "DAGY_ALLOWED", DAGY_SECRETS_KEY="s", DAGY_ALLOWED="y")
    assert value(host.start().finish().result) == ["DAGY_ALLOWED"]


def test_raw_output_comes_through_the_pipe_and_a_crash_names_its_task(zygote: Open):
    host = zygote("""
import subprocess
@task
def noisy() -> None:
    os.write(1, b"raw \\xff\\n")
    subprocess.run(["sh", "-c", "echo from sh; echo bad >&2"])
    print(sys.stdin.read() == "")
    import ctypes
    time.sleep(0.2)
    ctypes.string_at(0)
@flow
def main(): noisy()
""")
    run = host.start()
    lines = [run.until(Log) for _ in range(3)]
    assert [(each.key, each.level, each.message) for each in lines] == [
        ("noisy", "INFO", "from sh"),
        ("noisy", "STDERR", "bad"),
        ("noisy", "INFO", "True"),
    ]
    exited = host.report(Exited)
    assert (exited.run_id, exited.exit_code, exited.signal) == (
        run.request.run_id,
        None,
        signal.SIGSEGV,
    )
    assert (exited.crash.key, exited.crash.where) == ("noisy", "flows.py:13")
    assert exited.crash.stack.splitlines()[:2] == [
        "Stack (most recent call last):",
        '  File "flows.py", line 13, in noisy',
    ]
    assert "dagy" not in exited.crash.stack
    assert run.output == b"raw \xff\n"


def test_os_exit_in_a_task_is_reported_as_the_end_of_the_process(zygote: Open):
    host = zygote("""
@task
def leave() -> None: os._exit(9)
@flow
def main(): leave()
""")
    run = host.start()
    assert [type(each).__name__ for each in run.stream()] == ["TaskStarted"]
    assert host.report(Exited) == Exited(run.request.run_id, 9, None)


def test_a_cancel_in_the_middle_of_a_run(zygote: Open):
    run = zygote(LONG).start()
    run.until(Log)
    run.send(Cancel(reason="enough"))
    finished = run.finish()
    assert finished.state == "CANCELLED"
    assert finished.error is not None
    assert finished.error.message == "enough"


def test_a_kill_order_and_the_end_of_a_host(zygote: Open):
    host = zygote(LONG)
    run = host.start()
    run.until(Log)
    host.control.sendall(
        b'{"type":"kill","run_id":"%s","signal":9}\n' % run.request.run_id.encode()
    )
    assert host.report(Exited) == Exited(run.request.run_id, None, 9)
    assert Kill(run.request.run_id, 9)
    orphan = host.start()
    orphan.until(Log)
    orphan.socket.close()
    assert host.report(Exited) == Exited(orphan.request.run_id, 70, None)


def test_the_end_of_the_control_socket_ends_everything(zygote: Open):
    host = zygote(LONG)
    run = host.start()
    run.until(Log)
    pid = host.report(Started).pid
    host.control.close()
    assert host.process.wait(5) == 0
    assert not Path(f"/proc/{pid}").exists()


def test_cache_and_sync_go_over_the_wire(zygote: Open):
    host = zygote("""
@task(cache_key="{n}", cache_ttl=5, checkpoint="sync")
def work(n: int) -> int: return n + 1
@flow
def main():
    return work(work(1))
""")
    run = host.start()
    asked = run.until(CacheGet)
    assert re.fullmatch("main:work:[0-9a-f]{16}:1:[0-9a-f]{16}", asked.cache_key)
    first_key = asked.cache_key
    run.send(CacheReply(asked.request_id, None))
    done = run.until(TaskSucceeded)
    assert (done.cache_key, done.cache_ttl_seconds, done.sync_id) == (first_key, 5.0, 1)
    run.send(Ack(1))
    asked = run.until(CacheGet)
    assert re.fullmatch("main:work:[0-9a-f]{16}:2:[0-9a-f]{16}", asked.cache_key)
    run.send(CacheReply(asked.request_id, Result(value=50)))
    assert value(run.finish().result) == 50
    assert [each.key for each in run.events if isinstance(each, TaskCached)] == ["work-2"]
