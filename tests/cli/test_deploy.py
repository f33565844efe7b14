"""dagy deploy FILE.py:FLOW."""

import hashlib
import io
import json
import shlex
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from dagy.cli.params import pairs, parameters
from dagy.cli.suggestion import trigger_command
from dagy.loading import load_flow
from tests.cli.fake import Fake, Refusal
from tests.cli.samples import deployment, flow

Dagy = Callable[..., Result]

SOURCE = """
from dagy import flow, task

@task
def load(day: str, count: int = 1):
    return day

@flow(name="weather", tags={"team": "data"})
def weather(day: str, count: int = 1):
    return load(day, count)
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / f"flow_{tmp_path.name}.py"
    path.write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return path


@pytest.fixture
def server(fake: Fake, signed_in: str) -> Fake:
    def upload(variables: dict[str, Any]) -> dict[str, Any]:
        sha256 = variables["input"]["sha256"]
        return {
            "createArtifactUpload": {
                "artifact": {"id": "QTox", "sha256": sha256},
                "uploadUrl": f"/artifacts/uploads/{sha256}",
            }
        }

    fake.answers |= {
        "CreateArtifactUpload": upload,
        "RegisterFlow": {"registerFlow": {"created": True, "flow": flow(version="1f2e")}},
        "Deployment": {"deployment": None},
        "CreateDeployment": {"createDeployment": {"deployment": deployment(name="weather")}},
        "UpdateDeployment": {"updateDeployment": {"deployment": deployment(name="weather")}},
    }
    return fake


def test_uploads_registers_and_binds(dagy: Dagy, server: Fake, source: Path) -> None:
    result = dagy("deploy", f"{source.name}:weather")

    assert result.exit_code == 0
    assert server.operations == [
        "CreateArtifactUpload",
        "RegisterFlow",
        "Deployment",
        "CreateDeployment",
    ]
    (sha256, content, token) = server.uploads[0]
    assert (sha256, token) == (hashlib.sha256(content).hexdigest(), "Bearer dagy_sk_test")
    assert source.name in zipfile.ZipFile(io.BytesIO(content)).namelist()
    registered = server.called("RegisterFlow")[0]["input"]
    assert registered["artifactSha256"] == sha256
    assert registered["spec"]["entrypoint"] == f"{source.name}:weather"
    assert server.called("CreateDeployment") == [
        {"input": {"name": "weather", "flowName": "weather", "flowVersion": "1f2e"}}
    ]
    lines = result.stdout.splitlines()
    assert lines[:2] == ["flow        weather 1f2e (new)", "deployment  weather (new)"]
    assert lines[2].startswith("artifact    1 file, ")
    assert lines[3] == "run it      dagy trigger weather -p day=text --follow"


def test_every_option_is_sent(dagy: Dagy, server: Fake, source: Path) -> None:
    source.with_name("cities.csv").write_text("Oslo")

    dagy(
        *("deploy", f"{source.name}:weather", "--name", "daily", "--version", "2.0"),
        *("--environment", "production", "--namespace", "data/x", "--tag", "tier=1"),
        *("-p", "day=2024", "-p", "count=3", "--include", "*.csv"),
    )

    registered = server.called("RegisterFlow")[0]["input"]
    assert (registered["version"], registered["namespace"], registered["tags"]) == (
        "2.0",
        "data/x",
        {"tier": "1"},
    )
    assert server.called("CreateDeployment")[0]["input"] == {
        "name": "daily",
        "flowName": "weather",
        "flowVersion": "1f2e",
        "environment": "production",
        "parameters": {"day": "2024", "count": 3},
        "tags": {"tier": "1"},
    }
    assert "cities.csv" in zipfile.ZipFile(io.BytesIO(server.uploads[0][1])).namelist()


def test_an_artifact_the_server_has_is_not_sent_again(
    dagy: Dagy, server: Fake, source: Path
) -> None:
    server.answers["CreateArtifactUpload"] = {
        "createArtifactUpload": {"artifact": {"id": "QTox", "sha256": "00"}, "uploadUrl": None}
    }
    server.answers["RegisterFlow"] = {"registerFlow": {"created": False, "flow": flow()}}
    server.answers["Deployment"] = {"deployment": deployment(name="weather")}

    result = dagy("deploy", f"{source.name}:weather")

    assert server.uploads == []
    assert result.stdout.splitlines()[:2] == [
        "flow        weather 1.0 (unchanged)",
        "deployment  weather (unchanged)",
    ]
    assert server.called("UpdateDeployment") == [
        {"input": {"id": "RGVwbG95bWVudDox", "flowName": "weather", "flowVersion": "1.0"}}
    ]


@pytest.mark.parametrize(
    ("before", "args", "word"),
    [
        ({"parameters": {"day": "2024"}}, (), "unchanged"),
        ({"parameters": {"day": "2024"}}, ("-p", "day=2024"), "unchanged"),
        ({"parameters": {"day": "2024"}}, ("-p", "day=2025"), "updated"),
        ({"parameters": None}, ("-p", "day=2024"), "updated"),
        ({"flow": {"id": "Rmxvdzow", "name": "weather", "version": "0.9"}}, (), "updated"),
        ({"tags": {"tier": "1"}}, (), "updated"),
        ({"environment": None}, (), "updated"),
    ],
)
def test_a_deployment_is_said_to_be_updated_only_if_it_is(
    dagy: Dagy, server: Fake, source: Path, before: dict[str, Any], args: tuple[str, ...], word: str
) -> None:
    server.answers["Deployment"] = {"deployment": deployment(name="weather", **before)}

    table = dagy("deploy", f"{source.name}:weather", *args).stdout
    document = json.loads(
        dagy("deploy", f"{source.name}:weather", *args, "--format", "json").stdout
    )

    assert table.splitlines()[1] == f"deployment  weather ({word})"
    assert document["deploymentChanged"] is (word == "updated")


def test_what_a_deployment_gives_by_itself_is_not_suggested(
    dagy: Dagy, server: Fake, source: Path
) -> None:
    server.answers["Deployment"] = {
        "deployment": deployment(name="weather", parameters={"day": "2024"})
    }

    result = dagy("deploy", f"{source.name}:weather")

    assert result.stdout.splitlines()[3] == "run it      dagy trigger weather --follow"


def test_the_suggested_command_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "many.py").write_text(
        """
import enum
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID
import msgspec
from dagy import flow, task

class Size(enum.Enum):
    SMALL = "s"

@dataclass
class Place:
    city: str
    size: Size

@task
def one() -> int:
    return 1

@flow
def many(
    text: str, count: int, share: float, ready: bool, day: date, price: Decimal, who: UUID,
    size: Size, kind: Literal["it's", "b"], place: Place, places: list[Place], maybe: int | None,
    some: Annotated[int, msgspec.Meta(ge=10, le=20)],
    short: Annotated[str, msgspec.Meta(max_length=2)],
    by_name: dict[str, int], optional: int = 3,
):
    one()
"""
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    many = load_flow(str(tmp_path / "many.py") + ":many")
    schema = many.spec().parameters

    words = shlex.split(trigger_command("many", schema, given=()))

    assert (words[:3], words[-1]) == (["dagy", "trigger", "many"], "--follow")
    texts = pairs(word for word in words if "=" in word)
    assert list(texts) == schema["required"]
    assert many.bind(parameters(texts, schema))["optional"] == 3


def test_a_deployment_made_by_somebody_else_meanwhile_is_updated(
    dagy: Dagy, server: Fake, source: Path
) -> None:
    server.answers["Deployment"] = [
        {"deployment": None},
        {"deployment": deployment(name="weather")},
    ]
    server.answers["CreateDeployment"] = Refusal("CONFLICT", "exists")

    assert dagy("deploy", f"{source.name}:weather", "--quiet").stdout == "weather\n"


def test_other_content_under_the_same_version_is_a_conflict(
    dagy: Dagy, server: Fake, source: Path
) -> None:
    server.answers["RegisterFlow"] = Refusal("CONFLICT", "weather 1.0 has other content")

    result = dagy("deploy", f"{source.name}:weather", "--version", "1.0")

    assert (result.exit_code, result.stderr) == (1, "Error: weather 1.0 has other content\n")


def test_as_json(dagy: Dagy, server: Fake, source: Path) -> None:
    document = json.loads(dagy("deploy", f"{source.name}:weather", "--format", "json").stdout)

    assert (document["flow"]["version"], document["flowCreated"]) == ("1f2e", True)
    assert (document["deployment"]["name"], document["deploymentCreated"]) == ("weather", True)
    assert document["artifact"]["files"] == [source.name]


def test_a_flow_that_cannot_be_imported_shows_the_traceback_and_sends_nothing(
    dagy: Dagy, server: Fake, source: Path
) -> None:
    source.write_text("1 / 0\n")

    result = dagy("deploy", f"{source.name}:weather")

    assert (result.exit_code, result.stdout, server.calls) == (1, "", [])
    assert result.stderr == (
        "Traceback (most recent call last):\n"
        f'  File "{source}", line 1, in <module>\n'
        "    1 / 0\n"
        "    ~~^~~\n"
        "ZeroDivisionError: division by zero\n"
        f"Error: {source.name}:weather cannot be imported: ZeroDivisionError: division by zero\n"
        f"  where: {source}:1\n"
    )


def test_a_missing_file_and_a_missing_flow(dagy: Dagy, server: Fake, source: Path) -> None:
    no_file = dagy("deploy", "nope.py:flow")
    no_flow = dagy("deploy", f"{source.name}:nope")

    assert (no_file.exit_code, no_flow.exit_code, server.calls) == (1, 1, [])
    assert no_file.stderr.startswith("Error: there is no file ")
    assert no_flow.stderr.startswith(f"Error: {source.name} has no 'nope'\n")


def test_a_graph_that_is_not_the_same_everywhere_is_refused_and_nothing_sent(
    dagy: Dagy, server: Fake, source: Path
) -> None:
    source.write_text(SOURCE.replace("load(day, count)", "load(day, __import__('os').getpid())"))

    result = dagy("deploy", f"{source.name}:weather")

    assert (result.exit_code, result.stdout, server.calls) == (1, "", [])
    assert result.stderr.startswith("Error: argument 'count' of task 'load' differs when the same")
    assert f"where: {source}:10" in result.stderr
    assert "hint: a graph must not depend on the time" in result.stderr
