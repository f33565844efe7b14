"""dagy run FILE.py:FLOW: local, in process, no server."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.support.signals import reap

Dagy = Callable[..., Result]

Start = Callable[..., "subprocess.Popen[str]"]

DAGY = str(Path(sys.executable).with_name("dagy"))

SOURCE = """
import os, sys, time
from dagy import flow, task

@task
def load(city: str, days: int = 3):
    print("loading", city)
    if city == "Nowhere":
        raise ValueError("no such city")
    return list(range(days))

@task
def double(number):
    if number == 7:
        raise RuntimeError("seven is odd")
    return number * 2

@task
def total(numbers):
    return sum(numbers)

@task
def nap(ready: str, seconds: float):
    open(ready, "w").close()
    time.sleep(seconds)

@flow
def weather(city: str, days: int = 3):
    return total(double.map(load(city, days)))

@flow
def sleepy(ready: str, seconds: float = 60):
    nap(ready, seconds)
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"run_{tmp_path.name}.py"
    (tmp_path / name).write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def still(text: str) -> str:
    """Times, durations and the slug replaced, so that the rest can be compared."""
    text = re.sub(r"\d\d:\d\d:\d\d\.\d{3}", "TIME", text)
    text = re.sub(r"\b[\d.]+ m?s\b", "1 ms", text)
    return re.sub(r"\b[a-z]+-[a-z]+-\d+\b", "SLUG", text)


def test_shows_lines_and_a_summary_tree(dagy: Dagy, source: str) -> None:
    result = dagy("run", f"{source}:weather", "-p", "city=2024")

    assert result.exit_code == 0
    assert still(result.stdout) == (
        "TIME INFO      load      loading 2024\n"
        "TIME SUCCEEDED load      1 ms\n"
        "TIME SUCCEEDED double    1 ms\n"
        "TIME SUCCEEDED total     1 ms\n"
        "✓ SUCCEEDED weather SLUG in 1 ms\n"
        "├── ✓ load  1 ms\n"
        "├── ✓ double ×3  1 ms\n"
        "└── ✓ total  1 ms\n"
        "\n"
        "result  6\n"
    )
    assert result.stderr == ""


def test_a_failed_run_exits_6_with_the_traceback(dagy: Dagy, source: str) -> None:
    result = dagy("run", f"{source}:weather", "-p", "city=Nowhere")

    assert result.exit_code == 6
    assert still(result.stdout).endswith(
        "✗ FAILED weather SLUG in 1 ms\n"
        "├── ✗ load  FAILED  ValueError: no such city\n"
        "├── ↷ double  SKIPPED  upstream 'load' failed\n"
        "└── ↷ total  SKIPPED  upstream 'double' was skipped\n"
    )
    where = Path(source).resolve()
    assert still(result.stderr) == (
        "Run SLUG FAILED: TASK_FAILED in task load\n"
        "  ValueError: no such city\n"
        f"  at {where}:9\n"
        "\n"
        "  Traceback (most recent call last):\n"
        f'    File "{where}", line 9, in load\n'
        '      raise ValueError("no such city")\n'
        "  ValueError: no such city\n"
    )


def test_no_fail_fast_runs_what_still_can(dagy: Dagy, source: str) -> None:
    args = ("run", f"{source}:weather", "-p", "city=Oslo", "-p", "days=10", "--max-workers", "1")

    document = json.loads(dagy(*args, "--no-fail-fast", "--format", "json").stdout)

    states = {task["key"]: task["state"] for task in document["taskRuns"]}
    assert states["double[7]"] == "FAILED"
    assert states["double[9]"] == "SUCCEEDED"
    assert document["state"] == "FAILED"


def test_as_json(dagy: Dagy, source: str) -> None:
    result = dagy("run", f"{source}:weather", "-p", "city=Oslo", "--format", "json")

    document = json.loads(result.stdout)
    assert (document["state"], document["result"], document["error"]) == ("SUCCEEDED", 6, None)
    assert document["taskRuns"][0]["key"] == "load"
    assert "loading Oslo" in result.stderr


def test_quiet_prints_the_slug_only(dagy: Dagy, source: str) -> None:
    result = dagy("run", f"{source}:weather", "-p", "city=Oslo", "--quiet")

    assert (still(result.stdout), result.stderr) == ("SLUG\n", "")


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ((), "city"),
        (("-p", "city=x", "-p", "days=many"), "days"),
        (("-p", "city=x", "-p", "nope=1"), "nope"),
    ],
)
def test_bad_parameters_are_usage_errors_and_nothing_runs(
    dagy: Dagy, source: str, local_dir: Path, args: tuple[str, ...], field: str
) -> None:
    result = dagy("run", f"{source}:weather", *args)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {field}: ")
    assert not (local_dir / "runs").exists()


def test_a_process_of_its_own_exits_6(dagy_process: Start, source: str, tmp_path: Path) -> None:
    process = dagy_process("run", f"{source}:weather", "-p", "city=Nowhere", cwd=tmp_path)

    stdout, stderr = process.communicate(timeout=30)

    assert process.returncode == 6
    assert "\x1b" not in stdout + stderr
    assert "ValueError: no such city" in stderr


def test_ctrl_c_stops_the_run(dagy_process: Start, source: str, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    process = dagy_process("run", f"{source}:sleepy", "-p", f"ready={ready}", cwd=tmp_path)
    while not ready.exists():
        assert process.poll() is None
        time.sleep(0.01)

    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)

    assert process.returncode == 130
    assert stderr == "\nInterrupted: the run was stopped.\n"


def test_a_run_whose_ctrl_c_is_ignored_goes_on(
    dagy_process: Start, source: str, tmp_path: Path
) -> None:
    """As in `nohup dagy run … &`, or in the background of a script."""
    ready = tmp_path / "ready"
    ignored = (signal.SIGINT, signal.SIGHUP)
    process = dagy_process(
        "run", f"{source}:sleepy", "-p", f"ready={ready}", "-p", "seconds=1", cwd=tmp_path,
        ignored=ignored,
    )  # fmt: skip
    while not ready.exists():
        assert process.poll() is None
        time.sleep(0.01)

    for number in ignored:
        os.killpg(process.pid, number)
    stdout, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "SUCCEEDED" in stdout


def test_on_a_terminal_the_state_of_tasks_is_shown_live(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [DAGY, "run", f"{source}:weather", "-p", "city=Oslo"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        start_new_session=True,
    )
    os.close(theirs)
    shown = bytearray()
    try:
        with contextlib.suppress(OSError):  # Linux: the end of a terminal is an error
            while chunk := os.read(ours, 65_536):
                shown += chunk
        code = process.wait(timeout=30)
    finally:
        os.close(ours)
        reap(process)

    text = shown.decode()
    assert code == 0
    assert "\x1b[34m● RUNNING\x1b[0m  weather" in text
    assert "\x1b[32m✓ SUCCEEDED\x1b[0m weather" in text
    assert text.splitlines()[-1].endswith("6")


@pytest.mark.parametrize("command", ["run", "deploy"])
def test_what_a_deploy_would_refuse_a_run_refuses_too(
    dagy: Dagy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "from dagy import flow, task\n@task\ndef one(): return 1\n"
    folder = tmp_path / "flows (old)" / "été"
    folder.mkdir(parents=True)
    (folder / "a.py").write_text(code + "@flow\ndef main(): return one()\n")
    (tmp_path / "b.py").write_text(code + "@flow(name='a/b')\ndef main(): return one()\n")

    refused = dagy(command, "flows (old)/été/a.py")
    unnamed = dagy(command, "b.py")

    assert (refused.exit_code, unnamed.exit_code) == (1, 1)
    assert refused.stderr.startswith("Error: the folder 'flows (old)' cannot be a part of the")
    assert "hint: rename 'flows (old)', set @flow(namespace=...)" in refused.stderr
    assert unnamed.stderr.startswith("Error: 'a/b' cannot name a flow: letters, digits")
    assert f"where: {tmp_path}/b.py:4" in unnamed.stderr


def test_a_module_above_the_folder_needs_a_root(
    dagy: Dagy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flows").mkdir()
    (tmp_path / "above_x").mkdir()
    (tmp_path / "above_x" / "db.py").write_text("")
    (tmp_path / "flows" / "a.py").write_text(
        "import above_x.db\nfrom dagy import flow, task\n"
        "@task\ndef one(): return 1\n@flow\ndef main(): return one()\n"
    )

    missing = dagy("run", "flows/a.py")
    found = dagy("run", "flows/a.py", "--root", ".", "--quiet")

    assert missing.exit_code == 1
    assert "ModuleNotFoundError: No module named 'above_x'" in missing.stderr
    assert f"hint: above_x is in {tmp_path}, above the root {tmp_path}/flows: give --root" in (
        missing.stderr
    )
    assert found.exit_code == 0
