"""dagy flows and dagy deployments."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from dagy.cli import times
from tests.cli.fake import Fake, Refusal
from tests.cli.samples import deployment, flow, page

Dagy = Callable[..., Result]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = times.datetime(2020, 3, 3, 10, 3, tzinfo=times.UTC)
    monkeypatch.setattr(times, "now", lambda: moment)


def details() -> dict[str, object]:
    schema = {
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "default": 3}},
        "required": ["city"],
    }
    spec = {
        "tasks": [
            {"key": "load", "depends_on": [], "retry": {"retries": 2}},
            {"key": "report", "depends_on": ["load"]},
        ]
    }
    return flow(
        artifactSha256="00",
        parametersSchema=schema,
        spec=spec,
        versions={"nodes": [{"id": "Rmxvdzox", "name": "weather", "version": "1.0"}]},
        deployments={"nodes": [{"id": "RDox", "name": "daily"}]},
    )


def test_list_flows(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Flows"] = {"flows": page(flow())}

    result = dagy("flows", "list", "--namespace", "data/ingestion", "--search", "wea")

    assert (result.exit_code, result.stdout) == (
        0,
        "FLOW     VERSION  NAMESPACE       STATUS  TAGS       CREATED\n"
        "weather  1.0      data/ingestion  ACTIVE  team=data  2d ago (Mar 01 10:00)\n",
    )
    assert fake.called("Flows")[0]["filter"] == {"namespace": "data/ingestion", "search": "wea"}


def test_list_flows_quiet_prints_names(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Flows"] = {"flows": page(flow(), flow(name="sales"))}

    assert dagy("flows", "list", "-q").stdout == "weather\nsales\n"


def test_show_flow(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Flow"] = {"flow": details()}

    assert dagy("flows", "show", "weather").stdout == (
        "flow         weather\n"
        "version      1.0 (latest)\n"
        "namespace    data/ingestion\n"
        "description  Reports the weather.\n"
        "status       ACTIVE\n"
        "tags         team=data\n"
        "created      2d ago (Mar 01 10:00)\n"
        "deployments  daily\n"
        "versions     1.0\n"
        "\n"
        "PARAMETER  TYPE     DEFAULT\n"
        "city       string   required\n"
        "days       integer  3\n"
        "\n"
        "TASK    AFTER  RETRIES\n"
        "load    -      2\n"
        "report  load   0\n"
    )


def test_show_flow_as_json_flattens_the_connections(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Flow"] = {"flow": details()}

    document = json.loads(dagy("flows", "show", "weather", "--format", "json").stdout)

    assert document["deployments"] == [{"id": "RDox", "name": "daily"}]
    assert document["spec"]["tasks"][1]["depends_on"] == ["load"]


def test_show_an_unknown_flow_exits_5(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Flow"] = {"flow": None}

    result = dagy("flows", "show", "nope", "--version", "2")

    assert (result.exit_code, result.stderr) == (5, "Error: there is no flow 'nope' 2\n")
    assert fake.called("Flow") == [{"name": "nope", "version": "2"}]


def test_list_deployments(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Deployments"] = {
        "deployments": page(deployment(), deployment(name="adhoc", paused=True))
    }

    assert dagy("deployments", "list").stdout == (
        "DEPLOYMENT  FLOW         ENVIRONMENT  STATUS  TAGS  UPDATED\n"
        "daily       weather 1.0  production   active  -     2d ago (Mar 01 10:00)\n"
        "adhoc       weather 1.0  production   paused  -     2d ago (Mar 01 10:00)\n"
    )


def test_a_protected_environment_is_marked(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    vault = {"id": "RW52OjI=", "name": "vault", "isProtected": True}
    fake.answers["Deployments"] = {"deployments": page(deployment(environment=vault))}
    fake.answers["Deployment"] = {"deployment": deployment(environment=vault)}

    assert "  vault (protected)  active" in dagy("deployments", "list").stdout
    assert "environment  vault (protected)\n" in dagy("deployments", "show", "daily").stdout


def test_list_paused_deployments_of_a_flow(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Deployments"] = {"deployments": page()}

    dagy("deployments", "list", "--flow", "weather", "--paused")
    dagy("deployments", "list", "--active")

    filters = [variables["filter"] for variables in fake.called("Deployments")]
    assert filters == [{"flowName": "weather", "paused": True}, {"paused": False}]


def test_show_deployment(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Deployment"] = {"deployment": deployment(parameters={"city": "Oslo"})}

    assert dagy("deployments", "show", "daily").stdout == (
        "deployment   daily\n"
        "id           RGVwbG95bWVudDox\n"
        "flow         weather 1.0\n"
        "environment  production\n"
        "status       active\n"
        "concurrency  at most 3 runs at a time\n"
        'parameters   {"city": "Oslo"}\n'
        "created      2d ago (Mar 01 10:00)\n"
        "updated      2d ago (Mar 01 10:00)\n"
    )


@pytest.mark.parametrize(
    ("command", "paused", "word"), [("pause", True, "paused"), ("resume", False, "active")]
)
def test_pause_and_resume(
    dagy: Dagy, fake: Fake, signed_in: str, command: str, paused: bool, word: str
) -> None:
    fake.answers["Deployment"] = {"deployment": deployment()}
    fake.answers["UpdateDeployment"] = {
        "updateDeployment": {"deployment": deployment(paused=paused)}
    }

    result = dagy("deployments", command, "daily")

    assert result.stdout == f"Deployment daily is {word}.\n"
    assert fake.called("UpdateDeployment") == [
        {"input": {"id": "RGVwbG95bWVudDox", "paused": paused}}
    ]


def test_delete_asks_first(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Deployment"] = {"deployment": deployment()}
    fake.answers["DeleteDeployment"] = {"deleteDeployment": {"__typename": "X"}}

    refused = dagy("deployments", "delete", "daily", stdin="n\n")
    done = dagy("deployments", "delete", "daily", stdin="y\n")
    unasked = dagy("deployments", "delete", "daily", "--yes", "--quiet")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert (done.exit_code, done.stdout) == (0, "Deployment daily deleted.\n")
    assert (unasked.exit_code, unasked.stdout) == (0, "daily\n")
    assert fake.called("DeleteDeployment") == [{"input": {"id": "RGVwbG95bWVudDox"}}] * 2


def test_delete_asks_what_becomes_of_runs_that_are_not_over(
    dagy: Dagy, fake: Fake, signed_in: str
) -> None:
    said = "The deployment 'daily' has 2 queued and 1 running runs."
    fake.answers["Deployment"] = {"deployment": deployment()}

    def answer(variables: dict[str, Any]) -> Any:
        if "runs" not in variables["input"]:
            return Refusal("CONFLICT", said, field="runs", queued=2, running=1)
        cancelled = 3 if variables["input"]["runs"] == "CANCEL" else 0
        return {"deleteDeployment": {"deletedId": "x", "cancelledRuns": cancelled}}

    fake.answers["DeleteDeployment"] = answer

    asked = dagy("deployments", "delete", "daily", stdin="y\ncancel\n")
    unasked = dagy("deployments", "delete", "daily", "--yes")
    kept = dagy("deployments", "delete", "daily", "--yes", "--runs", "keep")

    assert said in asked.stderr
    assert (asked.exit_code, asked.stdout) == (
        0,
        "Deployment daily deleted, 3 of its runs cancelled.\n",
    )
    assert unasked.exit_code == 2
    assert "Use --runs cancel or --runs keep." in unasked.stderr
    assert (kept.exit_code, kept.stdout) == (0, "Deployment daily deleted.\n")


@pytest.mark.parametrize("command", ["show", "pause", "resume", "delete"])
@pytest.mark.parametrize(
    "answer",
    [{"deployment": None}, Refusal("NOT_FOUND", "there is no deployment 'nope'")],
)
def test_an_unknown_deployment_exits_5(
    dagy: Dagy, fake: Fake, signed_in: str, command: str, answer: object
) -> None:
    fake.answers["Deployment"] = answer

    result = dagy("deployments", command, "nope")

    assert (result.exit_code, result.stderr) == (5, "Error: there is no deployment 'nope'\n")
