"""The root: help, version, global options, errors and their exit codes."""

import json
from collections.abc import Callable
from importlib import metadata

import pytest
from click.testing import Result

from tests.cli.fake import Fake, Refusal
from tests.cli.samples import page, run

Dagy = Callable[..., Result]


def test_help_lists_every_command_without_loading_any(dagy: Dagy) -> None:
    result = dagy("--help")

    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.stdout.splitlines() if line[:2] == "  "]
    assert listed[listed.index("run") :][:19] == [
        *("run", "login", "logout", "deploy", "trigger", "runs", "logs", "flows"),
        *("deployments", "secrets", "graphql", "completion", "up", "server", "worker", "migrate"),
        *("doctor", "reset-password", "schema"),
    ]


def test_version(dagy: Dagy) -> None:
    assert dagy("--version").stdout == f"dagy {metadata.version('dagy')}\n"


def test_an_unknown_command_is_a_usage_error_with_a_guess(dagy: Dagy) -> None:
    result = dagy("rnus")

    assert result.exit_code == 2
    assert result.stderr.endswith("Error: No such command 'rnus'. Did you mean 'runs'?\n")


def test_a_server_command_without_the_server_says_what_to_install(
    dagy: Dagy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "entry_points", lambda **_: [])

    result = dagy("up")

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: `dagy up` belongs to the server, which is not installed here: "
        "install it with `pip install dagy-server`\n"
    )


@pytest.mark.parametrize(
    "args", [("--quiet", "runs", "list"), ("runs", "list", "--quiet"), ("runs", "list", "-q")]
)
def test_global_options_stand_before_or_after_the_command(
    dagy: Dagy, fake: Fake, signed_in: str, args: tuple[str, ...]
) -> None:
    fake.answers["Runs"] = {"runs": page(run())}

    assert dagy(*args).stdout == "calm-otter\n"


def test_an_unknown_format_is_a_usage_error(dagy: Dagy) -> None:
    result = dagy("runs", "list", "--format", "xml")

    assert result.exit_code == 2
    assert "'xml' is not one of 'table', 'json', 'yaml'" in result.stderr


@pytest.mark.parametrize(
    ("code", "exit_code", "printed"),
    [
        (
            "UNAUTHENTICATED",
            3,
            "Error: no\n  hint: run `dagy login`, or set DAGY_API_URL and DAGY_API_KEY\n",
        ),
        ("FORBIDDEN", 3, "Error: no\n"),
        ("NOT_FOUND", 5, "Error: no\n"),
        ("BAD_USER_INPUT", 2, "Error: no\n"),
        ("CONFLICT", 1, "Error: no\n"),
        ("QUOTA_EXCEEDED", 1, "Error: no\n"),
        ("INTERNAL", 1, "Error: no\n"),
        ("SOMETHING_NEW", 1, "Error: no\n"),
    ],
)
def test_errors_of_the_server_set_the_exit_code(
    dagy: Dagy, fake: Fake, signed_in: str, code: str, exit_code: int, printed: str
) -> None:
    fake.answers["Runs"] = Refusal(code, "no")

    result = dagy("runs", "list")

    assert (result.exit_code, result.stdout, result.stderr) == (exit_code, "", printed)


def test_details_of_an_error_are_printed(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Runs"] = Refusal("BAD_USER_INPUT", "must be text", field="filter.flowName")

    assert dagy("runs", "list").stderr == "Error: must be text\n  field: filter.flowName\n"


def test_a_fault_of_the_server_shows_the_request_id(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Runs"] = Refusal("INTERNAL", "something broke", requestId="r-1")

    assert dagy("runs", "list").stderr == "Error: something broke\n  request id: r-1\n"


@pytest.mark.parametrize("format_", ["json", "yaml"])
def test_errors_are_one_line_of_json_for_programs(
    dagy: Dagy, fake: Fake, signed_in: str, format_: str
) -> None:
    fake.answers["Runs"] = Refusal("QUOTA_EXCEEDED", "too many", field="runs", requestId="r-1")

    result = dagy("runs", "list", "--format", format_)

    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(result.stderr) == {
        "error": {
            "code": "QUOTA_EXCEEDED",
            "message": "too many",
            "field": "runs",
            "requestId": "r-1",
        }
    }


def test_a_server_that_is_not_there(dagy: Dagy, refused_url: str, waits: list[float]) -> None:
    result = dagy("runs", "list", "--api-url", refused_url)

    assert result.exit_code == 4
    assert result.stderr == f"Error: cannot reach {refused_url}: is `dagy up` running?\n"
    assert waits == [0.1, 0.4, 1.0]


def test_verbose_shows_the_traceback_and_keeps_the_exit_code(
    dagy: Dagy, fake: Fake, signed_in: str
) -> None:
    fake.answers["Runs"] = Refusal("FORBIDDEN", "no")

    result = dagy("runs", "list", "--verbose")

    assert result.exit_code == 3
    assert result.stderr.startswith("Traceback (most recent call last):\n")
    assert result.stderr.endswith("Error: no\n")


def test_an_unknown_profile_is_a_usage_error(dagy: Dagy) -> None:
    result = dagy("runs", "list", "--profile", "work")

    assert result.exit_code == 2
    assert result.stderr == (
        "Error: profile 'work' does not exist (known: none yet); "
        "create it with `dagy login --profile work`\n"
    )
