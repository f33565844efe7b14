"""Signing in, sessions, links and the access log, through GraphQL."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from dagy_gql import clock, db
from dagy_gql.app import create_app
from dagy_gql.auth import access_log, tokens
from dagy_gql.enums import Role
from dagy_gql.repositories.api_keys import ApiKeyRepository, NewKey
from dagy_gql.repositories.pagination import encode_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import setup
from tests.api.client import Answer, Client, Org
from tests.api.conftest import As
from tests.support import people
from tests.support.people import EMAIL, PASSWORD

NEW = "another horse battery"
ANN = "ann@example.com"


@pytest.fixture(autouse=True)
def _fresh_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "_bound", access_log.Bound())


async def login(anonymous: Client, email: str = EMAIL, password: str = PASSWORD) -> Client:
    answer = await anonymous.input(
        "login", "LoginInput", "accessToken", email=email, password=password
    )
    anonymous.http.cookies.clear()
    return Client(anonymous.http, answer.data["login"]["accessToken"])


@pytest.fixture
async def me(rt: Runtime, anonymous: Client) -> Client:
    await people.first_owner(rt)
    return await login(anonymous)


async def ids(table: str, where: str = "true") -> list[str]:
    names = {"access_tokens": "AccessToken", "users": "User", "invitations": "Invitation"}
    rows = await db.fetch(f"SELECT id FROM {table} WHERE {where} ORDER BY id")
    return [encode_id(names[table], row["id"]) for row in rows]


async def test_the_first_owner_is_made_once_with_the_set_up_token(
    rt: Runtime, anonymous: Client
) -> None:
    needed = (
        "{ setup { needed } signInOptions { password oidc { name } clerk { publishableKey } } }"
    )
    assert (await anonymous(needed)).data == {
        "setup": {"needed": True},
        "signInOptions": {"password": True, "oidc": None, "clerk": None},
    }

    async def create(token: str) -> Answer:
        return await anonymous.input(
            "createFirstOwner",
            "CreateFirstOwnerInput",
            "viewer { user { email name hasPassword } isSuperAdmin organization { slug } }",
            email=EMAIL,
            password=PASSWORD,
            name="Ada",
            setupToken=token,
        )

    assert (await create("guess")).code == "FORBIDDEN"
    token = setup.token(rt.settings)
    assert (await create(token)).data["createFirstOwner"]["viewer"] == {
        "user": {"email": EMAIL, "name": "Ada", "hasPassword": True},
        "isSuperAdmin": True,
        "organization": {"slug": "default"},
    }
    assert (await create(token)).code == "CONFLICT"
    assert (await anonymous("{ setup { needed } }")).data == {"setup": {"needed": False}}


async def test_what_the_login_page_may_offer(rt: Runtime) -> None:
    settings = rt.settings.model_copy(
        update={
            "password_sign_in": False,
            "oidc_issuer": "https://id.example",
            "oidc_client_id": "dagy",
            "oidc_name": "Example",
            "jwt_issuer": "https://clerk.example",
            "clerk_publishable_key": "pk_test",
        }
    )
    app = create_app(settings, replace(rt, settings=settings))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://dagy.test") as http:
        answer = await Client(http)(
            "{ signInOptions { password oidc { name url } clerk { publishableKey } } }"
        )
    assert answer.data["signInOptions"] == {
        "password": False,
        "oidc": {"name": "Example", "url": "/auth/oidc/login"},
        "clerk": {"publishableKey": "pk_test"},
    }


async def test_people_see_and_end_their_sessions(
    me: Client, anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagy_gql.auth.authenticate.CACHE_SECONDS", 0.0)
    other = await login(anonymous)
    query = "{ viewer { sessions { id method isCurrent address userAgent revokedAt } } }"
    found = (await me(query)).data["viewer"]["sessions"]
    assert [(row["method"], row["isCurrent"], row["address"]) for row in found] == [
        ("PASSWORD", False, "127.0.0.1"),
        ("PASSWORD", True, "127.0.0.1"),
    ]
    answer = await me("mutation { revokeOtherSessions { count } }")
    assert answer.data == {"revokeOtherSessions": {"count": 1}}
    assert (await other("{ viewer { role } }")).code == "UNAUTHENTICATED"
    mine = found[1]["id"]
    revoked = await me.input("revokeAccessToken", "RevokeAccessTokenInput", "revokedId", id=mine)
    assert revoked.data == {"revokeAccessToken": {"revokedId": mine}}


async def test_switching_renews_the_cookie(rt: Runtime, me: Client) -> None:
    answer = await me.input(
        "createOrganization",
        "CreateOrganizationInput",
        "organization { id }",
        name="Two",
        slug="two",
    )
    org_id = answer.data["createOrganization"]["organization"]["id"]
    query = "{ viewer { organizations { id slug role } } }"
    found = (await me(query)).data["viewer"]["organizations"]
    assert [(row["slug"], row["role"]) for row in found] == [("default", "OWNER"), ("two", "OWNER")]
    switched = await me.input(
        "switchOrganization",
        "SwitchOrganizationInput",
        "accessToken viewer { organization { slug } }",
        id=org_id,
    )
    payload = switched.data["switchOrganization"]
    assert payload["viewer"] == {"organization": {"slug": "two"}}
    assert me.http.cookies["dagy_session"] == payload["accessToken"]
    there = Client(me.http, payload["accessToken"])
    listed = (await there("{ environments { nodes { name isProtected } } }")).data
    assert listed["environments"]["nodes"] == [{"name": "production", "isProtected": True}]
    me.http.cookies.clear()
    assert (await me("{ viewer { role } }")).code == "UNAUTHENTICATED"


MAKE = """mutation($slug: String!) {
  createOrganization(input: {name: "Two", slug: $slug}) { organization { slug } }
}"""
MAY = "{ viewer { canCreateOrganizations } }"


async def test_on_a_server_only_its_operator_makes_organizations(
    rt: Runtime, me: Client, anonymous: Client
) -> None:
    made = (await me(MAKE, slug="two")).data["createOrganization"]
    assert made == {"organization": {"slug": "two"}}
    assert (await me(MAY)).data == {"viewer": {"canCreateOrganizations": True}}
    row = await db.fetch_row("SELECT id FROM organizations WHERE slug = 'two'")
    assert row is not None
    for role in Role:
        await people.member(row["id"], f"new-{role.lower()}@example.com", role)
        other = await login(anonymous, f"new-{role.lower()}@example.com")
        assert (await other(MAY)).data == {"viewer": {"canCreateOrganizations": False}}
        refused = await other(MAKE, slug=f"of-{role.lower()}")
        assert refused.code == "FORBIDDEN"
        assert "DAGY_ORGANIZATIONS=anybody" in refused.errors[0]["message"]
        assert refused.errors[0]["extensions"]["hint"] == "DAGY_ORGANIZATIONS"
    assert await db.fetch_value("SELECT count(*) FROM organizations") == 2
    key = await people_key(rt)
    assert (await Client(anonymous.http, key)(MAKE, slug="of-a-key")).code == "FORBIDDEN"
    assert await db.fetch_value("SELECT count(*) FROM organizations") == 2


async def people_key(rt: Runtime) -> str:
    """Of the operator, to whom it gives everything but this."""
    secret = tokens.new(tokens.KEY_PREFIX)
    row = await db.fetch_row(
        "SELECT u.id, m.org_id FROM users u JOIN memberships m ON m.user_id = u.id"
        " WHERE u.is_super_admin LIMIT 1"
    )
    assert row is not None
    key = NewKey("mine", secret.prefix, secret.sha256, created_by_id=row["id"], role=Role.OWNER)
    await ApiKeyRepository(row["org_id"]).add(key, now=clock.now())
    return secret.text


async def test_anybody_who_is_signed_in_makes_organizations_where_that_is_set(
    rt: Runtime,
) -> None:
    settings = rt.settings.model_copy(update={"organizations": "anybody"})
    first = await people.first_owner(rt)
    await people.member(first.org_id, ANN, Role.VIEWER)
    open_rt = replace(rt, settings=settings)
    transport = httpx.ASGITransport(app=create_app(settings, open_rt))
    async with httpx.AsyncClient(transport=transport, base_url="http://dagy.test") as http:
        ann = await login(Client(http), ANN)
        assert (await ann(MAY)).data == {"viewer": {"canCreateOrganizations": True}}
        made = (await ann(MAKE, slug="anns")).data["createOrganization"]
        assert made == {"organization": {"slug": "anns"}}


async def test_changing_the_password_and_the_name(me: Client, anonymous: Client) -> None:
    renamed = await me.input(
        "updateProfile", "UpdateProfileInput", "viewer { user { name } }", name="Ada"
    )
    assert renamed.data["updateProfile"]["viewer"] == {"user": {"name": "Ada"}}

    async def change(current: str) -> Answer:
        return await me.input(
            "changePassword",
            "ChangePasswordInput",
            "viewer { role }",
            currentPassword=current,
            newPassword=NEW,
        )

    refused = await change("wrong")
    assert (refused.code, refused.field) == ("BAD_USER_INPUT", "currentPassword")
    assert (await change(PASSWORD)).data["changePassword"] == {"viewer": {"role": "OWNER"}}
    await login(anonymous, password=NEW)


async def test_an_invitation_from_link_to_member(me: Client, anonymous: Client) -> None:
    made = await me.input(
        "createInvitation",
        "CreateInvitationInput",
        "link invitation { id email role customRole { id } createdBy }",
        email=ANN,
        role="DEVELOPER",
    )
    created = made.data["createInvitation"]
    assert created["invitation"] | {"id": ""} == {
        "id": "",
        "email": ANN,
        "role": "DEVELOPER",
        "customRole": None,
        "createdBy": EMAIL,
    }
    token = created["link"].partition("=")[2]
    preview = await anonymous(
        "query P($token: String!) { invitationPreview(token: $token) { organization email } }",
        token=token,
    )
    assert preview.data["invitationPreview"] == {"organization": "Default", "email": ANN}
    accepted = await anonymous.input(
        "acceptInvitation",
        "AcceptInvitationInput",
        "viewer { user { email name } role }",
        token=token,
        name="Ann",
        password=PASSWORD,
    )
    assert accepted.data["acceptInvitation"]["viewer"] == {
        "user": {"email": ANN, "name": "Ann"},
        "role": "DEVELOPER",
    }
    listed = await me(
        "{ invitations { nodes { id acceptedAt } } open: invitations(open: true) { nodes { id } } }"
    )
    assert len(listed.data["invitations"]["nodes"]) == 1
    assert listed.data["invitations"]["nodes"][0]["acceptedAt"] is not None
    assert listed.data["open"]["nodes"] == []
    users = await me("{ users { nodes { email name } totalCount } }")
    assert users.data["users"]["totalCount"] == 2
    assert users.data["users"]["nodes"][1] == {"email": ANN, "name": "Ann"}


async def test_a_reset_link_from_admin_to_new_password(
    rt: Runtime, me: Client, anonymous: Client
) -> None:
    org_id = await db.fetch_value("SELECT id FROM organizations")
    await people.member(org_id, ANN, Role.VIEWER)
    user = (await ids("users", f"email = '{ANN}'"))[0]
    made = await me.input("createPasswordReset", "CreatePasswordResetInput", "link", userId=user)
    token = made.data["createPasswordReset"]["link"].partition("=")[2]
    reset = await anonymous.input(
        "resetPassword", "ResetPasswordInput", "changed", token=token, password=NEW
    )
    assert reset.data == {"resetPassword": {"changed": True}}
    await login(anonymous, ANN, NEW)


async def test_the_access_log_is_filtered_by_what_is_indexed(me: Client, anonymous: Client) -> None:
    await anonymous.input("login", "LoginInput", "expiresAt", email=EMAIL, password="wrong")
    query = """query L($filter: AccessLogFilter) { accessLogs(filter: $filter) {
        nodes { event method email reason user { name } address } } }"""
    every = (await me(query)).data["accessLogs"]["nodes"]
    assert [row["event"] for row in every] == ["SIGN_IN_REFUSED", "SIGN_IN"]
    assert (every[0]["reason"], every[0]["email"]) == ("wrong password", EMAIL)

    async def events(**wanted: Any) -> list[str]:
        found = (await me(query, filter=wanted)).data["accessLogs"]["nodes"]
        return [row["event"] for row in found]

    assert await events(event="SIGN_IN") == ["SIGN_IN"]
    assert await events(userId=(await ids("users"))[0]) == ["SIGN_IN_REFUSED", "SIGN_IN"]
    assert await events(userId=encode_id("User", "00000000-0000-7000-8000-000000000000")) == []
    assert await events(after="2100-01-01T00:00:00Z") == []
    assert await events(before="2100-01-01T00:00:00Z") == ["SIGN_IN_REFUSED", "SIGN_IN"]


async def test_entries_of_nobody_are_for_super_admins(
    rt: Runtime, me: Client, anonymous: Client, owner: Client
) -> None:
    await anonymous.input("login", "LoginInput", "expiresAt", email="x@y.example", password="z")
    query = "{ accessLogs(filter: {unassigned: true}) { nodes { email event } } }"
    found = (await me(query)).data["accessLogs"]
    assert found["nodes"] == [{"email": "x@y.example", "event": "SIGN_IN_REFUSED"}]
    assert (await owner(query)).code == "FORBIDDEN"
    assert (await owner("{ accessLogs { nodes { email } } }")).data["accessLogs"]["nodes"] == []


async def test_refusals_of_credentials_say_whose_they_were(
    owner: Client, org: Org, anonymous: Client
) -> None:
    await db.execute("UPDATE api_keys SET revoked_at = now() WHERE role = 'viewer'")
    for token in (org.keys[Role.VIEWER], "dagy_sk_made-up", "dagy_at_made-up", "a.b.c"):
        assert (await Client(owner.http, token)("{ viewer { role } }")).code == "UNAUTHENTICATED"
    rows = await db.fetch("SELECT org_id, method, reason FROM access_logs ORDER BY id")
    assert [(row["org_id"], row["method"]) for row in rows] == [
        (org.id, "API_KEY"),
        (None, "API_KEY"),
        (None, "ACCESS_TOKEN"),
    ]
    assert rows[0]["reason"].startswith("revoked key:dagy_sk_")


async def test_an_attacker_does_not_fill_the_log(anonymous: Client) -> None:
    for number in range(25):
        await Client(anonymous.http, f"dagy_at_{number}")("{ viewer { role } }")
    assert await db.fetch_value("SELECT count(*) FROM access_logs") == 20


async def test_another_organization_sees_none_of_it(me: Client, stranger: Client) -> None:
    session, user = (await ids("access_tokens"))[0], (await ids("users", f"email = '{EMAIL}'"))[0]
    for query in ("accessToken(id: $id) { id }", "node(id: $id) { id }"):
        assert (await stranger(f"query Q($id: ID!) {{ {query} }}", id=session)).code == "NOT_FOUND"
    for query in ("user(id: $id) { id }", "node(id: $id) { id }"):
        assert (await stranger(f"query Q($id: ID!) {{ {query} }}", id=user)).code == "NOT_FOUND"
    revoked = await stranger.input(
        "revokeAccessToken", "RevokeAccessTokenInput", "revokedId", id=session
    )
    assert revoked.code == "NOT_FOUND"
    reset = await stranger.input(
        "createPasswordReset", "CreatePasswordResetInput", "link", userId=user
    )
    assert reset.code == "NOT_FOUND"
    assert len((await stranger("{ users { nodes { id } } }")).data["users"]["nodes"]) == 4
    assert (await me("{ viewer { role } }")).data["viewer"] == {"role": "OWNER"}


async def test_viewers_know_only_themselves(
    as_: As, rt: Runtime, org: Org, anonymous: Client
) -> None:
    await people.member(org.id, ANN, Role.VIEWER)
    ann = await login(anonymous, ANN)
    own = await ann("{ viewer { user { email } sessions { method } } }")
    assert own.data["viewer"] == {"user": {"email": ANN}, "sessions": [{"method": "PASSWORD"}]}
    for query in (
        "users { nodes { id } }",
        "accessTokens { nodes { id } }",
        "accessLogs { nodes { id } }",
        "invitations { nodes { id } }",
    ):
        assert (await ann(f"{{ {query} }}")).code == "FORBIDDEN"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_no_foreign_page_can_sign_a_browser_in(
    rt: Runtime, anonymous: Client, content_type: str
) -> None:
    """Such content types need no permission of ours to be sent from elsewhere."""
    await people.first_owner(rt)
    mutation = "mutation M($input: LoginInput!) { login(input: $input) { expiresAt } }"
    variables = {"input": {"email": EMAIL, "password": PASSWORD}}
    body = json.dumps({"query": mutation, "variables": variables})
    response = await anonymous.http.post(
        "/graphql", content=body, headers={"Content-Type": content_type}
    )
    assert response.status_code == 415
    assert "set-cookie" not in response.headers
    assert await db.fetch_value("SELECT count(*) FROM access_tokens") == 0
