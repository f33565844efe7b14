"""Tasks that misbehave in every way: each run says what happened, and nothing else is disturbed."""

import json
from pathlib import Path

import pytest

from dagy.api.models import Run
from dagy.client import DagyClient
from dagy_gql.repositories.pagination import encode_cursor
from tests.e2e.conftest import Cli
from tests.e2e.flows.misbehaving import segfaults
from tests.support.up import Up, is_alive, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

THREAD, PROCESS = "in_a_thread", "in_a_process"
LITTLE_MEMORY, LITTLE_TIME = "with_little_memory", "with_little_time"
OTHERS = ("one_of_many", "tried_once_more", "never_again")
KEYS = {THREAD: "plain", PROCESS: "isolated", LITTLE_MEMORY: "limited", LITTLE_TIME: "timed"}
LINE_LIMIT_BYTES = 65_536


@pytest.fixture(scope="module", autouse=True)
def deployed(cli: Cli) -> None:
    file = Path(__file__).with_name("flows") / "misbehaving.py"
    for name in (*KEYS, *OTHERS):
        done = cli("deploy", f"{file}:{name}")
        assert done.returncode == 0, done.stderr


def finished(client: DagyClient, deployment: str, what: str) -> Run:
    run_id = client.trigger(deployment, parameters={"what": what}).run.id
    until(lambda: client.run_status(run_id).is_terminal, what=f"the end of {what}")
    return client.run(run_id)


@pytest.fixture(autouse=True)
def nothing_else_is_disturbed(up: Up, client: DagyClient) -> object:
    """The same workers as before, and the next run of the same flow succeeds."""
    before = up.facts["processes"]
    yield
    assert up.facts["processes"] == before
    assert finished(client, THREAD, "fine").result == "fine"
    assert finished(client, PROCESS, "fine").result == "fine"


FAILURES = {
    "exit_soft": ("TASK_FAILED", "SystemExit", "the task called sys.exit(4)"),
    "interrupt": ("TASK_FAILED", "KeyboardInterrupt", "KeyboardInterrupt"),
    "odd_error": ("TASK_FAILED", "OddError", "odd"),
    "broken_message": ("TASK_FAILED", "ValueError", "a\\x00b\\ud800"),
    "recurses": ("TASK_FAILED", "RecursionError", "maximum recursion depth exceeded"),
}


@pytest.mark.parametrize("deployment", [THREAD, PROCESS])
@pytest.mark.parametrize("what", FAILURES)
def test_whatever_a_task_raises_fails_it(client: DagyClient, deployment: str, what: str) -> None:
    run = finished(client, deployment, what)

    code, kind, message = FAILURES[what]
    assert run.state == "FAILED"
    assert run.error is not None
    assert (run.error.code, run.error.type, run.error.message) == (code, kind, message)
    assert run.error.task_key == KEYS[deployment]
    assert run.error.where is not None
    assert run.error.where.startswith("tests/e2e/flows/misbehaving.py:")
    assert f"in {what}" in (run.error.traceback or "")
    [task] = client.task_runs(run.id)
    assert task.state == "FAILED"
    assert task.error is not None
    assert (task.error.code, task.error.message) == (code, message)


def test_a_message_of_five_megabytes_is_cut(client: DagyClient) -> None:
    run = finished(client, THREAD, "long_message")

    assert run.error is not None
    assert run.error.code == "TASK_FAILED"
    assert len(run.error.message) <= LINE_LIMIT_BYTES
    assert run.error.message.startswith("mmmm")
    assert len(run.error.traceback or "") <= LINE_LIMIT_BYTES


@pytest.mark.parametrize("deployment", [THREAD, PROCESS])
@pytest.mark.parametrize("what", ["unserialisable", "huge_int", "surrogate", "deep", "cyclic"])
def test_a_result_that_json_cannot_hold_fails_the_task(
    client: DagyClient, deployment: str, what: str
) -> None:
    run = finished(client, deployment, what)

    assert run.state == "FAILED"
    assert run.error is not None
    assert run.error.code == "RESULT_NOT_SERIALISABLE"
    assert run.error.task_key == KEYS[deployment]
    assert "which JSON cannot hold" in run.error.message
    assert len(run.error.message) < 1000
    assert run.error.hint is not None
    assert "save_artifact" in run.error.hint


def test_nan_is_refused_where_it_is_returned(client: DagyClient) -> None:
    for deployment in (THREAD, PROCESS):
        run = finished(client, deployment, "not_a_number")
        assert run.state == "FAILED"
        assert run.error is not None
        assert run.error.code == "RESULT_NOT_SERIALISABLE"
        assert run.error.task_key == KEYS[deployment]
        assert run.error.message.startswith("result[0] is NaN or infinite, for which JSON has no")


@pytest.mark.parametrize(
    ("what", "result"),
    [
        ("big_int", 2**64),
        ("nul", "a\u2400b"),
        ("changes_folder", "/"),
        ("deletes_its_folder", "deleted"),
        ("empties_modules", "emptied"),
        ("forks", "parent"),
        ("leaves_a_thread", "left"),
        ("sees_variables", []),
    ],
)
def test_odd_deeds_that_do_no_harm_succeed(client: DagyClient, what: str, result: object) -> None:
    for deployment in (THREAD, PROCESS):
        run = finished(client, deployment, what)
        assert (run.state, run.result) == ("SUCCEEDED", result)


def test_what_a_run_sets_is_not_seen_by_the_next(client: DagyClient) -> None:
    assert finished(client, THREAD, "sets_variable").state == "SUCCEEDED"

    assert finished(client, THREAD, "sees_variables").result == []


def test_a_result_of_a_megabyte_travels_by_reference(client: DagyClient) -> None:
    run = finished(client, THREAD, "megabyte")

    assert run.state == "SUCCEEDED"
    assert run.result["ref"]["size_bytes"] == len(json.dumps("m" * 1_000_000))


@pytest.mark.parametrize("what", ["leaves_a_daemon", "leaves_a_program"])
@pytest.mark.parametrize("deployment", [THREAD, PROCESS])
def test_what_outlives_its_task_is_gone_after_the_run(
    client: DagyClient, deployment: str, what: str
) -> None:
    run = finished(client, deployment, what)

    assert run.state == "SUCCEEDED"
    until(lambda: not is_alive(run.result), what="the end of the process left behind")


EXITS = {
    "exit_hard": "exit code 3",
    "closes_descriptors": "exit code 0",
    "kills_itself": "SIGKILL",
    "kills_its_parent": "SIGKILL",
    "segfaults": "SIGSEGV",
}


@pytest.mark.parametrize("what", EXITS)
def test_the_end_of_an_isolated_process_fails_its_task(client: DagyClient, what: str) -> None:
    run = finished(client, PROCESS, what)

    assert (run.state, run.attempt) == ("FAILED", 1)
    assert run.error is not None
    assert run.error.code == "PROCESS_EXITED"
    assert run.error.task_key == "isolated"
    assert EXITS[what] in run.error.message
    assert run.error.hint


@pytest.mark.parametrize("what", ["exit_hard", "closes_descriptors"])
def test_a_process_that_leaves_early_fails_its_run_at_once(client: DagyClient, what: str) -> None:
    run = finished(client, THREAD, what)

    assert (run.state, run.attempt) == ("FAILED", 1)
    assert run.error is not None
    assert run.error.code == "PROCESS_EXITED"
    assert EXITS[what] in run.error.message
    assert run.error.hint is not None
    assert "os._exit" in run.error.hint


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("kills_itself", "its process was killed by SIGKILL in task 'plain'; out of memory?"),
        ("kills_its_parent", "its process was lost"),
    ],
)
def test_a_process_that_is_killed_is_tried_twice_more(
    client: DagyClient, what: str, cause: str
) -> None:
    run = finished(client, THREAD, what)

    assert (run.state, run.attempt) == ("CRASHED", 3)
    assert run.error is not None
    assert run.error.code == "CRASHED"
    assert cause in run.error.message
    types = [event.type for event in client.follow_events(run.id)]
    assert types.count("RUN_ATTEMPT_CRASHED") == 3


def test_a_crash_in_its_own_code_is_final_and_names_task_file_and_line(
    client: DagyClient,
) -> None:
    run = finished(client, THREAD, "segfaults")

    assert (run.state, run.attempt) == ("CRASHED", 1)
    assert run.error is not None
    line = f"tests/e2e/flows/misbehaving.py:{segfaults.__code__.co_firstlineno + 1}"
    assert run.error.message == (
        f"attempt 1 crashed: its process was killed by SIGSEGV in task 'plain' at {line}"
    )
    assert (run.error.code, run.error.task_key, run.error.where) == ("CRASHED", "plain", line)
    assert "in segfaults" in (run.error.traceback or "")
    assert run.error.hint
    [task] = client.task_runs(run.id)
    assert task.state == "FAILED"
    assert task.error is not None
    assert task.error.where == line
    [last] = [each for each in client.logs(run.id) if each.level == "ERROR"]
    assert last.task_key == "plain"
    assert last.message.startswith("attempt 1 failed: the process of task 'plain' was killed by")


def test_of_many_items_the_one_on_the_crashing_thread_is_named(client: DagyClient) -> None:
    run = finished(client, "one_of_many", "segfaults")

    assert run.error is not None
    assert run.error.task_key == "one[2]"
    states = {task.key: task.state for task in client.task_runs(run.id)}
    assert states["one[2]"] == "FAILED"
    assert {states[key] for key in ("one[0]", "one[1]", "one[3]")} == {"CANCELLED"}


def test_a_flow_says_how_often_its_crashes_are_tried_again(client: DagyClient) -> None:
    run = finished(client, "tried_once_more", "segfaults")
    assert (run.state, run.attempt) == ("CRASHED", 2)
    assert [task.state for task in client.task_runs(run.id)] == ["FAILED"]
    types = [event.type for event in client.follow_events(run.id)]
    assert types.count("RUN_ATTEMPT_CRASHED") == 2
    assert types.count("TASK_RETRYING") == 1
    assert types.count("TASK_FAILED") == 1

    run = finished(client, "never_again", "kills_itself")
    assert (run.state, run.attempt) == ("CRASHED", 1)


def test_signals_cannot_be_replaced_in_a_thread_but_in_a_process(client: DagyClient) -> None:
    refused = finished(client, THREAD, "ignores_signals")
    assert refused.error is not None
    assert "main thread" in refused.error.message

    assert finished(client, PROCESS, "ignores_signals").result == "ignored"


def test_a_task_that_deletes_the_place_of_its_result_keeps_its_result(client: DagyClient) -> None:
    run = finished(client, THREAD, "deletes_every_folder")

    assert run.state == "SUCCEEDED"
    assert run.result["ref"]["size_bytes"] == 100_002


def test_a_task_over_its_memory_is_stopped(client: DagyClient) -> None:
    run = finished(client, LITTLE_MEMORY, "fills_memory")

    assert run.state == "FAILED"
    assert run.error is not None
    assert run.error.code == "MEMORY_EXCEEDED"
    assert run.error.task_key == "limited"
    assert run.error.hint is not None
    assert run.error.hint.startswith("work on smaller pieces, or raise the limit: memory_limit_mb")


def test_without_a_limit_memory_is_there(client: DagyClient) -> None:
    assert finished(client, THREAD, "uses_memory").result == 12


@pytest.mark.parametrize("what", ["never_ends", "spins"])
def test_a_task_over_its_time_is_killed(client: DagyClient, what: str) -> None:
    run = finished(client, LITTLE_TIME, what)

    assert run.state == "FAILED"
    assert run.error is not None
    assert run.error.code == "TASK_TIMED_OUT"
    assert run.error.message == "the task ran longer than 1 s and was killed"
    assert run.error.task_key == "timed"
    [task] = client.task_runs(run.id)
    assert task.state == "TIMED_OUT"


@pytest.mark.parametrize("what", ["never_ends", "spins"])
@pytest.mark.parametrize("deployment", [THREAD, PROCESS])
def test_a_task_that_swallows_everything_is_cancelled_all_the_same(
    client: DagyClient, deployment: str, what: str
) -> None:
    run_id = client.trigger(deployment, parameters={"what": what}).run.id
    until(
        lambda: [task.state for task in client.task_runs(run_id)] == ["RUNNING"],
        what="the start of the task",
    )

    assert client.cancel(run_id).state == "CANCELLING"

    until(lambda: client.run_status(run_id).is_terminal, what="the end")
    assert client.run_status(run_id).state == "CANCELLED"


def test_bytes_that_are_no_text_are_shown_escaped(client: DagyClient) -> None:
    run = finished(client, THREAD, "binary")

    lines = {line.message for line in client.logs(run.id)}
    assert lines == {"\\xff\\xfe bytes", "\\xff\u2400 raw", "a\\x00b\\ud800c"}


@pytest.mark.parametrize("what", ["long_line", "long_raw_line"])
def test_a_line_of_ten_megabytes_is_cut(client: DagyClient, what: str) -> None:
    run = finished(client, THREAD, what)

    assert run.state == "SUCCEEDED"
    sizes = [len(line.message.encode()) for line in client.logs(run.id)]
    assert sizes
    assert max(sizes) <= LINE_LIMIT_BYTES


def test_of_two_hundred_thousand_lines_half_are_kept(client: DagyClient) -> None:
    run = finished(client, THREAD, "many_lines")

    assert run.result == 200_000
    first = [line.message for line in client.logs(run.id, limit=300)]
    assert first == [f"line {number}" for number in range(300)]
    last = [line.message for line in client.follow_logs(run.id, after=encode_cursor(99_998))]
    assert last[-2:] == [
        "line 99999",
        "log truncated: the run wrote more than 100000 lines",
    ]
    assert len(last) <= 3


def test_a_module_that_fails_on_the_server_only_fails_its_run(
    client: DagyClient, cli: Cli, tmp_path: Path
) -> None:
    switch, file = tmp_path / "switch", tmp_path / "brittle.py"
    file.write_text(
        "from pathlib import Path\n"
        "from dagy import flow, task\n"
        f"assert not Path({str(switch)!r}).exists(), 'switched off'\n"
        "@task\n"
        "def same(what: str) -> str:\n"
        "    return what\n"
        "@flow\n"
        "def brittle(what: str) -> str:\n"
        "    return same(what)\n"
    )
    assert cli("deploy", f"{file}:brittle").returncode == 0
    switch.touch()

    run = finished(client, "brittle", "fine")

    assert (run.state, run.attempt) == ("FAILED", 1)
    assert run.error is not None
    assert (run.error.code, run.error.type) == ("IMPORT_FAILED", "AssertionError")
    assert run.error.message == "switched off"
    assert run.error.where == "brittle.py:3"
    assert run.error.hint == "the module must import without errors before its flow can run"
