"""Environments: names that deployments and runs carry."""

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.errors import NotFound
from dagy_gql.repositories.organizations import EnvironmentRepository
from dagy_gql.runtime import Runtime


async def by_name(rt: Runtime, actor: Actor, name: str) -> asyncpg.Record:
    """Raises NotFound."""
    row = await EnvironmentRepository(actor.org_id).by_name(name)
    if row is None:
        raise NotFound("environment", name)
    return row
