"""The deployment that a schedule or a sensor starts."""

from uuid import UUID

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.errors import BadUserInput
from dagy_gql.repositories.runs import RunRepository
from dagy_gql.services import runs
from dagy_gql.services.changes import Changes

_DECISIVE = frozenset({"deployment_id", "deployment_name", "parameters"})


async def chosen(actor: Actor, wanted: Changes, *, current: UUID | None) -> asyncpg.Record | None:
    """What `RunRepository.startable` says of the deployment that `wanted` names, else of the
    `current` one; None where nothing about it or the parameters changes.

    Raises BadUserInput unless exactly one is named, NotFound, Forbidden (protected).
    """
    if current is not None and not _DECISIVE & wanted.keys():
        return None
    key, name = wanted.get("deployment_id"), wanted.get("deployment_name")
    if key is None and name is None:
        key = current
    if (key is None) == (name is None):
        raise BadUserInput(
            "Name the deployment by either deploymentId or deploymentName.", field="deploymentId"
        )
    target = await RunRepository(actor.org_id).startable(deployment_id=key, name=name)
    runs.require_trigger(actor, target, field="deploymentId" if key else "deploymentName")
    return target
