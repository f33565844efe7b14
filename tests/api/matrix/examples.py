"""Valid arguments for every operation of the schema, made of rows of the first organization."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from dagy_gql.auth.permissions import Permission
from tests.api.matrix.callers import PASSWORD
from tests.api.matrix.world import World

Variables = dict[str, Any]
Build = Callable[[World], Awaitable[Variables]]

OK, NOT_FOUND, FORBIDDEN = "OK", "NOT_FOUND", "FORBIDDEN"


@dataclass(frozen=True)
class Example:
    """`foreign` is what another organization's owner is told, and `own` those whom the directive
    lets through; `needs` is what the operation asks for by its arguments beside its directive,
    and `lacking` what who lacks that is told, if it is not that.
    `people`: keys are refused. `fresh`: it changes the caller, who is another one every time.
    `poke` makes a subscription that waits for news say something."""

    build: Build
    foreign: str = OK
    own: str = OK
    nobody: str = OK
    needs: Permission | None = None
    lacking: str | None = None
    people: bool = False
    fresh: bool = False
    poke: Callable[[World], Awaitable[Any]] | None = None


def given(**variables: Any) -> Build:
    async def build(_world: World) -> Variables:
        return variables

    return build


def of(maker: str, argument: str = "id", **more: Any) -> Build:
    """The id that the world's maker answers, as one argument."""

    async def build(world: World) -> Variables:
        return {argument: await getattr(world, maker)(), **more}

    return build


def sent(build: Build) -> Build:
    """The same as the fields of `input`."""

    async def wrapped(world: World) -> Variables:
        return {"input": await build(world)}

    return wrapped


def named(**more: Any) -> Build:
    """An input with a new name."""

    async def build(world: World) -> Variables:
        return {"input": {"name": world.name(), **more}}

    return build


def one(maker: str, argument: str = "id", **changes: Any) -> Example:
    """About one row, which is nobody else's."""
    return Example(of(maker, argument), foreign=NOT_FOUND, **changes)


def change(maker: str, *, foreign: str = NOT_FOUND, argument: str = "id", **more: Any) -> Example:
    """A mutation of one row."""
    return Example(sent(of(maker, argument, **more)), foreign=foreign)


def about(maker: str, argument: str, *, foreign: str = NOT_FOUND, **more: Any) -> Example:
    """A mutation with a new name that refers to a row."""

    async def build(world: World) -> Variables:
        return {"input": {"name": world.name(), argument: await getattr(world, maker)(), **more}}

    return Example(build, foreign=foreign)


async def _organization(world: World) -> Variables:
    return {"id": world.org_id}


async def _switch(world: World) -> Variables:
    return {"input": {"id": world.org_id}}


async def _new_organization(world: World) -> Variables:
    return {"input": {"name": "New", "slug": world.name()}}


async def _upload(world: World) -> Variables:
    return {"input": {"sha256": "0" * 64, "sizeBytes": 10}}


async def _register(world: World) -> Variables:
    return {"input": {"artifactSha256": await world.archive(), "spec": world.spec()}}


async def _deploy(world: World) -> Variables:
    return {"input": {"name": world.name(), "flowName": world.flow_name}}


async def _archive(world: World) -> Variables:
    return {"input": {"name": world.flow_name, "status": "ACTIVE"}}


async def _cancel_subscription(world: World) -> Variables:
    await world.subscription()
    return {"input": {}}


async def _secret(world: World) -> Variables:
    return {"input": {"name": world.secret_name(), "value": "correct horse"}}


async def _sign_in(world: World) -> Variables:
    row = await world.ask("query Q($id: ID!) { user(id: $id) { email } }", id=await world.user())
    return {"input": {"email": row["user"]["email"], "password": PASSWORD}}


async def _nodes(world: World) -> Variables:
    return {"ids": [await world.run()]}


async def _bulk(world: World) -> Variables:
    return {"input": {"action": "CANCEL", "runIds": [await world.run()]}}


async def _invite(world: World) -> Variables:
    return {"input": {"email": world.callers.address(), "role": "VIEWER"}}


async def _accept(world: World) -> Variables:
    return {"input": {"token": await world.invitation_token(), "password": PASSWORD}}


async def _reset(world: World) -> Variables:
    return {"input": {"token": await world.reset_token(), "password": PASSWORD}}


NOTHING = Example(given())

QUERIES = {
    "bulkOperation": one("bulk_operation"),
    "bulkOperations": NOTHING,
    "billingSubscription": one("subscription"),
    "billingSubscriptions": NOTHING,
    "plans": NOTHING,
    "usageAggregate": one("usage_aggregate"),
    "usageAggregates": NOTHING,
    "usageEvent": one("usage_event"),
    "usageEvents": NOTHING,
    "alertRule": one("alert_rule"),
    "alertRules": NOTHING,
    "dagDraft": one("draft"),
    "dagDrafts": NOTHING,
    "notificationChannel": one("channel"),
    "notificationChannels": NOTHING,
    "secret": one("secret"),
    "secrets": NOTHING,
    "accessLog": one("access_log"),
    "accessLogs": NOTHING,
    "accessToken": one("session"),
    "accessTokens": NOTHING,
    "apiKey": one("api_key"),
    "apiKeys": NOTHING,
    "auditLog": one("audit_log"),
    "auditLogs": NOTHING,
    "auditTrail": Example(of("deployment", "resourceId")),
    "compareRuns": one("run", "runId"),
    "customRole": one("custom_role"),
    "customRoles": NOTHING,
    "dashboard": NOTHING,
    "deployment": one("deployment"),
    "deployments": NOTHING,
    "environment": one("environment"),
    "environments": NOTHING,
    "flow": one("flow"),
    "flows": NOTHING,
    "health": NOTHING,
    "invitation": one("invitation"),
    "invitationPreview": Example(of("invitation_token", "token")),
    "invitations": NOTHING,
    "membership": one("membership"),
    "memberships": NOTHING,
    "node": one("run", needs=Permission.RUNS_READ),
    "nodes": Example(_nodes, needs=Permission.RUNS_READ),
    "organization": Example(_organization, foreign=NOT_FOUND),
    "organizations": NOTHING,
    "previewRun": change("deployment", argument="deploymentId"),
    "previewSchedule": Example(
        given(input={"kind": "CRON", "cron": "0 6 * * *"}, count=2),
    ),
    "roles": NOTHING,
    "run": one("run"),
    "runCounts": NOTHING,
    "runs": NOTHING,
    "savedView": one("saved_view"),
    "savedViews": NOTHING,
    "schedule": one("schedule"),
    "schedules": NOTHING,
    "sensor": one("sensor"),
    "sensors": NOTHING,
    "serviceAccount": one("service_account"),
    "serviceAccounts": NOTHING,
    "setup": NOTHING,
    "signInOptions": NOTHING,
    "taskRun": one("task_run"),
    "taskRuns": one("run", "runId"),
    "user": one("user"),
    "users": NOTHING,
    "verifyAuditChain": NOTHING,
    "viewer": NOTHING,
}

MUTATIONS = {
    "cancelBillingSubscription": Example(_cancel_subscription, foreign=NOT_FOUND),
    "setBillingPlan": Example(sent(of("plan", "plan"))),
    "createAlertRule": about("channel", "channelId", trigger="ON_FAILURE"),
    "createDagDraft": Example(named()),
    "createNotificationChannel": Example(
        named(kind="EMAIL", config={"to": ["somebody@matrix.example"]})
    ),
    "createSecret": Example(_secret),
    "deleteAlertRule": change("alert_rule"),
    "deleteDagDraft": change("draft"),
    "deleteNotificationChannel": change("channel"),
    "deleteSecret": change("secret"),
    "duplicateDagDraft": about("draft", "id"),
    "revealSecret": change("secret"),
    "rollbackSecret": change("secret", version=1),
    "updateAlertRule": change("alert_rule", enabled=False),
    "updateDagDraft": change("draft", revision=1, description="Mine."),
    "updateNotificationChannel": change("channel", enabled=False),
    "updateSecret": change("secret", value="another horse"),
    "acceptInvitation": Example(_accept),
    "cancelBulkOperation": change("bulk_operation"),
    "createBulkOperation": Example(_bulk, foreign=NOT_FOUND),
    "cancelRun": change("run"),
    "changePassword": Example(
        given(input={"currentPassword": PASSWORD, "newPassword": PASSWORD + "!"}),
        people=True,
        fresh=True,
    ),
    "createApiKey": Example(named(scopes=["RUNS_READ"])),
    "createArtifactUpload": Example(_upload),
    "createCustomRole": Example(named(permissions=["RUNS_READ"])),
    "createDeployment": Example(_deploy, foreign=NOT_FOUND),
    "createEnvironment": Example(named()),
    "createFirstOwner": Example(
        given(input={"email": "x@y.example", "password": PASSWORD, "setupToken": "x"}),
        foreign="CONFLICT",
        own="CONFLICT",
        nobody="CONFLICT",
    ),
    "createInvitation": Example(_invite),
    # Nobody here runs the installation: DAGY_ORGANIZATIONS is "operator".
    "createOrganization": Example(_new_organization, own=FORBIDDEN, foreign=FORBIDDEN),
    "createPasswordReset": change("user", argument="userId"),
    "createSavedView": Example(named(filter={"state": ["FAILED"]})),
    "createSchedule": about("deployment", "deploymentId", kind="MANUAL"),
    "createSensor": about("deployment", "deploymentId", kind="WEBHOOK"),
    "createServiceAccount": Example(named(role="VIEWER")),
    "deleteCustomRole": change("custom_role"),
    "deleteDeployment": change("deployment"),
    "deleteEnvironment": change("environment"),
    "deleteMembership": change("membership"),
    "deleteSavedView": Example(
        sent(of("saved_view")), foreign=NOT_FOUND, needs=Permission.RUNS_WRITE
    ),
    "deleteSchedule": change("schedule"),
    "deleteSensor": change("sensor"),
    "deleteServiceAccount": change("service_account"),
    "exchangeToken": Example(
        given(input={"token": "x"}),
        own="UNAUTHENTICATED",
        foreign="UNAUTHENTICATED",
        nobody="UNAUTHENTICATED",
    ),
    "leaveOrganization": Example(given(), people=True, fresh=True),
    "login": Example(_sign_in),
    "logout": Example(given(), fresh=True),
    "registerFlow": Example(_register, foreign="BAD_USER_INPUT"),
    "resetPassword": Example(_reset),
    "retryRun": change("ended_run", mode="FROM_START"),
    "revokeAccessToken": Example(
        sent(of("session")),
        foreign=NOT_FOUND,
        needs=Permission.MEMBERS_WRITE,
        lacking=NOT_FOUND,
    ),
    "revokeApiKey": change("api_key"),
    "revokeInvitation": change("invitation"),
    "revokeOtherSessions": Example(given(), people=True, fresh=True),
    "rotateApiKey": change("api_key"),
    "rotateSensorToken": change("sensor"),
    "switchOrganization": Example(_switch, foreign=NOT_FOUND, people=True, fresh=True),
    "triggerRun": change("deployment", argument="deploymentId"),
    "updateApiKey": change("api_key", name="renamed"),
    "updateCustomRole": change("custom_role", description="Reads runs."),
    "updateDeployment": change("deployment", paused=True),
    "updateFlow": Example(_archive, foreign=NOT_FOUND),
    "updateEnvironment": change("environment", description="Here."),
    "updateMembership": change("membership", role="VIEWER"),
    "updateOrganization": Example(given(input={"maxRunningRuns": 100})),
    "updateProfile": Example(given(input={"name": "Ada"}), people=True, fresh=True),
    "updateSavedView": Example(
        sent(of("saved_view", query="state=FAILED")),
        foreign=NOT_FOUND,
        needs=Permission.RUNS_WRITE,
    ),
    "updateSchedule": change("schedule", enabled=False),
    "updateSensor": change("sensor", enabled=False),
    "updateServiceAccount": change("service_account", description="Deploys."),
}

SUBSCRIPTIONS = {
    "bulkOperation": one("bulk_operation"),
    "runEvents": one("ended_run", "runId"),
    "runLogBatches": one("ended_run", "runId"),
    "runLogs": one("ended_run", "runId"),
    "runs": Example(given(), poke=lambda world: world.run()),
}

EXAMPLES = {
    **{f"Query.{name}": example for name, example in QUERIES.items()},
    **{f"Mutation.{name}": example for name, example in MUTATIONS.items()},
    **{f"Subscription.{name}": example for name, example in SUBSCRIPTIONS.items()},
}
