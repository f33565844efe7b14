"""What a run says of how and by whom it was started."""

from typing import Any

from dagy.agents import CLI_USER_AGENT, USER_AGENT
from dagy_gql import db
from dagy_gql.enums import AccessMethod
from dagy_gql.runtime import Runtime
from dagy_gql.services import sessions
from dagy_gql.services.federation import Member
from tests.api.client import Client, Org
from tests.api.conftest import deploy, trigger

READ = "query($id: ID) { run(id: $id) { trigger createdBy creator { name apiKey } } }"
OWNER = "owner@mine.example"


async def in_a_browser(rt: Runtime, client: Client, org: Org) -> Client:
    """The same person with a session in place of a key."""
    user_id = await db.fetch_value("SELECT id FROM users WHERE email = $1", OWNER)
    session = await sessions.start(rt, Member(user_id, OWNER, org.id), AccessMethod.PASSWORD)
    return Client(client.http, session.access_token)


async def started(client: Client, **headers: str) -> dict[str, Any]:
    client.headers = headers
    triggered: Any = await trigger(client)
    return dict((await client(READ, id=triggered["run"]["id"])).data["run"])


async def test_a_run_says_whether_it_came_from_the_ui_the_cli_or_a_program(
    rt: Runtime, owner: Client, org: Org
) -> None:
    await deploy(owner)
    browser = await in_a_browser(rt, owner, org)
    assert (await started(browser))["trigger"] == "UI"
    agents = {CLI_USER_AGENT: "CLI", USER_AGENT: "API", "curl/8": "API"}
    for agent, expected in agents.items():
        assert (await started(owner, **{"User-Agent": agent}))["trigger"] == expected
    listed = "query($t: RunTrigger) { runs(filter: { trigger: $t }) { totalCount } }"
    counted = [(await owner(listed, t=each)).data["runs"] for each in ("UI", "CLI", "API")]
    assert [each["totalCount"] for each in counted] == [1, 1, 2]


async def test_a_run_names_the_person_and_the_key(rt: Runtime, owner: Client, org: Org) -> None:
    await deploy(owner)
    browser = await in_a_browser(rt, owner, org)
    assert (await started(browser))["creator"] == {"name": OWNER, "apiKey": None}
    by_key = await started(owner)
    assert by_key["createdBy"] == f"key:{str(owner.token)[:14]}"
    assert by_key["creator"] == {"name": OWNER, "apiKey": "owner"}


async def test_a_service_account_is_named_and_a_deleted_key_keeps_its_prefix(
    owner: Client, org: Org
) -> None:
    await deploy(owner)
    triggered: Any = await trigger(owner)
    for stored, name in (("service:ci", "ci"), ("key:dagy_sk_gone", "key:dagy_sk_gone")):
        await db.execute("UPDATE runs SET created_by = $1", stored)
        run = (await owner(READ, id=triggered["run"]["id"])).data["run"]
        assert run["creator"] == {"name": name, "apiKey": None}


async def test_flows_and_deployments_name_theirs_too(owner: Client, org: Org) -> None:
    await deploy(owner)
    query = (
        "{ flows { nodes { creator { name apiKey } deployments { nodes { creator { name } } } } } }"
    )
    [flow] = (await owner(query)).data["flows"]["nodes"]
    assert flow["creator"] == {"name": OWNER, "apiKey": "owner"}
    assert flow["deployments"]["nodes"] == [{"creator": {"name": OWNER}}]
