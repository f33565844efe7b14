"""Protected environments: what is in one needs rights of its own, whichever way one comes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from graphql import GraphQLObjectType

from dagy_gql import db
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission
from dagy_gql.enums import Role
from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts, bulk_work
from schema.root import schema
from tests.api.client import Answer, Client
from tests.api.conftest import As, deploy, trigger

OWN = frozenset(one for one in Permission if one.value.startswith("protected_"))
DEPLOY = "PROTECTED_DEPLOYMENTS_WRITE"
TRIGGER = "PROTECTED_RUNS_TRIGGER"
WRITE_SECRETS = "PROTECTED_SECRETS_WRITE"
REVEAL_SECRETS = "PROTECTED_SECRETS_REVEAL"
CHANGE = "PROTECTED_ENVIRONMENTS_WRITE"


async def made(client: Client, mutation: str, noun: str, **values: Any) -> str:
    title = mutation[0].upper() + mutation[1:]
    answer = await client.input(mutation, f"{title}Input", f"{noun} {{ id }}", **values)
    return str(answer.data[mutation][noun]["id"])


async def triggered(client: Client, **values: Any) -> str:
    run: Any = (await trigger(client, **values))["run"]
    return str(run["id"])


async def key_with(owner: Client, permissions: frozenset[Permission]) -> Client:
    answer = await owner.input(
        "createApiKey",
        "CreateApiKeyInput",
        "secret",
        name="ours",
        scopes=sorted(one.name for one in permissions),
    )
    return Client(owner.http, answer.data["createApiKey"]["secret"])


@dataclass(frozen=True)
class World:
    """Rows of `vault`, which is protected, and of `staging`, which is not."""

    vault: str
    staging: str
    deployment: str
    elsewhere: str
    run: str
    ended: str
    secret: str
    schedule: str
    sensor: str


@pytest.fixture
async def world(owner: Client) -> World:
    vault = await made(owner, "createEnvironment", "environment", name="vault", isProtected=True)
    staging = await made(owner, "createEnvironment", "environment", name="staging")
    deployment = await deploy(owner, environment="vault")
    elsewhere = await deploy(owner, "elsewhere", environment="staging")
    ended = await triggered(owner)
    await db.execute("UPDATE runs SET state = 'FAILED', finished_at = now()")
    run = await triggered(owner)
    given = {"name": "TOKEN", "value": "old", "environment": "vault"}
    return World(
        vault,
        staging,
        deployment,
        elsewhere,
        run,
        ended,
        secret=await made(owner, "createSecret", "secret", **given),
        schedule=await made(owner, "createSchedule", "schedule", **_schedule(deployment)),
        sensor=await made(owner, "createSensor", "sensor", **_sensor(deployment)),
    )


def _schedule(deployment: str, name: str = "hourly") -> dict[str, Any]:
    values = {"deploymentId": deployment, "kind": "CRON", "cron": "0 * * * *"}
    return {"name": name, "parameters": {"city": "Bonn"}, **values}


def _sensor(deployment: str, name: str = "hook") -> dict[str, Any]:
    return {"name": name, "deploymentId": deployment, "kind": "WEBHOOK"}


Values = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Way:
    """A mutation that would get at what is protected; what it lacks, and which field says so."""

    mutation: str
    values: Values
    permission: str
    field: str
    selection: str = "__typename"

    async def go(self, client: Client, world: World) -> Answer:
        title = self.mutation[0].upper() + self.mutation[1:]
        values = self.values(world)
        return await client.input(self.mutation, f"{title}Input", self.selection, **values)


WAYS = {
    "deploy": Way(
        "createDeployment",
        lambda _: {"name": "new", "flowName": "report", "environment": "vault"},
        DEPLOY,
        "environment",
    ),
    "deploy another version": Way(
        "updateDeployment",
        lambda w: {"id": w.deployment, "flowName": "report"},
        DEPLOY,
        "id",
    ),
    "pause": Way("updateDeployment", lambda w: {"id": w.deployment, "paused": True}, DEPLOY, "id"),
    "move in": Way(
        "updateDeployment",
        lambda w: {"id": w.elsewhere, "environment": "vault"},
        DEPLOY,
        "environment",
    ),
    "move out": Way(
        "updateDeployment",
        lambda w: {"id": w.deployment, "environment": "staging"},
        DEPLOY,
        "id",
    ),
    "undeploy": Way(
        "deleteDeployment", lambda w: {"id": w.deployment, "runs": "KEEP"}, DEPLOY, "id"
    ),
    "archive its flow": Way(
        "updateFlow", lambda _: {"name": "report", "status": "INACTIVE"}, DEPLOY, "name"
    ),
    "trigger by name": Way(
        "triggerRun",
        lambda _: {"deploymentName": "nightly", "parameters": {"city": "Bonn"}},
        TRIGGER,
        "deploymentName",
    ),
    "trigger by id": Way(
        "triggerRun",
        lambda w: {"deploymentId": w.deployment, "parameters": {"city": "Bonn"}},
        TRIGGER,
        "deploymentId",
    ),
    "retry": Way("retryRun", lambda w: {"id": w.ended, "mode": "FROM_START"}, TRIGGER, "id"),
    "cancel": Way("cancelRun", lambda w: {"id": w.run}, TRIGGER, "id"),
    "schedule": Way(
        "createSchedule", lambda w: _schedule(w.deployment, "mine"), TRIGGER, "deploymentId"
    ),
    "change a schedule": Way(
        "updateSchedule", lambda w: {"id": w.schedule, "enabled": False}, TRIGGER, "id"
    ),
    "take a schedule elsewhere": Way(
        "updateSchedule", lambda w: {"id": w.schedule, "deploymentId": w.elsewhere}, TRIGGER, "id"
    ),
    "delete a schedule": Way("deleteSchedule", lambda w: {"id": w.schedule}, TRIGGER, "id"),
    "watch": Way("createSensor", lambda w: _sensor(w.deployment, "mine"), TRIGGER, "deploymentId"),
    "watch a run elsewhere": Way(
        "createSensor",
        lambda _: {
            "name": "chain",
            "deploymentName": "nightly",
            "kind": "RUN",
            "config": {"deploymentName": "elsewhere", "states": ["SUCCEEDED"]},
        },
        TRIGGER,
        "deploymentName",
    ),
    "change a sensor": Way(
        "updateSensor", lambda w: {"id": w.sensor, "enabled": False}, TRIGGER, "id"
    ),
    "get a sensor's token": Way("rotateSensorToken", lambda w: {"id": w.sensor}, TRIGGER, "id"),
    "delete a sensor": Way("deleteSensor", lambda w: {"id": w.sensor}, TRIGGER, "id"),
    "make a secret": Way(
        "createSecret",
        lambda _: {"name": "NEW", "value": "mine", "environment": "vault"},
        WRITE_SECRETS,
        "environment",
    ),
    "change a secret": Way(
        "updateSecret", lambda w: {"id": w.secret, "value": "mine"}, WRITE_SECRETS, "id"
    ),
    "roll a secret back": Way(
        "rollbackSecret", lambda w: {"id": w.secret, "version": 1}, WRITE_SECRETS, "id"
    ),
    "delete a secret": Way("deleteSecret", lambda w: {"id": w.secret}, WRITE_SECRETS, "id"),
    "reveal a secret": Way(
        "revealSecret", lambda w: {"id": w.secret}, REVEAL_SECRETS, "id", "value"
    ),
    "make one": Way(
        "createEnvironment", lambda _: {"name": "mine", "isProtected": True}, CHANGE, "isProtected"
    ),
    "protect": Way(
        "updateEnvironment", lambda w: {"id": w.staging, "isProtected": True}, CHANGE, "isProtected"
    ),
    "take protection back": Way(
        "updateEnvironment", lambda w: {"id": w.vault, "isProtected": False}, CHANGE, "isProtected"
    ),
    "rename": Way("updateEnvironment", lambda w: {"id": w.vault, "name": "x"}, CHANGE, "id"),
    "delete": Way("deleteEnvironment", lambda w: {"id": w.vault}, CHANGE, "id"),
}
# By what a bulk operation does to each run of its own.
RUN_BY_RUN = {"createBulkOperation"}
# Of none of these is an environment part.
ELSEWHERE = {
    *("acceptInvitation", "changePassword", "createFirstOwner", "exchangeToken", "login"),
    *("logout", "resetPassword", "revokeAccessToken", "revokeOtherSessions", "updateProfile"),
    *("createOrganization", "leaveOrganization", "switchOrganization", "updateOrganization"),
    *("createInvitation", "revokeInvitation", "createPasswordReset", "deleteMembership"),
    *("updateMembership", "createCustomRole", "updateCustomRole", "deleteCustomRole"),
    *("createServiceAccount", "updateServiceAccount", "deleteServiceAccount", "createApiKey"),
    *("updateApiKey", "revokeApiKey", "rotateApiKey", "setBillingPlan"),
    *("cancelBillingSubscription", "createSavedView", "updateSavedView", "deleteSavedView"),
    *("createDagDraft", "updateDagDraft", "duplicateDagDraft", "deleteDagDraft"),
    *("createNotificationChannel", "updateNotificationChannel", "deleteNotificationChannel"),
    # They tell people what became of runs, and neither start nor change any.
    *("createAlertRule", "updateAlertRule", "deleteAlertRule"),
    # A flow version runs nowhere before it is deployed, and deployments name theirs.
    *("createArtifactUpload", "registerFlow"),
    # What it has not done yet stays undone.
    "cancelBulkOperation",
}

_TABLES = (
    *("environments", "deployments", "runs", "secrets", "secret_versions", "schedules"),
    *("sensors", "flows", "run_events", "audit_logs"),
)


async def rows() -> dict[str, list[Any]]:
    return {
        table: await db.fetch_value(
            f"SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)), '[]') FROM {table} t"
        )
        for table in _TABLES
    }


@pytest.fixture
async def ordinary(owner: Client, world: World) -> Client:
    """All rights but those of protected environments."""
    return await key_with(owner, frozenset(Permission) - OWN)


@pytest.mark.parametrize("name", WAYS)
async def test_without_its_right_nothing_happens(name: str, world: World, ordinary: Client) -> None:
    way = WAYS[name]
    before = await rows()

    answer = await way.go(ordinary, world)

    assert answer.code == "FORBIDDEN", answer.body
    extensions = answer.errors[0]["extensions"]
    assert (extensions["permission"], answer.field) == (way.permission, way.field)
    environment = {"make one": "mine", "protect": "staging"}.get(name, "vault")
    assert extensions["environment"] == environment
    assert answer.message == (
        f"You lack the permission {way.permission} for {way.field}. The environment"
        f" {environment!r} is protected: ask an owner or admin for a role or key with this"
        " permission."
    )
    assert await rows() == before


@pytest.mark.parametrize("name", sorted(WAYS.keys() - {"delete"}))
async def test_its_own_right_is_enough(name: str, owner: Client, world: World) -> None:
    way = WAYS[name]
    rights = (frozenset(Permission) - OWN) | {Permission[way.permission]}

    answer = await way.go(await key_with(owner, rights), world)

    assert answer.errors == []


async def test_the_own_right_alone_is_not_enough(owner: Client, world: World) -> None:
    client = await key_with(owner, OWN)
    before = await rows()
    for name, way in WAYS.items():
        answer = await way.go(client, world)
        assert {error["extensions"]["code"] for error in answer.errors} == {"FORBIDDEN"}, name
        assert way.permission not in answer.body["errors"][0]["message"], name
    assert await rows() == before


def test_every_mutation_is_asked_about_or_has_nothing_to_do_with_environments() -> None:
    root = schema._schema.mutation_type
    assert isinstance(root, GraphQLObjectType)
    asked = {way.mutation for way in WAYS.values()} | RUN_BY_RUN
    assert asked.isdisjoint(ELSEWHERE)
    assert asked | ELSEWHERE == set(root.fields)


def test_owners_and_admins_have_the_rights_and_others_are_given_them() -> None:
    assert {role for role, found in ROLE_PERMISSIONS.items() if found >= OWN} == {
        Role.OWNER,
        Role.ADMIN,
    }
    assert {role for role, found in ROLE_PERMISSIONS.items() if found & OWN} == {
        Role.OWNER,
        Role.ADMIN,
    }


async def test_elsewhere_a_developer_does_what_they_did(developer: Client, world: World) -> None:
    values: dict[str, Any] = {"deploymentName": "elsewhere", "parameters": {"city": "Bonn"}}
    run = await made(developer, "triggerRun", "run", **values)
    assert (await developer.input("cancelRun", "CancelRunInput", "__typename", id=run)).data
    assert await deploy(developer, "another", environment="staging")
    assert await deploy(developer, "nowhere")
    assert await made(developer, "createSchedule", "schedule", **_schedule(world.elsewhere, "x"))


async def test_a_deployment_that_was_moved_keeps_its_runs_protected(
    owner: Client, ordinary: Client, world: World
) -> None:
    """A run is of the environment that it was started in, whatever becomes of its deployment."""
    moved = {"id": world.deployment, "environment": "staging"}
    await made(owner, "updateDeployment", "deployment", **moved)
    before = await rows()
    for name in ("retry", "cancel"):
        assert (await WAYS[name].go(ordinary, world)).code == "FORBIDDEN"
    answer = await ordinary.input(
        *("deleteDeployment", "DeleteDeploymentInput", "deletedId"),
        **{"id": world.deployment, "runs": "CANCEL"},
    )
    assert (answer.code, answer.field) == ("FORBIDDEN", "runs")
    assert await rows() == before


@pytest.mark.parametrize("action", ["CANCEL", "RETRY_FROM_START"])
async def test_a_bulk_operation_leaves_out_the_runs_of_protected_environments(
    rt: Runtime, ordinary: Client, world: World, action: str
) -> None:
    free = await triggered(ordinary, deploymentName="elsewhere")
    protected = world.run
    if action != "CANCEL":
        await db.execute("UPDATE runs SET state = 'FAILED', finished_at = now()")
    answer = await ordinary.input(
        "createBulkOperation",
        "CreateBulkOperationInput",
        "bulkOperation { id }",
        action=action,
        runIds=[free, protected],
        undoSeconds=0,
    )
    assert answer.errors == []
    key = await db.fetch_value("SELECT id FROM bulk_operations")
    await bulk_work.work(rt, f"{key}:0")

    row = await db.fetch_row("SELECT state, done, failed, problems FROM bulk_operations")
    assert row is not None
    assert (row["state"], row["done"], row["failed"]) == ("COMPLETED", 1, 1)
    assert [one["code"] for one in row["problems"]] == ["FORBIDDEN"]
    assert TRIGGER in row["problems"][0]["message"]
    vault = "environment_id = (SELECT id FROM environments WHERE name = 'vault')"
    states = await db.fetch(f"SELECT state FROM runs WHERE {vault} ORDER BY id")
    expected = ["FAILED", "QUEUED"] if action == "CANCEL" else ["FAILED", "FAILED"]
    assert [one["state"] for one in states] == expected


PREVIEW = """query P($input: PreviewRunInput!) {
  previewRun(input: $input) { problems { path message } } }"""


async def problems(client: Client, name: str) -> list[dict[str, str]]:
    given = {"deploymentName": name, "parameters": {"city": "Bonn"}}
    found: list[dict[str, str]] = (await client(PREVIEW, input=given)).data["previewRun"][
        "problems"
    ]
    return found


async def test_a_preview_says_that_the_run_would_be_refused(
    owner: Client, ordinary: Client, world: World
) -> None:
    found = await problems(ordinary, "nightly")
    assert [one["path"] for one in found] == ["deployment"]
    assert found[0]["message"].startswith(f"You lack the permission {TRIGGER}.")
    assert await problems(owner, "nightly") == []
    assert await problems(ordinary, "elsewhere") == []


async def test_another_organizations_protection_is_nobody_elses(
    stranger: Client, ordinary: Client, world: World
) -> None:
    """Their rows are not found, protected or not."""
    for name, way in WAYS.items():
        values = way.values(world)
        if {"id", "deploymentId"} & values.keys():
            assert (await way.go(stranger, world)).code == "NOT_FOUND", name


async def test_a_key_made_with_less_never_gets_more(as_: As, owner: Client, world: World) -> None:
    answer = await as_(Role.DEVELOPER).input(
        *("createApiKey", "CreateApiKeyInput", "secret"), name="x", scopes=[TRIGGER]
    )
    assert answer.code == "FORBIDDEN"
    limited = await key_with(owner, frozenset(Permission) - OWN)
    answer = await limited.input(
        *("createApiKey", "CreateApiKeyInput", "secret"), name="x", scopes=[TRIGGER]
    )
    assert (answer.code, answer.field) == ("FORBIDDEN", "scopes")


async def test_the_first_production_is_protected_and_its_owner_deploys_there(
    rt: Runtime, http: httpx.AsyncClient
) -> None:
    first = await accounts.bootstrap(rt, "olga@example.com", "correct horse battery")
    assert first is not None
    client = Client(http, first.api_key)
    listed = (await client("{ environments { nodes { name isProtected } } }")).data
    assert listed == {"environments": {"nodes": [{"name": "production", "isProtected": True}]}}
    assert await deploy(client, environment="production")
    assert await triggered(client)
