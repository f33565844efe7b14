"""Who is asking, as people see it."""

from dataclasses import dataclass

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.errors import NotFound
from dagy_gql.repositories import accounts, organizations
from dagy_gql.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Viewer:
    """`user` is None for an API key."""

    user: asyncpg.Record | None
    organization: asyncpg.Record


async def viewer(rt: Runtime, actor: Actor) -> Viewer:
    organization = await organizations.organization(actor.org_id)
    if organization is None:
        raise NotFound("organization", actor.org_id)
    is_key = actor.name.startswith("key:")
    user = None if is_key or actor.user_id is None else await accounts.user(actor.user_id)
    return Viewer(user=user, organization=organization)
