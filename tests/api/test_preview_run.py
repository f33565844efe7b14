"""previewRun says what triggerRun would do, and does nothing."""

from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.enums import RunState
from tests.api.client import Answer, Client
from tests.api.conftest import deploy
from tests.api.past import add_run
from tests.api.test_dashboard import add_worker

PREVIEW = """query P($input: PreviewRunInput!) { previewRun(input: $input) {
  parameters problems { path message } routing { executor level reason } routingProblem
  considered { executor isConfigured isChosen reason } expectedDurationMs costMicrodollars
  waiting { code message limit running } } }"""
ROWS = "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM audit_logs)"


async def ask(client: Client, **values: Any) -> Answer:
    given = {"deploymentName": "nightly", "parameters": {"city": "Bonn"}} | values
    return await client(PREVIEW, input=given)


async def preview(client: Client, **values: Any) -> Any:
    return (await ask(client, **values)).data["previewRun"]


async def test_a_run_that_would_start_says_how(developer: Client) -> None:
    await deploy(developer, parameters={"days": 3})
    await add_worker()
    for took in (1.0, 2.0, 9.0):
        await add_run(took=took)
    await add_run(RunState.FAILED, took=60.0)

    found = await preview(developer)

    assert found == {
        "parameters": {"city": "Bonn", "days": 3},
        "problems": [],
        "routing": {"executor": "LOCAL", "level": "DEFAULT", "reason": "no rule applies"},
        "routingProblem": None,
        "considered": [
            {
                "executor": "LOCAL",
                "isConfigured": True,
                "isChosen": True,
                "reason": "no rule applies",
            },
            *[
                {
                    "executor": executor,
                    "isConfigured": False,
                    "isChosen": False,
                    "reason": "it is not configured here",
                }
                for executor in ("LAMBDA", "STEP_FUNCTIONS", "ECS")
            ],
        ],
        "expectedDurationMs": 2000,
        "costMicrodollars": 0,
        "waiting": None,
    }


async def test_every_problem_is_named(developer: Client) -> None:
    await deploy(developer)
    found = await preview(developer, parameters={"days": "many", "more": 1, "less": 2})
    assert found["problems"] == [
        {
            "path": "parameters.more",
            "message": "more: there is no such parameter (there are: city, days)",
        },
        {
            "path": "parameters.less",
            "message": "less: there is no such parameter (there are: city, days)",
        },
        {"path": "parameters.city", "message": "city: it is required (expected string)"},
        {"path": "parameters.days", "message": "days: expected integer, got string 'many'"},
    ]
    assert found["parameters"] == {"days": "many", "more": 1, "less": 2}


async def test_so_many_problems_are_named_and_no_more(developer: Client) -> None:
    await deploy(developer)
    wrong = {f"x{number}": number for number in range(1000)}
    assert len((await preview(developer, parameters=wrong))["problems"]) == 20


@pytest.mark.parametrize(
    ("deployment", "values"),
    [
        ({}, {}),
        ({}, {"parameters": {}}),
        ({}, {"parameters": {"city": 5}}),
        ({}, {"parameters": {"city": "x", "days": None}}),
        ({}, {"parameters": {"city": "x", "a.b": 1}}),
        ({"parameters": {"city": "Rome"}}, {"parameters": {}}),
        ({"paused": True}, {}),
        ({}, {"executor": "ECS"}),
        ({}, {"executor": "LOCAL"}),
        ({"defaultExecutor": "LOCAL"}, {}),
    ],
)
async def test_a_preview_and_the_trigger_agree(
    developer: Client, deployment: dict[str, Any], values: dict[str, Any]
) -> None:
    await deploy(developer, **deployment)
    given = {"deploymentName": "nightly", "parameters": {"city": "x"}} | values

    found = await preview(developer, **given)
    run = "run { parameters routing { executor level reason } }"
    triggered = await developer.input("triggerRun", "TriggerRunInput", run, **given)

    if found["problems"]:
        first = found["problems"][0]
        assert triggered.message == first["message"]
        assert (triggered.field or "deployment") == first["path"]
    else:
        made = triggered.data["triggerRun"]["run"]
        assert made == {name: found[name] for name in ("parameters", "routing")}


async def test_a_missing_engine_is_a_problem_without_a_routing(developer: Client) -> None:
    await deploy(developer)
    found = await preview(developer, executor="ECS")
    message = (
        "The engine ecs is not configured here. It is asked for by the run. Configured: local."
    )
    assert (found["routing"], found["routingProblem"]) == (None, message)
    assert found["problems"] == [{"path": "executor", "message": message}]
    assert found["costMicrodollars"] is None
    ecs = found["considered"][3]
    assert ecs["reason"] == "the run asks for it, but it is not configured here"
    assert not any(each["isChosen"] for each in found["considered"])


async def test_it_says_what_the_run_would_wait_for(developer: Client) -> None:
    await deploy(developer, concurrencyLimit=1)
    assert (await preview(developer))["waiting"]["code"] == "NO_WORKER"
    assert (await preview(developer))["expectedDurationMs"] is None
    await add_worker()
    assert (await preview(developer))["waiting"] is None
    await add_run(RunState.RUNNING)
    assert (await preview(developer))["waiting"] == {
        "code": "DEPLOYMENT_LIMIT",
        "message": "the deployment 'nightly' runs 1 of at most 1 runs at once",
        "limit": 1,
        "running": 1,
    }


async def test_a_preview_writes_nothing(developer: Client) -> None:
    await deploy(developer)
    before = await db.fetch_row(ROWS)
    await preview(developer)
    await preview(developer, parameters={})
    assert await db.fetch_row(ROWS) == before


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"deploymentName": "nothing"}, "NOT_FOUND", None),
        ({"deploymentName": None}, "BAD_USER_INPUT", "deploymentId"),
        ({"deploymentId": "x"}, "BAD_USER_INPUT", "deploymentId"),
        ({"parameters": []}, "BAD_USER_INPUT", "parameters"),
    ],
)
async def test_what_cannot_be_previewed(
    developer: Client, values: dict[str, Any], code: str, field: str | None
) -> None:
    await deploy(developer)
    answer = await ask(developer, **values)
    assert (answer.code, answer.field) == (code, field)


async def test_a_viewer_and_another_organization_preview_nothing(
    developer: Client, viewer: Client, stranger: Client
) -> None:
    await deploy(developer)
    assert (await ask(viewer)).code == "FORBIDDEN"
    assert (await ask(stranger)).code == "NOT_FOUND"
