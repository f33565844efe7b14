"""Who belongs to an organization, and as what. There is always an owner who can sign in."""

from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import Role
from dagy_gql.errors import Conflict, NotAllowed, NotFound
from dagy_gql.repositories import accounts
from dagy_gql.repositories.api_keys import ApiKeyRepository
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, roles

_AUDITED = ("role", "custom_role_id")


async def update(
    rt: Runtime,
    actor: Actor,
    *,
    membership_id: UUID,
    role: Role | None,
    custom_role_id: UUID | None,
) -> asyncpg.Record:
    """Give a member another role. Raises NotFound, BadUserInput, Forbidden, NotAllowed (owners),
    and Conflict for the last owner."""
    repository = MembershipRepository(actor.org_id)
    async with db.transaction():
        await repository.hold()
        before = await repository.held(membership_id)
        roles.require_covering(actor, await roles.grant_of(actor, before), field="id")
        grant = await roles.granted(actor, role=role, custom_role_id=custom_role_id)
        if grant.role is not Role.OWNER:
            await _require_another_owner(repository, before)
        row = await repository.change(
            membership_id, {"role": grant.role, "custom_role_id": grant.custom_role_id}
        )
        await _note(actor, "membership.update", before=before, after=row)
    return row


async def remove(rt: Runtime, actor: Actor, *, membership_id: UUID) -> None:
    """Ends the member's sessions here, and the keys that are their own. Raises as `update`."""
    repository = MembershipRepository(actor.org_id)
    async with db.transaction():
        await repository.hold()
        before = await repository.held(membership_id)
        if not (actor.is_person and before["user_id"] == actor.user_id):
            roles.require_covering(actor, await roles.grant_of(actor, before), field="id")
        await _remove(repository, before)
        await _note(actor, "membership.delete", before=before)


async def leave(rt: Runtime, actor: Actor) -> UUID:
    """End one's own membership; returns its id. Raises NotAllowed for a key, Conflict."""
    repository = MembershipRepository(actor.org_id)
    if not actor.is_person or actor.user_id is None:
        raise NotAllowed("Only a person leaves an organization: revoke the key instead.")
    async with db.transaction():
        await repository.hold()
        before = await repository.of_user(actor.user_id)
        if before is None:
            raise NotFound(repository.noun, actor.user_id)
        await _remove(repository, before)
        await _note(actor, "membership.leave", before=before)
    key: UUID = before["id"]
    return key


async def _remove(repository: MembershipRepository, membership: asyncpg.Record) -> None:
    await _require_another_owner(repository, membership)
    user_id, now = membership["user_id"], clock.now()
    await repository.remove(membership["id"])
    await repository.revoke_sessions(user_id, now)
    await ApiKeyRepository(repository.org_id).revoke_of_person(user_id, now)


async def _require_another_owner(
    repository: MembershipRepository, membership: asyncpg.Record
) -> None:
    """The caller holds the members, so that two owners cannot step down at once."""
    if membership["role"] != Role.OWNER:
        return
    if not await repository.has_owner_beside(membership["user_id"]):
        raise Conflict("This is the only owner: make somebody else an owner first.", field="id")


async def _note(
    actor: Actor,
    action: str,
    *,
    before: asyncpg.Record,
    after: asyncpg.Record | None = None,
) -> None:
    user: Any = await accounts.user(before["user_id"])
    sides = audit.changed(before, after, columns=_AUDITED)
    audit.note(
        actor,
        action,
        "Membership",
        before["id"],
        name=user["email"] if user else "",
        before=sides[0],
        after=sides[1],
    )
