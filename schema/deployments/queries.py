"""deployment, deployments."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import deployments as stored
from dagy_gql.repositories.deployments import DeploymentRepository
from dagy_gql.repositories.pagination import Page, decode_id_of
from dagy_gql.services import deployments, environments
from schema.arguments import exactly_one
from schema.context import Context, Info
from schema.deployments.types import Deployment
from schema.fields import field
from schema.pagination import Connection, Listing, selected


@strawberry.input
class DeploymentFilter:
    name: str | None = None
    flow_name: str | None = None
    environment: str | None = strawberry.field(default=None, description="Its name.")
    paused: bool | None = None
    search: str | None = strawberry.field(
        default=None, description="A part of its name or of its flow's, in either case."
    )


async def _stored(context: Context, wanted: DeploymentFilter) -> stored.DeploymentFilter:
    environment_id = None
    if wanted.environment is not None:
        row = await environments.by_name(context.rt, context.actor, wanted.environment)
        environment_id = row["id"]
    return stored.DeploymentFilter(
        name=wanted.name,
        flow_name=wanted.flow_name,
        environment_id=environment_id,
        paused=wanted.paused,
        search=wanted.search,
    )


async def _deployment(info: Info, id: strawberry.ID | None = None, name: str | None = None) -> Any:
    exactly_one(id=id, name=name)
    context = info.context
    if name is not None:
        return await deployments.by_name(context.rt, context.actor, name)
    repository = DeploymentRepository(context.actor.org_id)
    return await repository.by_id(decode_id_of("Deployment", id or ""))


async def _deployments(
    info: Info,
    filter: DeploymentFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted = await _stored(info.context, filter or DeploymentFilter())
    repository = DeploymentRepository(info.context.actor.org_id)
    page = Page.of(first, after, last=last, before=before)
    slice_ = await repository.slice(
        repository.matching(wanted), page=page, columns=selected(info, repository.order)
    )
    return Listing(slice_, lambda: repository.count(repository.matching(wanted)))


@strawberry.type
class DeploymentQueries:
    deployment: Deployment | None = field(_deployment, requires=Permission.DEPLOYMENTS_READ)
    deployments: Connection[Deployment] = field(
        _deployments, requires=Permission.DEPLOYMENTS_READ, description="Newest first."
    )
