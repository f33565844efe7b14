"""What becomes of a command when its reader leaves, its disk is full, or its terminal is ASCII."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli import samples
from tests.cli.fake import WAIT, Fake, Response
from tests.cli.samples import line, page, run

DAGY = str(Path(sys.executable).with_name("dagy"))

SOURCE = """
import os, pathlib, subprocess, time
from dagy import flow, task

@task
def talk(done: str):
    for number in range(2_000):
        print("line", number, "x" * 100)
    subprocess.run(["echo", "from a child"], check=True)
    pathlib.Path(done).write_text("yes")

@task(isolate=True)
def alone(done: str):
    for number in range(2_000):
        print("line", number, "x" * 100)
    subprocess.run(["echo", "from a child"], check=True)
    pathlib.Path(done).write_text("yes")

@task
def only_prints(done: str):
    for number in range(2_000):
        print("line", number, "x" * 100)
    pathlib.Path(done).write_text("yes")

@flow
def printing(done: str):
    only_prints(done)

@flow
def chatty(done: str):
    talk(done)

@flow
def isolated(done: str):
    alone(done)

if __name__ == "__main__":
    import sys
    print(printing.run_local(done=sys.argv[1]).state, file=sys.stderr)
"""


@pytest.fixture
def source(tmp_path: Path) -> str:
    (tmp_path / "chatty.py").write_text(SOURCE)
    return str(tmp_path / "chatty.py")


def reader_leaves(*args: str, after: int = 1) -> tuple[int, str]:
    """The exit code and stderr of a process whose reader closes the pipe after some bytes."""
    ours, theirs = os.pipe()
    with subprocess.Popen(args, stdout=theirs, stderr=subprocess.PIPE, text=True) as process:
        os.close(theirs)
        if after:
            os.read(ours, after)
        os.close(ours)
        _, stderr = process.communicate(timeout=60)
    return process.returncode, stderr


def as_json(data: dict[str, Any]) -> Response:
    """With escapes: JSON may hold half a surrogate pair, UTF-8 may not."""
    return Response(json.dumps({"data": data}), media_type="application/json")


def disk_is_full(*args: str) -> tuple[int, str]:
    with open("/dev/full", "w") as full:
        done = subprocess.run(args, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize("flow", ["chatty", "isolated"])
@pytest.mark.parametrize("after", [0, 1])
def test_a_run_succeeds_although_its_reader_leaves(
    source: str, tmp_path: Path, flow: str, after: int
) -> None:
    done = tmp_path / "done"

    ended = reader_leaves(DAGY, "run", f"{source}:{flow}", "-p", f"done={done}", after=after)

    assert ended == (0, "")
    assert done.read_text() == "yes"


def test_a_script_that_runs_a_flow_survives_its_reader(source: str, tmp_path: Path) -> None:
    done = tmp_path / "done"

    _, stderr = reader_leaves(sys.executable, source, str(done))

    assert stderr.splitlines()[0] == "SUCCEEDED"
    assert done.read_text() == "yes"


def test_lines_of_child_processes_stand_among_the_others_and_never_in_the_json(
    source: str, tmp_path: Path
) -> None:
    command = [DAGY, "run", f"{source}:isolated", "-p", f"done={tmp_path / 'done'}"]

    as_table = subprocess.run(command, capture_output=True, text=True, check=True)
    as_json = subprocess.run([*command, "--format", "json"], capture_output=True, check=True)

    [told] = [text for text in as_table.stdout.splitlines() if "from a child" in text]
    assert told.split()[1:] == ["INFO", "alone", "from", "a", "child"]
    assert json.loads(as_json.stdout)["state"] == "SUCCEEDED"
    assert as_json.stderr.count(b"from a child") == 1


def test_a_full_disk_does_not_fail_the_run_and_is_told_in_one_line(
    source: str, tmp_path: Path
) -> None:
    done = tmp_path / "done"

    ended = disk_is_full(DAGY, "run", f"{source}:chatty", "-p", f"done={done}")

    assert ended == (1, "Error: the output could not be written: No space left on device\n")
    assert done.read_text() == "yes"


@pytest.mark.parametrize("format_", ["table", "json", "yaml"])
def test_a_list_ends_quietly_when_its_reader_leaves(
    fake: Fake, signed_in: str, format_: str
) -> None:
    fake.answers["Runs"] = {"runs": page(*(run(slug=f"run-{n}") for n in range(2_000)))}

    ended = reader_leaves(DAGY, "runs", "list", "--limit", "2000", "--format", format_)

    assert ended == (141, "")


@pytest.mark.parametrize("format_", ["table", "json", "yaml"])
def test_a_list_into_a_full_disk_is_one_line_and_exit_1(
    fake: Fake, signed_in: str, format_: str
) -> None:
    fake.answers["Runs"] = {"runs": page(run())}

    ended = disk_is_full(DAGY, "runs", "list", "--format", format_)

    assert ended == (1, "Error: the output could not be written: No space left on device\n")


def test_following_a_log_ends_with_its_reader(fake: Fake, signed_in: str) -> None:
    fake.answers["Run"] = {"run": samples.run_details(state="RUNNING")}
    lines = [{"runLogs": line(n % 999, "x" * 100)} for n in range(2_000)]
    fake.streams["RunLogs"] = [[*lines, WAIT]]

    assert reader_leaves(DAGY, "logs", "calm-otter", "--follow") == (141, "")


def test_a_command_without_stdout_or_stderr_still_works(
    source: str, tmp_path: Path, fake: Fake, signed_in: str
) -> None:
    fake.answers["Runs"] = {"runs": page(run())}

    for closed in (">&-", "2>&-", ">&- 2>&-"):
        done = subprocess.run(
            ["/bin/sh", "-c", f"exec {DAGY} runs list {closed}"], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), closed


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "utf-16"])
def test_json_can_be_read_whatever_the_encoding_of_the_terminal(
    fake: Fake, signed_in: str, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    result = {"größe": "抽出 🦦", "half": "\ud83e", "control": "\x00\x9b"}
    fake.answers["Run"] = as_json({"run": samples.succeeded(result=result)})
    fake.answers["RunTasks"] = {"taskRuns": page()}
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    monkeypatch.setenv("LC_ALL", "C")

    done = subprocess.run(
        [DAGY, "runs", "show", "calm-otter", "--format", "json"], check=True, capture_output=True
    )

    assert json.loads(done.stdout.decode("utf-8"))["result"] == result
    assert done.stdout.isascii() is (encoding != "utf-8")


def test_half_a_character_in_a_log_stays_readable_json(fake: Fake, signed_in: str) -> None:
    fake.answers["Run"] = {"run": samples.succeeded()}
    fake.answers["Logs"] = as_json({"run": {"logs": page(line(1, "a\ud800b"), line(2, "é"))}})

    done = subprocess.run(
        [DAGY, "logs", "calm-otter", "--format", "json"], check=True, capture_output=True
    )

    messages = [json.loads(text)["message"] for text in done.stdout.decode("utf-8").splitlines()]
    assert messages == ["a\ud800b", "é"]
