"""Keys do what their scopes say and their holders may; nobody gets hold of more than they have."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from dagy_gql import clock, db
from dagy_gql.auth import authenticate
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission
from dagy_gql.enums import ActorKind, Role
from dagy_gql.errors import BadUserInput, Conflict, Forbidden, NotAllowed, NotFound, Unauthenticated
from dagy_gql.ids import new_id
from dagy_gql.models.accounts import User
from dagy_gql.models.organizations import CustomRole, Membership
from dagy_gql.repositories import credentials, organizations
from dagy_gql.runtime import Runtime
from dagy_gql.services import api_keys, service_accounts
from dagy_gql.services.api_keys import Shown

READ = [Permission.RUNS_READ, Permission.FLOWS_READ]


@pytest.fixture
async def owner(rt: Runtime) -> Actor:
    org_id = await organizations.add_organization("Keys", slug="keys", now=clock.now())
    return await person(org_id, Role.OWNER)


async def person(org_id: Any, role: Role) -> Actor:
    user = await User.create(email=f"{new_id()}@keys.example")
    await Membership.create(org_id=org_id, user_id=user.id, role=role)
    return Actor(org_id, user.email, ROLE_PERMISSIONS[role], role=role, user_id=user.id)


async def made(rt: Runtime, actor: Actor, *scopes: Permission, **changes: Any) -> Shown:
    values = {"name": "ci", "expires_at": None, "service_account_id": None} | changes
    return await api_keys.create(rt, actor, scopes=list(scopes), **values)


async def account(rt: Runtime, actor: Actor, role: Role = Role.DEVELOPER) -> Any:
    row = await service_accounts.create(
        rt, actor, name="robot", description="", role=role, custom_role_id=None
    )
    return row["id"]


async def asked(secret: str) -> Actor:
    return await Authenticator().actor(secret)


async def refused(secret: str) -> bool:
    with pytest.raises(Unauthenticated):
        await asked(secret)
    return True


async def test_a_key_does_what_its_scopes_say(rt: Runtime, owner: Actor) -> None:
    shown = await made(rt, owner, *READ)
    actor = await asked(shown.secret)
    assert actor.permissions == frozenset(READ)
    assert (actor.kind, actor.user_id, actor.role) == (ActorKind.API_KEY, owner.user_id, None)
    assert (actor.name, actor.credential_id) == (f"key:{shown.secret[:14]}", shown.row["id"])
    assert (await asked((await made(rt, owner)).secret)).permissions == frozenset()


async def test_a_key_does_what_its_maker_may_today(rt: Runtime, owner: Actor) -> None:
    shown = await made(rt, owner, Permission.RUNS_READ, Permission.RUNS_WRITE)
    await db.execute("UPDATE memberships SET role = 'viewer'")
    assert (await asked(shown.secret)).permissions == {Permission.RUNS_READ}
    role = await CustomRole.create(org_id=owner.org_id, name="w", permissions=["runs.write", "x"])
    await db.execute("UPDATE memberships SET role = NULL, custom_role_id = $1", role.id)
    assert (await asked(shown.secret)).permissions == {Permission.RUNS_WRITE}
    await db.execute("UPDATE users SET disabled_at = now()")
    assert await refused(shown.secret)


async def test_a_key_dies_with_the_membership(rt: Runtime, owner: Actor) -> None:
    own = await made(rt, owner, *READ)
    of_account = await made(rt, owner, *READ, service_account_id=await account(rt, owner))
    await db.execute("DELETE FROM memberships")
    assert await refused(own.secret)
    assert (await asked(of_account.secret)).permissions == frozenset(READ)


async def test_nobody_makes_a_key_that_can_do_more(rt: Runtime, owner: Actor) -> None:
    admin = await person(owner.org_id, Role.ADMIN)
    key = await asked((await made(rt, admin, Permission.API_KEYS_WRITE)).secret)
    for actor, scope in ((admin, Permission.BILLING_WRITE), (key, Permission.RUNS_READ)):
        with pytest.raises(Forbidden) as caught:
            await made(rt, actor, scope)
        assert caught.value.extensions == {
            "code": "FORBIDDEN",
            "permission": scope.name,
            "field": "scopes",
        }
    assert await db.fetch_value("SELECT count(*) FROM api_keys") == 1
    assert (await made(rt, key, Permission.API_KEYS_WRITE)).row["created_by_id"] == admin.user_id


async def test_nobody_gets_the_secret_of_a_key_that_can_do_more(rt: Runtime, owner: Actor) -> None:
    admin = await person(owner.org_id, Role.ADMIN)
    strong = (await made(rt, owner, Permission.BILLING_WRITE)).row["id"]
    first = (await made(rt, owner)).row["id"]
    await db.execute("UPDATE api_keys SET role = 'owner' WHERE id = $1", first)
    before = await hashes()
    with pytest.raises(Forbidden):
        await api_keys.rotate(rt, admin, key_id=strong)
    with pytest.raises(NotAllowed):
        await api_keys.rotate(rt, admin, key_id=first)
    with pytest.raises(Forbidden):
        await api_keys.update(rt, admin, {"name": "mine"}, key_id=strong)
    assert await hashes() == before
    revoked = await api_keys.revoke(rt, admin, key_id=first)
    assert revoked["revoked_at"] is not None


async def hashes() -> list[Any]:
    rows = await db.fetch("SELECT id, key_hash, name FROM api_keys ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_rotation_leaves_the_old_secret_its_grace(rt: Runtime, owner: Actor) -> None:
    old = await made(rt, owner, *READ)
    new = await api_keys.rotate(rt, owner, key_id=old.row["id"])
    ids = {(await asked(each.secret)).credential_id for each in (old, new)}
    assert ids == {old.row["id"]}
    grace = new.row["previous_expires_at"] - new.row["rotated_at"]
    assert grace == timedelta(days=1)
    await db.execute("UPDATE api_keys SET previous_expires_at = now() - interval '1 second'")
    assert await refused(old.secret)
    assert (await asked(new.secret)).permissions == frozenset(READ)


async def test_without_grace_the_old_secret_ends_at_once(rt: Runtime, owner: Actor) -> None:
    old = await made(rt, owner, *READ)
    new = await api_keys.rotate(rt, owner, key_id=old.row["id"], grace_seconds=0)
    assert await refused(old.secret)
    third = await api_keys.rotate(rt, owner, key_id=old.row["id"], grace_seconds=60)
    assert await refused(old.secret)
    assert {(await asked(each.secret)).credential_id for each in (new, third)} == {new.row["id"]}


@pytest.mark.parametrize("seconds", [-1, 30 * 86400 + 1])
async def test_a_grace_has_bounds(rt: Runtime, owner: Actor, seconds: int) -> None:
    key = (await made(rt, owner)).row["id"]
    with pytest.raises(BadUserInput) as caught:
        await api_keys.rotate(rt, owner, key_id=key, grace_seconds=seconds)
    assert caught.value.extensions["field"] == "graceSeconds"


async def test_revoking_ends_both_secrets_for_good(rt: Runtime, owner: Actor) -> None:
    old = await made(rt, owner, *READ)
    new = await api_keys.rotate(rt, owner, key_id=old.row["id"])
    first = await api_keys.revoke(rt, owner, key_id=old.row["id"])
    again = await api_keys.revoke(rt, owner, key_id=old.row["id"])
    assert again["revoked_at"] == first["revoked_at"]
    assert await refused(old.secret)
    assert await refused(new.secret)
    with pytest.raises(Conflict):
        await api_keys.rotate(rt, owner, key_id=old.row["id"])
    with pytest.raises(Conflict):
        await api_keys.update(rt, owner, {"name": "x"}, key_id=old.row["id"])


async def test_scopes_name_and_expiry_change(rt: Runtime, owner: Actor) -> None:
    shown = await made(rt, owner, *READ)
    until = clock.now() + timedelta(hours=1)
    changes = {"name": "cd", "scopes": [Permission.RUNS_WRITE], "expires_at": until}
    row = await api_keys.update(rt, owner, changes, key_id=shown.row["id"])
    assert (row["name"], row["scopes"], row["expires_at"]) == ("cd", ["runs.write"], until)
    assert (await asked(shown.secret)).permissions == {Permission.RUNS_WRITE}
    await db.execute("UPDATE api_keys SET expires_at = now() - interval '1 second'")
    assert await refused(shown.secret)


async def test_a_key_does_not_expire_in_the_past(rt: Runtime, owner: Actor) -> None:
    past = clock.now() - timedelta(seconds=1)
    with pytest.raises(BadUserInput) as caught:
        await made(rt, owner, expires_at=past)
    assert caught.value.extensions["field"] == "expiresAt"
    assert await db.fetch_value("SELECT count(*) FROM api_keys") == 0


async def test_a_service_accounts_key_has_its_rights(rt: Runtime, owner: Actor) -> None:
    key = await account(rt, owner, Role.VIEWER)
    shown = await made(rt, owner, *READ, Permission.RUNS_WRITE, service_account_id=key)
    actor = await asked(shown.secret)
    assert actor.permissions == frozenset(READ)
    assert (actor.kind, actor.name) == (ActorKind.SERVICE_ACCOUNT, "service:robot")
    assert (actor.service_account_id, actor.user_id) == (key, None)
    await service_accounts.update(rt, owner, {"disabled": True}, account_id=key)
    assert await refused(shown.secret)
    await service_accounts.update(rt, owner, {"disabled": False}, account_id=key)
    assert (await asked(shown.secret)).permissions == frozenset(READ)
    await service_accounts.delete(rt, owner, account_id=key)
    assert await refused(shown.secret)


async def test_a_service_account_is_not_above_its_maker(rt: Runtime, owner: Actor) -> None:
    admin = await person(owner.org_id, Role.ADMIN)
    with pytest.raises(NotAllowed):
        await account(rt, admin, Role.OWNER)
    key = await account(rt, owner, Role.OWNER)
    with pytest.raises(NotAllowed):
        await service_accounts.update(rt, admin, {"description": "mine"}, account_id=key)
    with pytest.raises(NotAllowed):
        await service_accounts.delete(rt, admin, account_id=key)
    assert await db.fetch_value("SELECT count(*) FROM service_accounts") == 1


async def test_a_service_account_of_others_is_not_found(rt: Runtime, owner: Actor) -> None:
    org_id = await organizations.add_organization("Other", slug="other", now=clock.now())
    theirs = await account(rt, await person(org_id, Role.OWNER))
    with pytest.raises(NotFound):
        await made(rt, owner, service_account_id=theirs)
    assert await db.fetch_value("SELECT count(*) FROM api_keys") == 0


async def test_the_first_key_is_an_owner_only_while_its_maker_is(rt: Runtime, owner: Actor) -> None:
    shown = await made(rt, owner)
    await db.execute("UPDATE api_keys SET role = 'owner'")
    assert (await asked(shown.secret)).is_owner
    every = [permission.value for permission in Permission]
    role = await CustomRole.create(org_id=owner.org_id, name="all", permissions=every)
    await db.execute("UPDATE memberships SET role = NULL, custom_role_id = $1", role.id)
    actor = await asked(shown.secret)
    assert (actor.is_owner, actor.permissions) == (False, frozenset(Permission))


async def test_use_is_noted_once_a_minute_and_nobody_waits(rt: Runtime, owner: Actor) -> None:
    shown = await made(rt, owner)
    for _ in range(2):
        authenticator = Authenticator()
        await authenticator.actor(shown.secret)
        await authenticator.settled()
    first = await db.fetch_value("SELECT last_used_at FROM api_keys")
    assert clock.now() - first < timedelta(minutes=1)
    assert await db.fetch_value("SELECT xmin FROM api_keys") == await _noted(shown)
    await db.execute("UPDATE api_keys SET last_used_at = last_used_at - interval '61 seconds'")
    authenticator = Authenticator()
    await authenticator.actor(shown.secret)
    await authenticator.settled()
    assert await db.fetch_value("SELECT last_used_at FROM api_keys") > first


async def _noted(shown: Shown) -> Any:
    """The last write, after one more look within the minute."""
    authenticator = Authenticator()
    await authenticator.actor(shown.secret)
    await authenticator.settled()
    return await db.fetch_value("SELECT xmin FROM api_keys")


async def test_a_thousand_who_ask_at_once_cost_one_look(
    rt: Runtime, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, looks, original = await made(rt, owner, *READ), [], credentials.key_all_orgs

    async def counted(*args: Any) -> Any:
        looks.append(args)
        return await original(*args)

    monkeypatch.setattr(authenticate.credentials, "key_all_orgs", counted)
    authenticator = Authenticator()
    found = await asyncio.gather(*(authenticator.still(shown.secret) for _ in range(1000)))
    assert (len(looks), len(set(map(id, found)))) == (1, 1)


async def test_still_says_who_has_what_is_needed(rt: Runtime, owner: Actor) -> None:
    shown, authenticator = await made(rt, owner, *READ), Authenticator()
    assert await authenticator.still(shown.secret, frozenset(READ)) is not None
    assert await authenticator.still(shown.secret, frozenset({Permission.RUNS_WRITE})) is None
    assert await authenticator.still("dagy_sk_unknown") is None
