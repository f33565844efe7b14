"""Protected environments: what is in one is changed, started, stopped and revealed with rights of
their own, beside those that the operation needs everywhere.

Asked of the rows that are meant, so that every way to them is the same. In a transaction an
environment that is not protected stays so until it ends.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import Forbidden
from dagy_gql.repositories.environments import EnvironmentRepository


async def require(
    actor: Actor, permission: Permission, environment_ids: Iterable[UUID | None], *, field: str
) -> None:
    """Raises Forbidden where one of them is protected; None is no environment."""
    keys = {key for key in environment_ids if key is not None}
    if keys and not actor.can(permission):
        found = await EnvironmentRepository(actor.org_id).protected(sorted(keys))
        require_in(actor, permission, found, field=field)


async def require_for_runs(actor: Actor, run_ids: Sequence[UUID], *, field: str) -> None:
    """Of runs, by the environment that each was started in: to start, retry or cancel them."""
    permission = Permission.PROTECTED_RUNS_TRIGGER
    if not actor.can(permission):
        found = await EnvironmentRepository(actor.org_id).protected_of_runs(run_ids)
        require_in(actor, permission, found, field=field)


async def require_for_triggers(actor: Actor, deployment_ids: Iterable[UUID], *, field: str) -> None:
    """Of deployments: to change the schedules and sensors that start them."""
    permission = Permission.PROTECTED_RUNS_TRIGGER
    if not actor.can(permission):
        rows = EnvironmentRepository(actor.org_id)
        found = await rows.protected_of_deployments(sorted(set(deployment_ids)))
        require_in(actor, permission, found, field=field)


async def require_for_flow(actor: Actor, flow_name: str, *, field: str) -> None:
    """Of a flow: to change all its deployments at once."""
    permission = Permission.PROTECTED_DEPLOYMENTS_WRITE
    if not actor.can(permission):
        found = await EnvironmentRepository(actor.org_id).protected_of_flow(flow_name)
        require_in(actor, permission, found, field=field)


def require_in(
    actor: Actor, permission: Permission, protected: str | None, *, field: str | None
) -> None:
    """`protected` is the name of a protected environment, if there is one. Raises Forbidden."""
    if protected is not None and not actor.can(permission):
        why = (
            f"The environment {protected!r} is protected: ask an owner or admin for a role or key"
            " with this permission."
        )
        raise Forbidden(permission.name, field=field, why=why, environment=protected)
