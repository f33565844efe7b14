"""dagy trigger: parameters, idempotency, what is printed and refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.fake import Fake, Refusal

Dagy = Callable[..., Result]


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


def test_a_key_that_may_trigger_but_not_read_can_pass_parameters(
    dagy: Dagy, triggered: Fake
) -> None:
    triggered.answers["DeploymentParametersSchema"] = Refusal("FORBIDDEN", "no flows.read")

    assert dagy("trigger", "daily", "-p", "count=3").exit_code == 0
    assert triggered.called("TriggerRun")[0]["input"]["parameters"] == {"count": 3}
