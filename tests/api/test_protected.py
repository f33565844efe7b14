"""Protected environments: what is in one needs rights of its own, whichever way one comes."""

from typing import Any

import asyncpg
import httpx
import pytest
from graphql import GraphQLObjectType

from dagy_gql import db, tenancy
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission
from dagy_gql.enums import Role
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts, bulk_work, protection
from schema.root import schema
from tests.api.client import Client, Org
from tests.api.conftest import As, deploy, trigger
from tests.api.matrix.protected import (
    DEPLOY,
    ELSEWHERE,
    RUN_BY_RUN,
    TRIGGER,
    WAYS,
    World,
    hourly,
    webhook,
)

OWN = frozenset(one for one in Permission if one.value.startswith("protected_"))


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
        schedule=await made(owner, "createSchedule", "schedule", **hourly(deployment)),
        sensor=await made(owner, "createSensor", "sensor", **webhook(deployment)),
    )


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
    assert await made(developer, "createSchedule", "schedule", **hourly(world.elsewhere, "x"))


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


async def test_an_environment_is_not_protected_in_the_middle_of_a_deploy(
    rt: Runtime, org: Org, world: World
) -> None:
    """Or something would get into it that nobody with the right has put there."""
    actor = Actor(org.id, "dora", ROLE_PERMISSIONS[Role.DEVELOPER], Role.DEVELOPER)
    own = [decode_id_of("Environment", world.staging)]
    other = await asyncpg.connect(rt.settings.database_url)
    hold = "SELECT FROM environments WHERE id = $1 FOR NO KEY UPDATE NOWAIT"
    try:
        with tenancy.organization(org.id):
            async with db.transaction():
                await protection.require(actor, Permission[DEPLOY], own, field="environment")
                await other.execute("SELECT set_config('dagy.org_id', $1, false)", str(org.id))
                with pytest.raises(asyncpg.LockNotAvailableError):
                    await other.execute(hold, own[0])
    finally:
        await other.close()
