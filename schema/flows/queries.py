"""flow, flows."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import BadUserInput
from dagy_gql.repositories import flows as stored
from dagy_gql.repositories.flows import FlowRepository
from dagy_gql.repositories.pagination import Page, decode_id_of
from dagy_gql.services import flows
from schema.arguments import exactly_one
from schema.context import Info
from schema.enums import FlowOrder, FlowStatus
from schema.fields import field
from schema.flows.types import Flow
from schema.pagination import Connection, Listing, selected


@strawberry.input
class FlowFilter:
    name: str | None = None
    namespace: str | None = strawberry.field(
        default=None, description="This namespace and those below it."
    )
    status: FlowStatus | None = None
    search: str | None = strawberry.field(default=None, description="Text within the name.")

    def stored(self) -> stored.FlowFilter:
        return stored.FlowFilter(
            name=self.name, namespace=self.namespace, status=self.status, search=self.search
        )


async def _flow(
    info: Info,
    id: strawberry.ID | None = None,
    name: str | None = None,
    version: str | None = None,
) -> Any:
    exactly_one(id=id, name=name)
    context = info.context
    if name is not None:
        return await flows.by_version(context.rt, context.actor, name=name, version=version)
    if version is not None:
        raise BadUserInput("An id names the version already.", field="version")
    return await FlowRepository(context.actor.org_id).by_id(decode_id_of("Flow", id or ""))


async def _flows(
    info: Info,
    filter: FlowFilter | None = None,
    order_by: FlowOrder = FlowOrder.CREATED_AT_DESC,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    repository = FlowRepository(info.context.actor.org_id)
    order, wanted = order_by.order, (filter or FlowFilter()).stored()
    page = Page.of(first, after, last=last, before=before, readers=order.readers)
    slice_ = await repository.slice(
        repository.latest(wanted), page=page, order=order, columns=selected(info, order)
    )
    return Listing(slice_, lambda: repository.count(repository.latest(wanted)))


@strawberry.type
class FlowQueries:
    flow: Flow | None = field(
        _flow,
        requires=Permission.FLOWS_READ,
        description="By id, or by name: then the given version, or the latest.",
    )
    flows: Connection[Flow] = field(
        _flows, requires=Permission.FLOWS_READ, description="The latest version of every flow."
    )
