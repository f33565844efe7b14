"""Members and their roles: nobody gives or takes more than they have."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import pytest

from dagy_gql import clock, db
from dagy_gql.auth import tokens
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission
from dagy_gql.enums import ActorKind, Role
from dagy_gql.errors import BadUserInput, Conflict, Forbidden, NotAllowed, NotFound
from dagy_gql.ids import new_id
from dagy_gql.models.accounts import AccessToken, ApiKey, Invitation, User
from dagy_gql.models.organizations import Membership
from dagy_gql.repositories import organizations
from dagy_gql.runtime import Runtime
from dagy_gql.services import members, roles


@dataclass(frozen=True)
class Team:
    """A user for every role: actors, and the ids of their memberships."""

    org_id: UUID
    actors: dict[Role, Actor]
    memberships: dict[Role, UUID]


async def add(org_id: UUID, role: Role) -> tuple[Actor, UUID]:
    user = await User.create(email=f"{new_id()}@team.example")
    row = await Membership.create(org_id=org_id, user_id=user.id, role=role)
    actor = Actor(org_id, user.email, ROLE_PERMISSIONS[role], role=role, user_id=user.id)
    return actor, row.id


@pytest.fixture
async def team(rt: Runtime) -> Team:
    org_id = await organizations.add_organization("Team", slug="team", now=clock.now())
    made = {role: await add(org_id, role) for role in Role}
    return Team(
        org_id,
        {role: actor for role, (actor, _) in made.items()},
        {role: key for role, (_, key) in made.items()},
    )


async def stored() -> list[tuple[str, str | None]]:
    rows = await db.fetch("SELECT id::text, role FROM memberships ORDER BY id")
    return [(row["id"], row["role"]) for row in rows]


async def change(rt: Runtime, team: Team, by: Role, of: Role, to: Role) -> None:
    await members.update(
        rt,
        team.actors[by],
        membership_id=team.memberships[of],
        role=to,
        custom_role_id=None,
    )


@pytest.mark.parametrize(
    ("by", "of", "to", "error"),
    [
        (Role.ADMIN, Role.VIEWER, Role.OWNER, NotAllowed),
        (Role.ADMIN, Role.ADMIN, Role.OWNER, NotAllowed),
        (Role.ADMIN, Role.OWNER, Role.VIEWER, NotAllowed),
        (Role.DEVELOPER, Role.VIEWER, Role.ADMIN, Forbidden),
        (Role.VIEWER, Role.DEVELOPER, Role.VIEWER, Forbidden),
        (Role.OWNER, Role.OWNER, Role.ADMIN, Conflict),
    ],
)
async def test_what_one_has_not_one_cannot_give_or_take(
    rt: Runtime, team: Team, by: Role, of: Role, to: Role, error: type[Exception]
) -> None:
    before = await stored()
    with pytest.raises(error):
        await change(rt, team, by, of, to)
    assert await stored() == before


async def test_within_that_roles_change(rt: Runtime, team: Team) -> None:
    await change(rt, team, Role.ADMIN, Role.VIEWER, Role.DEVELOPER)
    await change(rt, team, Role.OWNER, Role.ADMIN, Role.OWNER)
    await change(rt, team, Role.OWNER, Role.OWNER, Role.VIEWER)
    found = dict(await stored())
    assert found[str(team.memberships[Role.VIEWER])] == "developer"
    assert found[str(team.memberships[Role.ADMIN])] == "owner"
    assert found[str(team.memberships[Role.OWNER])] == "viewer"


async def test_a_key_with_every_scope_is_no_owner(rt: Runtime, team: Team) -> None:
    key = Actor(
        team.org_id,
        "key:x",
        frozenset(Permission),
        user_id=team.actors[Role.OWNER].user_id,
        kind=ActorKind.API_KEY,
    )
    for of, to in ((Role.VIEWER, Role.OWNER), (Role.OWNER, Role.VIEWER)):
        with pytest.raises(NotAllowed):
            await members.update(
                rt, key, membership_id=team.memberships[of], role=to, custom_role_id=None
            )
    with pytest.raises(NotAllowed):
        await members.remove(rt, key, membership_id=team.memberships[Role.OWNER])
    with pytest.raises(NotAllowed):
        await members.leave(rt, key)
    assert len(await stored()) == 4


async def test_of_two_owners_who_step_down_at_once_one_stays(rt: Runtime, team: Team) -> None:
    await change(rt, team, Role.OWNER, Role.ADMIN, Role.OWNER)
    first, second = team.actors[Role.OWNER], team.actors[Role.ADMIN]

    done = await asyncio.gather(
        members.leave(rt, first), members.leave(rt, second), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in done) == ["Conflict", "UUID"]
    assert [role for _, role in await stored()].count("owner") == 1


async def test_an_owner_who_cannot_sign_in_does_not_count(rt: Runtime, team: Team) -> None:
    other, _ = await add(team.org_id, Role.OWNER)
    await User.filter(id=other.user_id).update(disabled_at=clock.now())
    with pytest.raises(Conflict):
        await members.leave(rt, team.actors[Role.OWNER])


async def test_who_leaves_loses_sessions_and_keys_of_their_own_here(
    rt: Runtime, team: Team
) -> None:
    viewer, elsewhere = team.actors[Role.VIEWER], await _organization("elsewhere")
    sessions = [await _session(viewer, org_id) for org_id in (team.org_id, elsewhere)]
    keys = [await _key(viewer, account=None), await _key(viewer, account=await _account(team))]

    await members.remove(rt, team.actors[Role.ADMIN], membership_id=team.memberships[Role.VIEWER])

    ended = [(await AccessToken.get(id=key)).revoked_at is not None for key in sessions]
    revoked = [(await ApiKey.get(id=key)).revoked_at is not None for key in keys]
    assert (ended, revoked) == ([True, False], [True, False])
    assert str(team.memberships[Role.VIEWER]) not in dict(await stored())
    note = await db.fetch_row("SELECT action, resource_name FROM audit_logs")
    assert note is not None
    assert tuple(note) == ("membership.delete", viewer.name)


async def _organization(slug: str) -> UUID:
    return await organizations.add_organization(slug, slug=slug, now=clock.now())


async def _session(actor: Actor, org_id: UUID) -> UUID:
    row = await AccessToken.create(
        user_id=actor.user_id,
        org_id=org_id,
        token_hash=tokens.new("dagy_at_").sha256,
        expires_at=clock.now(),
    )
    key: UUID = row.id
    return key


async def _account(team: Team) -> UUID:
    return await _service_account(team.org_id)


async def _service_account(org_id: UUID) -> UUID:
    key = new_id()
    await db.execute(
        "INSERT INTO service_accounts (id, org_id, name, description, role, created_by, created_at)"
        " VALUES ($1, $2, 'robot', '', 'viewer', '', now())",
        key,
        org_id,
    )
    return key


async def _key(actor: Actor, *, account: UUID | None) -> UUID:
    row = await ApiKey.create(
        org_id=actor.org_id,
        created_by_id=actor.user_id,
        service_account_id=account,
        name="k",
        prefix="p",
        key_hash=tokens.new("dagy_sk_").sha256,
    )
    key: UUID = row.id
    return key


async def test_somebody_elses_membership_is_not_found(rt: Runtime, team: Team) -> None:
    theirs, key = await add(await _organization("theirs"), Role.VIEWER)
    assert theirs.org_id != team.org_id
    with pytest.raises(NotFound):
        await members.remove(rt, team.actors[Role.OWNER], membership_id=key)
    assert len(await stored()) == 5


async def test_a_custom_role_holds_only_what_its_maker_has(rt: Runtime, team: Team) -> None:
    admin = team.actors[Role.ADMIN]
    with pytest.raises(Forbidden) as caught:
        await roles.create(
            rt, admin, name="boss", description="", wanted=[Permission.BILLING_WRITE]
        )
    assert caught.value.extensions["permission"] == "BILLING_WRITE"
    role = await roles.create(
        rt, team.actors[Role.OWNER], name="boss", description="", wanted=[Permission.BILLING_WRITE]
    )
    for changes in ({"permissions": []}, {"description": "x"}):
        with pytest.raises(Forbidden):
            await roles.update(rt, admin, changes, role_id=role["id"])
    with pytest.raises(Forbidden):
        await roles.granted(admin, role=None, custom_role_id=role["id"])
    with pytest.raises(Forbidden):
        await roles.delete(rt, admin, role_id=role["id"])
    found = await db.fetch("SELECT name, permissions FROM custom_roles")
    assert [tuple(row) for row in found] == [("boss", ["billing.write"])]


async def test_a_role_in_use_stays_until_nobody_has_it(rt: Runtime, team: Team) -> None:
    owner = team.actors[Role.OWNER]
    role = await roles.create(
        rt, owner, name="triggers", description="", wanted=[Permission.RUNS_TRIGGER]
    )
    key, membership = role["id"], team.memberships[Role.VIEWER]
    await members.update(rt, owner, membership_id=membership, role=None, custom_role_id=key)
    with pytest.raises(Conflict):
        await roles.delete(rt, owner, role_id=key)
    await members.update(rt, owner, membership_id=membership, role=Role.VIEWER, custom_role_id=None)
    await _finished_invitation(team.org_id, key)
    await roles.delete(rt, owner, role_id=key)
    assert await db.fetch_value("SELECT count(*) FROM custom_roles") == 0


async def _finished_invitation(org_id: UUID, role_id: UUID) -> None:
    await Invitation.create(
        org_id=org_id,
        email="x@y.example",
        custom_role_id=role_id,
        token_hash="x",
        expires_at=clock.now(),
        accepted_at=clock.now(),
    )


@pytest.mark.parametrize("name", ["owner", "Admin", "", "x" * 101, "a/b"])
async def test_a_role_needs_a_name_of_its_own(rt: Runtime, team: Team, name: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        await roles.create(rt, team.actors[Role.OWNER], name=name, description="", wanted=[])
    assert caught.value.extensions["field"] == "name"


async def test_two_roles_of_one_name_are_a_conflict(rt: Runtime, team: Team) -> None:
    owner = team.actors[Role.OWNER]
    await roles.create(rt, owner, name="one", description="", wanted=[])
    two = await roles.create(rt, owner, name="two", description="", wanted=[])
    with pytest.raises(Conflict):
        await roles.create(rt, owner, name="one", description="", wanted=[])
    with pytest.raises(Conflict):
        await roles.update(rt, owner, {"name": "one"}, role_id=two["id"])


@pytest.mark.parametrize("both", [True, False])
async def test_a_grant_is_one_of_the_two_kinds(rt: Runtime, team: Team, both: bool) -> None:
    role, custom = (Role.VIEWER, new_id()) if both else (None, None)
    with pytest.raises(BadUserInput):
        await roles.granted(team.actors[Role.OWNER], role=role, custom_role_id=custom)
