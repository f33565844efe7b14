"""dagy runs list | show | cancel | retry."""

import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from dagy.cli import times
from tests.cli import samples
from tests.cli.fake import COMPLETE, Fake, Refusal, Response
from tests.cli.samples import event, line, page, run

Dagy = Callable[..., Result]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = times.datetime(2020, 3, 1, 10, 3, tzinfo=times.UTC)
    monkeypatch.setattr(times, "now", lambda: moment)


def task(key: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"VGFzazo{key}",
        "key": key,
        "name": key,
        "state": "SUCCEEDED",
        "attempt": 1,
        "mapIndex": None,
        "startedAt": "2020-03-01T10:00:01+00:00",
        "finishedAt": "2020-03-01T10:00:02+00:00",
        "durationMs": 1000,
        "dependsOn": [],
        "reason": None,
        "error": None,
        **fields,
    }


def shows(fake: Fake, found: dict[str, Any], *tasks: dict[str, Any]) -> None:
    report = {
        "id": "QTox",
        "name": "report.html",
        "contentType": "text/html",
        "sizeBytes": 2048.0,
        "sha256": "00",
        "url": "/artifacts/QTox",
    }
    fake.answers["Run"] = {"run": {**found, "artifacts": [report]}}
    fake.answers["RunTasks"] = {"taskRuns": page(*tasks)}


def test_list_as_a_table(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Runs"] = {
        "runs": page(
            run(state="RUNNING"),
            run(slug="bold-fox", state="FAILED", durationMs=65_000, deployment=None),
        )
    }

    assert dagy("runs", "list").stdout == (
        "RUN         STATE      FLOW         DEPLOYMENT  CREATED            DURATION\n"
        "calm-otter  ● RUNNING  weather 1.0  daily       3m ago (10:00:00)  -\n"
        "bold-fox    ✗ FAILED   weather 1.0  -           3m ago (10:00:00)  1m 05s\n"
    )


def test_list_of_nothing(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Runs"] = {"runs": page()}

    assert dagy("runs", "list").stdout == "No runs.\n"
    assert dagy("runs", "list", "--quiet").stdout == ""
    assert dagy("runs", "list", "--format", "json").stdout == "[]\n"


def test_list_as_json_has_the_names_of_the_api_and_iso_times(
    dagy: Dagy, fake: Fake, signed_in: str
) -> None:
    fake.answers["Runs"] = {"runs": page(run(state="FAILED", durationMs=65_000))}

    text = dagy("runs", "list", "--format", "json").stdout

    assert json.loads(text) == [
        run(state="FAILED", durationMs=65_000, createdAt="2020-03-01T10:00:00Z")
    ]
    assert '"durationMs": 65000,\n' in text


def test_list_as_yaml(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Runs"] = {"runs": page(run())}

    text = dagy("runs", "list", "--format", "yaml").stdout

    assert text.startswith("- id: UnVuOjE=\n  slug: calm-otter\n  state: QUEUED\n")
    assert yaml.safe_load(text)[0]["createdAt"] == "2020-03-01T10:00:00Z"


def test_list_sends_its_filters(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Runs"] = {"runs": page()}

    dagy(
        *("runs", "list", "--state", "failed", "--state", "CRASHED", "--flow", "weather"),
        *("--deployment", "daily", "--environment", "production", "--since", "2020-01-01"),
        *("--limit", "7"),
    )

    assert fake.called("Runs") == [
        {
            "filter": {
                "state": ["FAILED", "CRASHED"],
                "flowName": "weather",
                "deploymentName": "daily",
                "environment": "production",
                "createdAfter": "2020-01-01T00:00:00+00:00",
            },
            "orderBy": "CREATED_AT_DESC",
            "first": 7,
            "after": None,
        }
    ]


def test_list_reads_as_many_pages_as_the_limit_needs(
    dagy: Dagy, fake: Fake, signed_in: str
) -> None:
    first = [run(slug=f"run-{number}") for number in range(100)]
    fake.answers["Runs"] = [
        {"runs": page(*first, next_cursor="c100")},
        {"runs": page(run(slug="run-100"), next_cursor="c101")},
    ]

    slugs = dagy("runs", "list", "--quiet", "--limit", "101").stdout.split()

    assert slugs == [f"run-{number}" for number in range(101)]
    asked = [(variables["first"], variables["after"]) for variables in fake.called("Runs")]
    assert asked == [(100, None), (1, "c100")]


def test_queries_are_tried_again_when_the_server_is_starting(
    dagy: Dagy, fake: Fake, signed_in: str, waits: list[float]
) -> None:
    fake.answers["Runs"] = [
        Refusal("UNAVAILABLE", "starting"),
        Response("bad gateway", status_code=502),
        {"runs": page()},
    ]

    assert dagy("runs", "list").exit_code == 0
    assert waits == [0.1, 0.4]


def test_a_foreign_server_is_recognised(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Runs"] = Response("<html>hello</html>", media_type="text/html")

    result = dagy("runs", "list")

    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: {signed_in}/graphql did not answer as a GraphQL API\n"
        "  hint: check the address, and that the server and this `dagy` are of the same version\n"
    )


def test_an_answer_of_another_shape_is_told(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Runs"] = {"runs": page({"id": 1})}

    result = dagy("runs", "list")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the server answered in an unknown shape: ")


def test_show(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    shows(
        fake,
        samples.failed(tags={"team": "data"}),
        task("load", state="FAILED", attempt=3, error=samples.failed()["error"]),
        task("report", state="SKIPPED", durationMs=None, reason="load FAILED"),
    )

    result = dagy("runs", "show", "calm-otter")

    assert fake.called("Run") == [{"slug": "calm-otter", "payload": True}]
    assert (result.exit_code, result.stdout) == (
        0,
        "run          calm-otter\n"
        "id           UnVuOjE=\n"
        "state        ✗ FAILED\n"
        "flow         weather 1.0\n"
        "deployment   daily\n"
        "environment  production\n"
        "trigger      API\n"
        "engine       local\n"
        "attempt      1\n"
        "created      3m ago (10:00:00)\n"
        "started      2m ago (10:00:01)\n"
        "duration     1.2 s\n"
        "tasks        0 of 2 tasks, 1 failed, 1 skipped\n"
        "tags         team=data\n"
        'parameters   {"city": "Oslo"}\n'
        "\n"
        "TASK    STATE      ATTEMPT  DURATION  NOTE\n"
        "load    ✗ FAILED   3        1.0 s     ValueError: no such city\n"
        "report  ↷ SKIPPED  1        -         load FAILED\n"
        "\n"
        "ARTIFACT     TYPE       SIZE\n"
        "report.html  text/html  2.0 KB\n"
        "\n"
        "Run calm-otter FAILED: TASK_FAILED in task load\n"
        "  ValueError: no such city\n"
        "  at weather.py:7\n"
        "\n"
        "  Traceback (most recent call last):\n"
        '    File "weather.py", line 7, in load\n'
        "  ValueError: no such city\n"
        "\n"
        "  hint: check the spelling\n",
    )


def test_show_as_json_has_tasks_and_artifacts(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    shows(fake, samples.succeeded(), task("load"))

    document = json.loads(dagy("runs", "show", "calm-otter", "--format", "json").stdout)

    assert document["result"] == 42
    assert [each["key"] for each in document["taskRuns"]] == ["load"]
    assert document["artifacts"][0]["url"] == "/artifacts/QTox"


def test_show_takes_a_global_id(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    shows(fake, samples.succeeded())

    dagy("runs", "show", "UnVuOjE=")

    assert fake.called("Run") == [{"id": "UnVuOjE=", "payload": True}]


def test_show_works_without_the_right_to_see_payloads(
    dagy: Dagy, fake: Fake, signed_in: str
) -> None:
    shows(fake, samples.succeeded())
    without = samples.succeeded()
    del without["parameters"], without["result"]
    fake.answers["Run"] = [Refusal("FORBIDDEN", "no payloads"), {"run": without}]

    result = dagy("runs", "show", "calm-otter")

    assert result.exit_code == 0
    assert "parameters" not in result.stdout
    assert [variables["payload"] for variables in fake.called("Run")] == [True, False]
    assert [variables["payload"] for variables in fake.called("RunTasks")] == [False]


def test_show_of_an_unknown_run_exits_5(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Run"] = {"run": None}

    result = dagy("runs", "show", "no-such")

    assert (result.exit_code, result.stderr) == (5, "Error: there is no run 'no-such'\n")


def test_cancel_several(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["CancelRun"] = lambda variables: {
        "cancelRun": {"run": samples.run_details(**variables["input"], state="CANCELLING")}
    }

    result = dagy("runs", "cancel", "calm-otter", "bold-fox")

    assert result.stdout == (
        "RUN         STATE\ncalm-otter  ◌ CANCELLING\nbold-fox    ◌ CANCELLING\n"
    )


def test_cancel_of_a_finished_run_is_a_conflict(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["CancelRun"] = Refusal("CONFLICT", "run calm-otter is SUCCEEDED")

    result = dagy("runs", "cancel", "calm-otter")

    assert (result.exit_code, result.stderr) == (1, "Error: run calm-otter is SUCCEEDED\n")


@pytest.mark.parametrize(
    ("args", "sent"),
    [
        ((), {"mode": "FROM_FAILED"}),
        (("--mode", "from-start"), {"mode": "FROM_START"}),
        (("--from-task", "load"), {"mode": "FROM_TASK", "taskKey": "load"}),
    ],
)
def test_retry(
    dagy: Dagy, fake: Fake, signed_in: str, args: tuple[str, ...], sent: dict[str, str]
) -> None:
    fake.answers["RetryRun"] = {"retryRun": {"run": samples.run_details(slug="new-owl")}}

    result = dagy("runs", "retry", "calm-otter", *args)

    assert result.stdout == "run    new-owl\nstate  ○ QUEUED\n"
    assert fake.called("RetryRun") == [{"input": {"slug": "calm-otter", **sent}}]


def test_retry_is_never_sent_twice(
    dagy: Dagy, fake: Fake, signed_in: str, waits: list[float]
) -> None:
    fake.answers["RetryRun"] = Refusal("UNAVAILABLE", "starting", status=503)

    result = dagy("runs", "retry", "calm-otter")

    assert (result.exit_code, len(fake.calls), waits) == (4, 1, [])


def test_retry_and_follow(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["RetryRun"] = {"retryRun": {"run": samples.run_details(slug="new-owl")}}
    fake.streams["RunEvents"] = [[event(1, runState="FAILED"), COMPLETE]]
    fake.streams["RunLogs"] = [[COMPLETE]]
    fake.answers["RunStatus"] = {"run": samples.failed(slug="new-owl")}
    fake.answers["FinishedRun"] = {"run": samples.failed(slug="new-owl")}

    assert dagy("runs", "retry", "calm-otter", "--follow").exit_code == 6


def test_long_names_stay_within_a_terminal_and_whole_in_a_pipe(
    fake: Fake, signed_in: str, dagy: Dagy
) -> None:
    name = "an_extremely_long_name_of_a_flow_that_somebody_has_chosen" * 2
    long = run(
        flow={"id": "Rmxvdzox", "name": name, "version": "1.0"},
        deployment={"id": "RGVwbG95bWVudDox", "name": name},
    )
    fake.answers["Runs"] = {"runs": page(long, run())}

    shown = on_a_terminal("runs", "list", columns=80)
    piped = dagy("runs", "list").stdout

    assert max(len(text) for text in shown) <= 80
    assert [text.split()[0] for text in shown] == ["RUN", "calm-otter", "calm-otter"]
    assert all("○ QUEUED" in text for text in shown[1:])
    assert "…" in shown[1]
    assert piped.splitlines()[1].count(name) == 2


def test_long_names_of_tasks_do_not_push_the_log_to_the_right(
    fake: Fake, signed_in: str, dagy: Dagy
) -> None:
    name = "an_extremely_long_name_of_a_task_that_somebody_has_chosen[17]"
    fake.answers["Run"] = {"run": samples.succeeded()}
    fake.answers["Logs"] = {
        "run": {"logs": page(line(1, "one", taskKey=name), line(2, "two", taskKey="load"))}
    }

    shown = on_a_terminal("logs", "calm-otter", columns=80)
    piped = dagy("logs", "calm-otter").stdout.splitlines()

    assert shown[0].endswith("an_extremel…s_chosen[17]  one")
    assert [text.index(word) for text, word in zip(shown, ("one", "two"), strict=True)] == [49, 49]
    assert piped[0].endswith(f"{name}  one")
    assert piped[1].index("two") == 49


def on_a_terminal(*args: str, columns: int) -> list[str]:
    """The lines a terminal of this width shows, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(
        [str(Path(sys.executable).with_name("dagy")), *args],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm-256color", "NO_COLOR": "1"},
    ) as process:
        os.close(theirs)
        shown = bytearray()
        with contextlib.suppress(OSError):  # Linux: the end of a terminal is an error
            while chunk := os.read(ours, 65_536):
                shown += chunk
        os.close(ours)
        assert process.wait(timeout=60) == 0, shown
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())
    return [each.rstrip() for each in text.splitlines() if each.strip()]
