"""Secrets through the API: metadata for readers, values for nobody but who may reveal them."""

import logging
from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.enums import Role
from dagy_gql.runtime import Runtime
from tests.api.client import Answer, Client
from tests.api.conftest import As, deploy, trigger

VALUE = "s3cr3t-Value/with+signs"
FIELDS = """id name description currentVersion lastUsedAt environment { name }
  versions { nodes { number keyId createdBy } } uses { nodes { version attempt run { slug } } }"""
SECRET = f"""query S($id: ID, $name: String, $environment: String) {{
  secret(id: $id, name: $name, environment: $environment) {{ {FIELDS} }} }}"""
LIST = """query L($filter: SecretFilter, $first: Int, $after: String) {
  secrets(filter: $filter, first: $first, after: $after) {
    nodes { name environment { name } } totalCount pageInfo { hasNextPage endCursor } } }"""


async def create(client: Client, **values: Any) -> Answer:
    given = {"name": "TOKEN", "value": VALUE} | values
    return await client.input("createSecret", "CreateSecretInput", "secret { id }", **given)


async def made(client: Client, **values: Any) -> str:
    return str((await create(client, **values)).data["createSecret"]["secret"]["id"])


async def reveal(client: Client, key: str, **values: Any) -> Answer:
    selection = "version value secret { name }"
    return await client.input("revealSecret", "RevealSecretInput", selection, id=key, **values)


async def count(table: str = "secrets") -> int:
    return int(await db.fetch_value(f"SELECT count(*) FROM {table}"))


@pytest.mark.parametrize(
    "given",
    [
        {"name": "TOKEN", "value": VALUE, "nothing": 1},
        {"value": VALUE},
        {"name": "TOKEN", "value": [VALUE]},
        {"name": "TOKEN", "value": {"text": f"{VALUE}\n, found: "}},
        VALUE,
        [[VALUE]],
    ],
)
async def test_an_input_that_is_wrong_is_not_quoted(owner: Client, given: Any) -> None:
    query = (
        "mutation M($input: CreateSecretInput!) { createSecret(input: $input) { secret { id } } }"
    )
    answer = await owner(query, input=given)
    assert answer.code == "BAD_USER_INPUT"
    assert VALUE not in str(answer.body)


@pytest.mark.parametrize(
    "given",
    [
        f'{{name: "TOKEN", value: "{VALUE}", nothing: 1}}',
        f'{{name: "TOKEN", value: ["{VALUE}"]}}',
        f'{{value: "{VALUE}"}}',
        f'"{VALUE}"',
    ],
)
async def test_a_literal_that_is_wrong_is_not_quoted(owner: Client, given: str) -> None:
    answer = await owner(f"mutation {{ createSecret(input: {given}) {{ secret {{ id }} }} }}")
    assert {error["extensions"]["code"] for error in answer.errors} == {"GRAPHQL_VALIDATION_FAILED"}
    assert VALUE not in str(answer.body)


async def test_a_secret_is_read_back_without_its_value(owner: Client) -> None:
    key = await made(owner, environment="production", description="for the API")
    answer = await owner.input(
        "updateSecret", "UpdateSecretInput", "secret { currentVersion }", id=key, value="second"
    )
    assert answer.data["updateSecret"]["secret"]["currentVersion"] == 2

    by_id = (await owner(SECRET, id=key)).data["secret"]
    by_name = (await owner(SECRET, name="TOKEN", environment="production")).data["secret"]

    assert by_id == by_name
    versions = by_id.pop("versions")["nodes"]
    assert [version["number"] for version in versions] == [2, 1]
    assert by_id == {
        "id": key,
        "name": "TOKEN",
        "description": "for the API",
        "currentVersion": 2,
        "lastUsedAt": None,
        "environment": {"name": "production"},
        "uses": {"nodes": []},
    }
    assert (await owner(SECRET, name="TOKEN")).code == "NOT_FOUND"


async def test_secrets_are_listed_and_filtered(owner: Client) -> None:
    for name in ("A_TOKEN", "B_TOKEN"):
        await made(owner, name=name)
    await made(owner, name="A_TOKEN", environment="production")

    every = (await owner(LIST, first=2)).data["secrets"]
    assert [(one["name"], one["environment"]) for one in every["nodes"]] == [
        ("A_TOKEN", None),
        ("B_TOKEN", None),
    ]
    assert every["totalCount"] == 3
    rest = (await owner(LIST, first=2, after=every["pageInfo"]["endCursor"])).data["secrets"]
    assert [one["environment"] for one in rest["nodes"]] == [{"name": "production"}]
    named = (await owner(LIST, filter={"name": "A_TOKEN"})).data["secrets"]
    assert named["totalCount"] == 2
    there = (await owner(LIST, filter={"environment": "production"})).data["secrets"]
    assert [one["name"] for one in there["nodes"]] == ["A_TOKEN"]


async def test_revealing_is_a_right_of_its_own_and_is_noted(owner: Client, as_: As) -> None:
    key = await made(owner)
    for role in (Role.VIEWER, Role.DEVELOPER):
        answer = await reveal(as_(role), key)
        assert answer.code == "FORBIDDEN"
        assert "SECRETS_REVEAL" in answer.message
    assert await db.fetch_value("SELECT count(*) FROM audit_logs WHERE action ~ 'reveal'") == 0

    found = (await reveal(as_(Role.ADMIN), key)).data["revealSecret"]

    assert found == {"version": 1, "value": VALUE, "secret": {"name": "TOKEN"}}
    row = await db.fetch_row("SELECT * FROM audit_logs WHERE action = 'secret.reveal'")
    assert row is not None
    assert (row["resource_type"], row["resource_name"]) == ("Secret", "TOKEN")
    assert row["actor_name"].startswith("key:")


async def test_viewers_see_no_secrets_and_developers_change_none(
    owner: Client, viewer: Client, developer: Client
) -> None:
    key = await made(owner)
    assert (await viewer(LIST)).code == "FORBIDDEN"
    assert (await viewer(SECRET, id=key)).code == "FORBIDDEN"
    assert (await developer("{ secrets { nodes { name } } }")).data["secrets"]["nodes"] == [
        {"name": "TOKEN"}
    ]
    assert (await create(developer, name="OTHER")).code == "FORBIDDEN"
    answer = await developer.input("deleteSecret", "DeleteSecretInput", "deletedId", id=key)
    assert answer.code == "FORBIDDEN"
    assert await count() == 1


async def test_another_organization_finds_nothing(owner: Client, stranger: Client) -> None:
    key = await made(owner)
    assert (await stranger(SECRET, id=key)).code == "NOT_FOUND"
    assert (await stranger("query N($id: ID!) { node(id: $id) { id } }", id=key)).code == (
        "NOT_FOUND"
    )
    assert (await reveal(stranger, key)).code == "NOT_FOUND"
    assert (await stranger(LIST)).data["secrets"]["totalCount"] == 0
    answer = await stranger.input("updateSecret", "UpdateSecretInput", "secret { id }", id=key)
    assert answer.code == "NOT_FOUND"
    assert await count("secret_versions") == 1


async def test_a_secret_is_rolled_back_and_deleted(owner: Client) -> None:
    key = await made(owner)
    await owner.input("updateSecret", "UpdateSecretInput", "secret { id }", id=key, value="second")
    answer = await owner.input(
        "rollbackSecret", "RollbackSecretInput", "secret { currentVersion }", id=key, version=1
    )
    assert answer.data["rollbackSecret"]["secret"]["currentVersion"] == 3
    assert (await reveal(owner, key)).data["revealSecret"]["value"] == VALUE
    assert (await reveal(owner, key, version=2)).data["revealSecret"]["value"] == "second"
    answer = await owner.input("deleteSecret", "DeleteSecretInput", "deletedId", id=key)
    assert answer.data["deleteSecret"]["deletedId"] == key
    assert (await count(), await count("secret_versions")) == (0, 0)


async def test_bad_input_names_the_field_and_never_the_value(
    owner: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await create(owner, name="lower", value=VALUE)
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", "name")
    await made(owner)
    assert (await create(owner)).code == "CONFLICT"
    await owner.input("createSecret", "CreateSecretInput", "secret { id }", name="A", value=[VALUE])
    answer = await owner.input(
        "updateSecret", "UpdateSecretInput", "secret { id }", id="x", value=VALUE
    )
    assert answer.code == "BAD_USER_INPUT"
    assert await count() == 1
    assert VALUE not in caplog.text
    assert VALUE not in answer.message


async def test_a_run_says_which_secrets_it_was_given(owner: Client, rt: Runtime) -> None:
    key = await made(owner)
    await deploy(owner)
    run: Any = (await trigger(owner))["run"]
    await db.execute(
        "INSERT INTO secret_uses (id, org_id, secret_id, version, run_id, attempt, created_at)"
        " SELECT gen_random_uuid(), s.org_id, s.id, 1, r.id, 2, now() FROM secrets s, runs r"
    )
    query = """query R($id: ID!) { run(id: $id) { secretUses { nodes {
      version attempt secret { id name } run { slug } } } } }"""
    found = (await owner(query, id=run["id"])).data["run"]["secretUses"]["nodes"]
    assert found == [
        {
            "version": 1,
            "attempt": 2,
            "secret": {"id": key, "name": "TOKEN"},
            "run": {"slug": run["slug"]},
        }
    ]
    uses = (await owner(SECRET, id=key)).data["secret"]["uses"]["nodes"]
    assert uses == [{"version": 1, "attempt": 2, "run": {"slug": run["slug"]}}]
