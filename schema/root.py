"""The one schema: what the rooms contribute, put together."""

from functools import partial
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types import ExecutionResult as StrawberryResult

from schema.accounts.entrance import EntranceMutations, EntranceQueries
from schema.accounts.links import LinkMutations, LinkQueries
from schema.accounts.mutations import AccountMutations
from schema.accounts.queries import AccountQueries
from schema.api_keys.mutations import ApiKeyMutations
from schema.api_keys.queries import ApiKeyQueries
from schema.api_keys.service_accounts import ServiceAccountMutations
from schema.audit.queries import AuditQueries
from schema.auditing import Auditing
from schema.billing.mutations import BillingMutations
from schema.billing.queries import BillingQueries
from schema.bulk_operations.mutations import BulkOperationMutations
from schema.bulk_operations.queries import BulkOperationQueries
from schema.bulk_operations.subscriptions import BulkOperationSubscriptions
from schema.context import Context
from schema.dashboard.queries import DashboardQueries
from schema.deployments.mutations import DeploymentMutations
from schema.deployments.queries import DeploymentQueries
from schema.drafts.mutations import DraftMutations
from schema.drafts.queries import DraftQueries
from schema.environments.mutations import EnvironmentMutations
from schema.environments.queries import EnvironmentQueries
from schema.errors import expected, shown
from schema.flows.mutations import FlowMutations
from schema.flows.queries import FlowQueries
from schema.health.queries import HealthQueries
from schema.leaves import shorten, value_of
from schema.nodes import NodeQueries
from schema.notifications.mutations import NotificationMutations
from schema.notifications.queries import NotificationQueries
from schema.operations import Preparation, documents
from schema.organizations.mutations import OrganizationMutations
from schema.organizations.queries import OrganizationQueries
from schema.organizations.roles import RoleMutations
from schema.reading import answered, wished
from schema.roots import shorten_roots
from schema.runs.comparisons import RunComparisonQueries
from schema.runs.mutations import RunMutations
from schema.runs.previews import RunPreviewQueries
from schema.runs.queries import RunQueries
from schema.runs.subscriptions import RunSubscriptions
from schema.saved_views.mutations import SavedViewMutations
from schema.saved_views.queries import SavedViewQueries
from schema.scalars import SCALARS
from schema.schedules.mutations import ScheduleMutations
from schema.schedules.queries import ScheduleQueries
from schema.secrets.mutations import SecretMutations
from schema.secrets.queries import SecretQueries
from schema.sensors.mutations import SensorMutations
from schema.sensors.queries import SensorQueries
from schema.sharing import SharedExecution
from schema.watch import permit_of, refused, watched


@strawberry.type
class Query(
    AccountQueries,
    EntranceQueries,
    LinkQueries,
    NodeQueries,
    OrganizationQueries,
    ApiKeyQueries,
    EnvironmentQueries,
    FlowQueries,
    DeploymentQueries,
    RunQueries,
    RunPreviewQueries,
    RunComparisonQueries,
    BulkOperationQueries,
    SavedViewQueries,
    ScheduleQueries,
    AuditQueries,
    HealthQueries,
    SensorQueries,
    DraftQueries,
    NotificationQueries,
    SecretQueries,
    BillingQueries,
    DashboardQueries,
):
    pass


@strawberry.type
class Mutation(
    AccountMutations,
    EntranceMutations,
    LinkMutations,
    OrganizationMutations,
    RoleMutations,
    ApiKeyMutations,
    ServiceAccountMutations,
    EnvironmentMutations,
    FlowMutations,
    DeploymentMutations,
    RunMutations,
    BulkOperationMutations,
    SavedViewMutations,
    ScheduleMutations,
    SensorMutations,
    DraftMutations,
    NotificationMutations,
    SecretMutations,
    BillingMutations,
):
    pass


@strawberry.type
class Subscription(RunSubscriptions, BulkOperationSubscriptions):
    pass


class Schema(strawberry.Schema):
    """Queries take the short way of `reading`. Operations on one WebSocket share no loaders; errors
    are shown, masked or explained."""

    async def execute(self, query: str | None, *args: Any, **kwargs: Any) -> StrawberryResult:
        context: Context = kwargs["context_value"]
        await documents.turn(query or "", context.audience)
        wish = wished(
            self._schema,
            query,
            context,
            kwargs.get("variable_values"),
            kwargs.get("operation_name"),
        )
        if wish is None:
            return await super().execute(query, *args, **kwargs)
        result = await answered(self._schema, wish, partial(self._show, context))
        return StrawberryResult(data=result.data, errors=result.errors)

    async def stream(self, query: str | None, *args: Any, **kwargs: Any) -> Any:
        context: Context = kwargs["context_value"]
        try:
            kwargs["context_value"] = await context.for_operation()
        except Exception as error:
            known = expected(error)
            if known is None:
                raise
            return refused(known, request_id=context.request_id)
        own: Context = kwargs["context_value"]
        await documents.turn(query or "", own.audience)
        # Prepared here: the stream reads it later, from what is kept.
        documents.prepared(self._schema, query or "", own.audience)
        results = await super().stream(query, *args, **kwargs)
        permit = permit_of(
            self._schema,
            own,
            query,
            operation_name=kwargs.get("operation_name"),
            variables=kwargs.get("variable_values"),
        )
        if permit is None:
            return results
        return watched(results, permit.lost, request_id=own.request_id)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        self._show(execution_context.context if execution_context else None, errors)

    @staticmethod
    def _show(context: Context | None, errors: list[GraphQLError]) -> None:
        request_id = context.request_id if context else ""
        hints = context is not None and context.audience.hints
        errors[:] = [shown(error, request_id, hints=hints) for error in errors]


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[Preparation, Auditing],
    execution_context_class=SharedExecution,
    config=StrawberryConfig(default_resolver=value_of, scalar_map=SCALARS),
)
shorten(schema._schema)
shorten_roots(schema)
