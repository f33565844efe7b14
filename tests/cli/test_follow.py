"""--follow: live to the end, through cut streams, until Ctrl-C."""

import json
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from tests.cli import samples
from tests.cli.fake import COMPLETE, CUT, WAIT, Fake, Refusal
from tests.cli.samples import event, line

Dagy = Callable[..., Result]


def log(number: int, message: str, **fields: Any) -> dict[str, Any]:
    return {"runLogs": line(number, message, **fields)}


def will_end(fake: Fake, run: dict[str, Any]) -> None:
    """Two events and two log lines, then the run as given."""
    fake.streams["RunEvents"] = [
        [
            event(1, type="RUN_STARTED", runState="RUNNING"),
            event(2, taskKey="load", taskState="RUNNING"),
            event(5, taskKey="load", taskState="SUCCEEDED", data={"durationMs": 12}),
            event(6, type="RUN_FINISHED", runState=run["state"]),
            COMPLETE,
        ]
    ]
    fake.streams["RunLogs"] = [[log(3, "hello"), log(4, "two\nlines", level="WARNING"), COMPLETE]]
    fake.answers["FinishedRun"] = fake.answers["RunStatus"] = {"run": run}


def test_follow_streams_until_success_and_exits_0(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.succeeded())

    result = dagy("trigger", "daily", "--follow")

    assert result.exit_code == 0
    assert result.stdout == (
        "10:00:01.001 RUNNING   -         calm-otter\n"
        "10:00:01.003 INFO      load      hello\n"
        "10:00:01.004 WARNING   load      two\n"
        "                                 lines\n"
        "10:00:01.005 SUCCEEDED load      12 ms\n"
        "10:00:01.006 SUCCEEDED -         calm-otter\n"
        "✓ SUCCEEDED calm-otter in 1.2 s (2 of 2 tasks)\n"
        "\n"
        "result  42\n"
    )
    assert result.stderr == "Run calm-otter QUEUED\n"


def test_follow_of_a_failed_run_tells_why_and_exits_6(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.failed())

    result = dagy("trigger", "daily", "--follow")

    assert result.exit_code == 6
    assert result.stdout.endswith(
        "✗ FAILED calm-otter in 1.2 s (0 of 2 tasks, 1 failed, 1 skipped)\n"
    )
    assert result.stderr == (
        "Run calm-otter QUEUED\n"
        "Run calm-otter FAILED: TASK_FAILED in task load\n"
        "  ValueError: no such city\n"
        "  at weather.py:7\n"
        "\n"
        "  Traceback (most recent call last):\n"
        '    File "weather.py", line 7, in load\n'
        "  ValueError: no such city\n"
        "\n"
        "  hint: check the spelling\n"
    )


@pytest.mark.parametrize("state", ["CANCELLED", "CRASHED", "TIMED_OUT"])
def test_every_other_end_exits_6_with_its_reason(dagy: Dagy, triggered: Fake, state: str) -> None:
    reason = {"code": "X", "message": "because"}
    will_end(triggered, samples.succeeded(state=state, stateReason=reason))

    result = dagy("trigger", "daily", "--follow")

    assert result.exit_code == 6
    assert result.stderr.endswith(f"Run calm-otter {state}: because\n")


def test_quiet_follow_prints_the_slug_only(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.succeeded())

    result = dagy("trigger", "daily", "--follow", "--quiet")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "calm-otter\n", "")


def test_follow_with_json_prints_the_finished_run_and_the_log_to_stderr(
    dagy: Dagy, triggered: Fake
) -> None:
    will_end(triggered, samples.succeeded())

    result = dagy("trigger", "daily", "--follow", "--format", "json")

    run = json.loads(result.stdout)
    assert (run["slug"], run["state"], run["result"]) == ("calm-otter", "SUCCEEDED", 42)
    assert "10:00:01.003 INFO      load      hello\n" in result.stderr


def test_a_cut_stream_is_taken_up_after_the_last_cursor_and_nothing_comes_twice(
    dagy: Dagy, triggered: Fake
) -> None:
    will_end(triggered, samples.succeeded())
    triggered.streams["RunLogs"] = [
        [log(1, "one"), log(2, "two"), CUT],
        [CUT],
        [log(2, "two"), log(3, "three"), COMPLETE],
    ]

    result = dagy("trigger", "daily", "--follow")

    assert [variables["after"] for variables in triggered.called("RunLogs")] == [None, "l2", "l2"]
    messages = [text.split()[-1] for text in result.stdout.splitlines() if " INFO " in text]
    assert (result.exit_code, messages) == (0, ["one", "two", "three"])


def test_a_stream_that_ends_before_the_run_does_is_followed_on(dagy: Dagy, triggered: Fake) -> None:
    triggered.streams["RunEvents"] = [
        [event(1, runState="RUNNING"), COMPLETE],
        [event(2, runState="SUCCEEDED"), COMPLETE],
    ]
    triggered.streams["RunLogs"] = [[log(1, "one"), COMPLETE], [log(2, "two"), COMPLETE]]
    ended = {"run": samples.succeeded()}
    triggered.answers["RunStatus"] = [{"run": samples.run_details(state="RUNNING")}, ended]
    triggered.answers["FinishedRun"] = ended

    result = dagy("trigger", "daily", "--follow")

    assert result.exit_code == 0
    assert [variables["after"] for variables in triggered.called("RunLogs")] == [None, "l1"]
    assert [variables["after"] for variables in triggered.called("RunEvents")] == [None, "e1"]


def test_a_stream_that_never_comes_back_exits_4(
    dagy: Dagy, triggered: Fake, waits: list[float]
) -> None:
    will_end(triggered, samples.succeeded())
    triggered.streams["RunLogs"] = [[CUT] for _ in range(20)]

    result = dagy("trigger", "daily", "--follow")

    assert result.exit_code == 4
    assert len(triggered.called("RunLogs")) == 11
    assert waits == [0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


def test_a_refused_subscription_is_not_tried_again(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.succeeded())
    triggered.streams["RunEvents"] = [[Refusal("FORBIDDEN", "no runs for you")]]

    result = dagy("trigger", "daily", "--follow")

    assert result.exit_code == 3
    assert result.stderr.endswith("Error: no runs for you\n")


def test_who_may_not_see_payloads_follows_the_states(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.succeeded())
    triggered.streams["RunLogs"] = [[Refusal("FORBIDDEN", "no payloads")]]
    triggered.answers["FinishedRun"] = [
        Refusal("FORBIDDEN", "no payloads"),
        {"run": samples.run_details(state="SUCCEEDED", durationMs=1200)},
    ]

    result = dagy("trigger", "daily", "--follow")

    assert (result.exit_code, result.stdout) == (
        0,
        "10:00:01.001 RUNNING   -         calm-otter\n"
        "10:00:01.005 SUCCEEDED load      12 ms\n"
        "10:00:01.006 SUCCEEDED -         calm-otter\n"
        "✓ SUCCEEDED calm-otter in 1.2 s (0 of 2 tasks)\n",
    )
    asked = [variables["payload"] for variables in triggered.called("FinishedRun")]
    assert asked == [True, False]


def test_retries_and_crashed_attempts_are_told(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.succeeded())
    error = {"code": "TASK_FAILED", "message": "'zz'", "type": "KeyError"}
    triggered.streams["RunEvents"] = [
        [
            event(
                1,
                taskKey="load",
                taskState="RETRYING",
                runState="RUNNING",
                data={"delayMs": 250, "error": error},
            ),
            event(2, type="RUN_ATTEMPT_CRASHED", data={"attempt": 1, "reason": "worker died"}),
            COMPLETE,
        ]
    ]
    triggered.streams["RunLogs"] = [[COMPLETE]]

    assert dagy("trigger", "daily", "--follow").stdout == (
        "10:00:01.001 RETRYING  load      KeyError: 'zz' (again in 250 ms)\n"
        "10:00:01.002 WARNING   -         the attempt crashed: worker died\n"
        "✓ SUCCEEDED calm-otter in 1.2 s (2 of 2 tasks)\n"
        "\n"
        "result  42\n"
    )


def test_an_expired_token_ends_the_stream_with_exit_3(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.succeeded())
    triggered.streams["RunLogs"] = [
        [log(1, "one"), CUT],
        [Refusal("UNAUTHENTICATED", "the token has expired", status=401)],
    ]

    assert dagy("trigger", "daily", "--follow").exit_code == 3


def test_control_characters_in_a_log_line_do_not_reach_the_terminal(
    dagy: Dagy, triggered: Fake
) -> None:
    will_end(triggered, samples.succeeded())
    triggered.streams["RunLogs"] = [[log(3, "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x00"), COMPLETE]]

    result = dagy("trigger", "daily", "--follow")

    assert "10:00:01.003 INFO      load      red \\x1b]0;title\\x07 \\x00\n" in result.stdout


def test_ctrl_c_detaches_and_says_how_to_go_on(
    dagy_process: Callable[..., subprocess.Popen[str]], triggered: Fake
) -> None:
    triggered.streams["RunEvents"] = [[event(1, runState="RUNNING"), WAIT]]
    triggered.streams["RunLogs"] = [[log(2, "working"), WAIT]]

    process = dagy_process("trigger", "daily", "--follow")
    assert process.stdout is not None
    seen = [process.stdout.readline(), process.stdout.readline()]
    process.send_signal(signal.SIGINT)
    rest, told = process.communicate(timeout=20)

    assert [text.split()[1] for text in seen] == ["RUNNING", "INFO"]
    assert (process.returncode, rest) == (130, "")
    assert told == (
        "Run calm-otter QUEUED\n"
        "\n"
        "Detached: run calm-otter goes on.\n"
        "  follow again: dagy logs calm-otter --follow\n"
        "  cancel it:    dagy runs cancel calm-otter\n"
    )
