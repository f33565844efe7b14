"""dagy trigger: parameters, idempotency, following to the end, re-connecting, detaching."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli import samples
from tests.cli.fake import COMPLETE, CUT, WAIT, Fake, Refusal
from tests.cli.samples import event, line

Dagy = Callable[..., Result]


@pytest.fixture
def triggered(fake: Fake, signed_in: str) -> Fake:
    fake.answers["TriggerRun"] = {"triggerRun": {"created": True, "run": samples.run_details()}}
    return fake


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


def test_prints_the_run_and_how_to_follow_it(dagy: Dagy, triggered: Fake) -> None:
    result = dagy("trigger", "daily")

    assert result.exit_code == 0
    assert result.stdout == (
        "run     calm-otter\nstate   ○ QUEUED\nfollow  dagy logs calm-otter --follow\n"
    )


def test_sends_the_token_and_an_idempotency_key(dagy: Dagy, triggered: Fake) -> None:
    dagy("trigger", "daily")
    dagy(
        "trigger",
        "daily",
        "--idempotency-key",
        "k-1",
        "--tag",
        "team=data",
        "--executor",
        "step-functions",
    )

    first, second = (variables["input"] for variables in triggered.called("TriggerRun"))
    assert first == {
        "deploymentName": "daily",
        "parameters": {},
        "idempotencyKey": first["idempotencyKey"],
    }
    assert len(first["idempotencyKey"]) == 36
    assert second == {
        "deploymentName": "daily",
        "parameters": {},
        "idempotencyKey": "k-1",
        "tags": {"team": "data"},
        "executor": "STEP_FUNCTIONS",
    }
    assert {call.token for call in triggered.calls} == {"Bearer dagy_sk_test"}


def test_parameters_are_json_unless_the_flow_wants_text(dagy: Dagy, triggered: Fake) -> None:
    triggered.answers["DeploymentParametersSchema"] = {
        "deployment": {
            "flow": {
                "parametersSchema": {
                    "properties": {"day": {"type": "string"}, "count": {"type": "integer"}}
                }
            }
        }
    }

    result = dagy(
        *("trigger", "daily", "--params", '{"city": "Rome", "day": "x"}'),
        *("-p", "day=2024", "-p", "count=3", "-p", "extra=[1, 2]"),
    )

    assert result.exit_code == 0
    assert triggered.called("TriggerRun")[0]["input"]["parameters"] == {
        "city": "Rome",
        "day": "2024",
        "count": 3,
        "extra": [1, 2],
    }


def test_text_parameters_need_no_look_at_the_schema(dagy: Dagy, triggered: Fake) -> None:
    dagy("trigger", "daily", "-p", "city=Oslo")

    assert triggered.operations == ["TriggerRun"]
    assert triggered.called("TriggerRun")[0]["input"]["parameters"] == {"city": "Oslo"}


def test_parameters_from_a_file_and_from_stdin(dagy: Dagy, triggered: Fake, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"a": 1}')

    dagy("trigger", "daily", "--params", f"@{tmp_path / 'p.json'}")
    dagy("trigger", "daily", "--params", "-", stdin='{"b": 2}')

    sent = [variables["input"]["parameters"] for variables in triggered.called("TriggerRun")]
    assert sent == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("-p", "city"), "-p takes name=value, not 'city'"),
        (("--params", "{"), "--params is not valid JSON"),
        (("--params", "[1]"), "--params must be a JSON object"),
        (("--params", "@/none/here"), "cannot read /none/here"),
        (("--tag", "=x"), "--tag takes name=value, not '=x'"),
    ],
)
def test_bad_arguments_are_usage_errors_and_nothing_is_sent(
    dagy: Dagy, triggered: Fake, args: tuple[str, ...], message: str
) -> None:
    result = dagy("trigger", "daily", *args)

    assert result.exit_code == 2
    assert message in result.stderr
    assert triggered.calls == []


def test_an_unknown_deployment_exits_5(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["TriggerRun"] = Refusal("NOT_FOUND", "There is no deployment 'nope'.")

    result = dagy("trigger", "nope")

    assert (result.exit_code, result.stderr) == (5, "Error: There is no deployment 'nope'.\n")


def test_a_refused_parameter_exits_2_and_names_the_field(
    dagy: Dagy, fake: Fake, signed_in: str
) -> None:
    fake.answers["TriggerRun"] = Refusal(
        "BAD_USER_INPUT", "must be an integer", field="parameters.count"
    )

    result = dagy("trigger", "daily", "-p", "count=many")

    assert (result.exit_code, result.stderr) == (
        2,
        "Error: must be an integer\n  field: parameters.count\n",
    )


def test_an_answer_that_is_lost_is_asked_again_with_the_same_key(
    dagy: Dagy, triggered: Fake, waits: list[float]
) -> None:
    answer = triggered.answers["TriggerRun"]
    triggered.answers["TriggerRun"] = [
        Refusal("UNAVAILABLE", "starting", status=503),
        Refusal("RATE_LIMITED", "slow down", retryAfter=3),
        answer,
    ]

    assert dagy("trigger", "daily", "--quiet").stdout == "calm-otter\n"

    keys = {variables["input"]["idempotencyKey"] for variables in triggered.called("TriggerRun")}
    assert (len(triggered.calls), len(keys), waits) == (3, 1, [0.1, 3.0])


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
        "✓ SUCCEEDED calm-otter in 1.2 s (2 succeeded)\n"
    )
    assert result.stderr == "Run calm-otter QUEUED\n"


def test_follow_of_a_failed_run_tells_why_and_exits_6(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.failed())

    result = dagy("trigger", "daily", "--follow")

    assert result.exit_code == 6
    assert result.stdout.endswith("✗ FAILED calm-otter in 1.2 s (1 failed, 1 skipped)\n")
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
        "✓ SUCCEEDED calm-otter in 1.2 s (2 pending)\n",
    )
    asked = [variables["payload"] for variables in triggered.called("FinishedRun")]
    assert asked == [True, False]


def test_retries_and_crashed_attempts_are_told(dagy: Dagy, triggered: Fake) -> None:
    will_end(triggered, samples.succeeded())
    error = {"code": "TASK_FAILED", "message": "flaky"}
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
        "10:00:01.001 RETRYING  load      flaky (again in 250 ms)\n"
        "10:00:01.002 WARNING   -         the attempt crashed: worker died\n"
        "✓ SUCCEEDED calm-otter in 1.2 s (2 succeeded)\n"
    )


def test_a_key_that_may_trigger_but_not_read_can_pass_parameters(
    dagy: Dagy, triggered: Fake
) -> None:
    triggered.answers["DeploymentParametersSchema"] = Refusal("FORBIDDEN", "no flows.read")

    assert dagy("trigger", "daily", "-p", "count=3").exit_code == 0
    assert triggered.called("TriggerRun")[0]["input"]["parameters"] == {"count": 3}


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
