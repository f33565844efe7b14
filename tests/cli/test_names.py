"""Names: completed in the shell, and guessed where they are misspelt."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from dagy.cli.main import cli
from tests.cli import samples
from tests.cli.fake import Fake, Refusal
from tests.cli.samples import page

Dagy = Callable[..., Result]


@pytest.fixture
def server(fake: Fake, signed_in: str) -> Fake:
    fake.answers |= {
        "Deployments": {
            "deployments": page(*(samples.deployment(name=name) for name in ("daily", "dairy")))
        },
        "Flows": {"flows": page(samples.flow(name="weather"))},
        "Runs": {"runs": page(samples.run(slug="calm-otter-204"))},
        "Secrets": {"secrets": page({"id": "UzoxYQ==", "name": "API_TOKEN", "currentVersion": 1})},
        "TriggerRun": Refusal("NOT_FOUND", "There is no deployment 'dialy'."),
        "Deployment": {"deployment": None},
        "Flow": {"flow": None},
        "Run": {"run": None},
        "Secret": {"secret": None},
        "CancelRun": Refusal("NOT_FOUND", "There is no run."),
    }
    return fake


@pytest.mark.parametrize(
    ("args", "guess"),
    [
        (("trigger", "dialy"), "daily"),
        (("deployments", "show", "Daly"), "daily"),
        (("deployments", "pause", "dayly"), "daily"),
        (("flows", "show", "wether"), "weather"),
        (("runs", "show", "clam-otter-204"), "calm-otter-204"),
        (("runs", "cancel", "calm-oter-204"), "calm-otter-204"),
        (("logs", "calm-otter-205"), "calm-otter-204"),
        (("secrets", "reveal", "api_tokn"), "API_TOKEN"),
    ],
)
def test_a_misspelt_name_is_told_with_the_one_meant(
    dagy: Dagy, server: Fake, args: tuple[str, ...], guess: str
) -> None:
    result = dagy(*args)

    assert result.exit_code == 5
    assert result.stderr.endswith(f"\n  hint: did you mean '{guess}'?\n")


def test_nothing_like_it_is_no_guess(dagy: Dagy, server: Fake) -> None:
    assert dagy("flows", "show", "zzz").stderr == "Error: there is no flow 'zzz'\n"


def test_who_may_not_list_gets_the_plain_error(dagy: Dagy, server: Fake) -> None:
    server.answers["Deployments"] = Refusal("FORBIDDEN", "no")

    result = dagy("trigger", "dialy")

    assert (result.exit_code, result.stderr) == (5, "Error: There is no deployment 'dialy'.\n")


@pytest.mark.parametrize(
    ("args", "guess"),
    [
        (("rnus",), "Did you mean 'runs'?"),
        (("runs", "lsit"), "Did you mean 'list'?"),
        (("reset-pasword",), "Did you mean 'reset-password'?"),
        (("runs", "list", "--flwo", "x"), "'--flow'"),
        (("trigger", "daily", "--folow"), "'--follow'"),
    ],
)
def test_a_misspelt_command_or_option_is_told_with_the_one_meant(
    dagy: Dagy, args: tuple[str, ...], guess: str
) -> None:
    result = dagy(*args)

    assert result.exit_code == 2
    assert guess in result.stderr


@pytest.mark.parametrize(
    ("words", "incomplete", "found"),
    [
        (["trigger"], "dai", ["daily", "dairy"]),
        (["deployments", "show"], "dail", ["daily"]),
        (["flows", "show"], "", ["weather"]),
        (["runs", "show"], "c", ["calm-otter-204"]),
        (["runs", "list", "--deployment"], "", ["daily", "dairy"]),
        (["logs"], "calm", ["calm-otter-204"]),
        (["secrets", "delete"], "API", ["API_TOKEN"]),
        (["runs"], "c", ["cancel"]),
    ],
)
def test_names_are_completed(
    server: Fake, words: list[str], incomplete: str, found: list[str]
) -> None:
    assert completions(words, incomplete) == found


def test_a_server_that_is_not_there_completes_nothing_and_says_nothing(
    refused_url: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGY_API_URL", refused_url)

    assert completions(["trigger"], "d") == []
    assert capfd.readouterr() == ("", "")


def completions(words: list[str], incomplete: str) -> list[str]:
    from click.shell_completion import ShellComplete

    found = ShellComplete(cli, {}, "dagy", "_DAGY_COMPLETE").get_completions(words, incomplete)
    return [item.value for item in found]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_asks_dagy(dagy: Dagy, shell: str) -> None:
    result = dagy("completion", shell)

    assert (result.exit_code, result.stderr) == (0, "")
    assert f"_DAGY_COMPLETE={shell}_complete" in result.stdout


def test_bash_completes_a_deployment(server: Fake) -> None:
    folder = Path(sys.executable).parent
    script = (
        f'PATH="{folder}:$PATH"; eval "$(dagy completion bash)"; '
        "COMP_WORDS=(dagy trigger dail); COMP_CWORD=2; _dagy_completion dagy; "
        'echo "${COMPREPLY[@]}"'
    )

    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("daily\n", "")
