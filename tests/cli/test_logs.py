"""dagy logs RUN [--task] [--follow]."""

import json
from collections.abc import Callable

import pytest
import yaml
from click.testing import Result

from tests.cli import samples
from tests.cli.fake import COMPLETE, CUT, Fake
from tests.cli.samples import RUN_ID, line, page

Dagy = Callable[..., Result]


@pytest.fixture(autouse=True)
def known_run(fake: Fake, signed_in: str) -> None:
    fake.answers["Run"] = {"run": samples.succeeded()}
    fake.answers["RunTasks"] = {
        "taskRuns": page({"id": "VDox", "key": "load", "name": "load", "state": "SUCCEEDED"})
    }


def test_prints_all_pages_oldest_first(dagy: Dagy, fake: Fake) -> None:
    fake.answers["Logs"] = [
        {"run": {"logs": page(line(1, "one"), line(2, "two", level="ERROR"), next_cursor="l2")}},
        {"run": {"logs": page(line(3, "three", taskKey=None))}},
    ]

    result = dagy("logs", "calm-otter")

    assert (result.exit_code, result.stdout) == (
        0,
        "10:00:01.001 INFO      load      one\n"
        "10:00:01.002 ERROR     load      two\n"
        "10:00:01.003 INFO      -         three\n",
    )
    assert [variables["after"] for variables in fake.called("Logs")] == [None, "l2"]


def test_of_one_task(dagy: Dagy, fake: Fake) -> None:
    fake.answers["Logs"] = {"run": {"logs": page()}}

    dagy("logs", "calm-otter", "--task", "load")

    assert fake.called("Logs") == [{"id": RUN_ID, "taskRunId": "VDox", "first": 100, "after": None}]


def test_of_an_unknown_task_exits_5_and_names_the_known(dagy: Dagy) -> None:
    result = dagy("logs", "calm-otter", "--task", "lod")

    assert (result.exit_code, result.stderr) == (
        5,
        "Error: run calm-otter has no task 'lod' (its tasks: load)\n",
    )


def test_of_an_unknown_run_exits_5(dagy: Dagy, fake: Fake) -> None:
    fake.answers["Run"] = {"run": None}

    assert dagy("logs", "no-such").exit_code == 5


def test_follow_goes_on_after_a_cut(dagy: Dagy, fake: Fake) -> None:
    fake.streams["RunLogs"] = [
        [{"runLogs": line(1, "one")}, CUT],
        [{"runLogs": line(2, "two")}, COMPLETE],
    ]

    result = dagy("logs", "calm-otter", "--follow")

    assert (result.exit_code, result.stdout) == (
        0,
        "10:00:01.001 INFO      load      one\n10:00:01.002 INFO      load      two\n",
    )
    assert fake.called("RunLogs")[1] == {"runId": RUN_ID, "taskRunId": None, "after": "l1"}


def test_json_is_one_object_a_line(dagy: Dagy, fake: Fake) -> None:
    fake.answers["Logs"] = {"run": {"logs": page(line(1, "one"), line(2, "two"))}}

    lines = dagy("logs", "calm-otter", "--format", "json").stdout.splitlines()

    assert [json.loads(each) for each in lines] == [
        line(1, "one", at="2020-03-01T10:00:01.001000Z"),
        line(2, "two", at="2020-03-01T10:00:01.002000Z"),
    ]


def test_yaml_is_one_document_a_line(dagy: Dagy, fake: Fake) -> None:
    fake.answers["Logs"] = {"run": {"logs": page(line(1, "one"), line(2, "two"))}}

    text = dagy("logs", "calm-otter", "--format", "yaml").stdout

    assert [each["message"] for each in yaml.safe_load_all(text)] == ["one", "two"]
