"""The ways to what is in a protected environment: each mutation that leads there, what it needs
beside its own permission, and which field its refusal names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.api.client import Answer, Client

DEPLOY = "PROTECTED_DEPLOYMENTS_WRITE"
TRIGGER = "PROTECTED_RUNS_TRIGGER"
WRITE_SECRETS = "PROTECTED_SECRETS_WRITE"
REVEAL_SECRETS = "PROTECTED_SECRETS_REVEAL"
CHANGE = "PROTECTED_ENVIRONMENTS_WRITE"


@dataclass(frozen=True)
class World:
    """Rows of `vault`, which is protected, and of `staging`, which is not."""

    vault: str
    staging: str
    deployment: str
    elsewhere: str
    run: str
    ended: str
    secret: str
    schedule: str
    sensor: str


def hourly(deployment: str, name: str = "hourly") -> dict[str, Any]:
    values = {"deploymentId": deployment, "kind": "CRON", "cron": "0 * * * *"}
    return {"name": name, "parameters": {"city": "Bonn"}, **values}


def webhook(deployment: str, name: str = "hook") -> dict[str, Any]:
    return {"name": name, "deploymentId": deployment, "kind": "WEBHOOK"}


Values = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Way:
    """A mutation that would get at what is protected; what it lacks, and which field says so."""

    mutation: str
    values: Values
    permission: str
    field: str
    selection: str = "__typename"

    async def go(self, client: Client, world: World) -> Answer:
        title = self.mutation[0].upper() + self.mutation[1:]
        values = self.values(world)
        return await client.input(self.mutation, f"{title}Input", self.selection, **values)


WAYS = {
    "deploy": Way(
        "createDeployment",
        lambda _: {"name": "new", "flowName": "report", "environment": "vault"},
        DEPLOY,
        "environment",
    ),
    "deploy another version": Way(
        "updateDeployment",
        lambda w: {"id": w.deployment, "flowName": "report"},
        DEPLOY,
        "id",
    ),
    "pause": Way("updateDeployment", lambda w: {"id": w.deployment, "paused": True}, DEPLOY, "id"),
    "move in": Way(
        "updateDeployment",
        lambda w: {"id": w.elsewhere, "environment": "vault"},
        DEPLOY,
        "environment",
    ),
    "move out": Way(
        "updateDeployment",
        lambda w: {"id": w.deployment, "environment": "staging"},
        DEPLOY,
        "id",
    ),
    "undeploy": Way(
        "deleteDeployment", lambda w: {"id": w.deployment, "runs": "KEEP"}, DEPLOY, "id"
    ),
    "archive its flow": Way(
        "updateFlow", lambda _: {"name": "report", "status": "INACTIVE"}, DEPLOY, "name"
    ),
    "trigger by name": Way(
        "triggerRun",
        lambda _: {"deploymentName": "nightly", "parameters": {"city": "Bonn"}},
        TRIGGER,
        "deploymentName",
    ),
    "trigger by id": Way(
        "triggerRun",
        lambda w: {"deploymentId": w.deployment, "parameters": {"city": "Bonn"}},
        TRIGGER,
        "deploymentId",
    ),
    "retry": Way("retryRun", lambda w: {"id": w.ended, "mode": "FROM_START"}, TRIGGER, "id"),
    "cancel": Way("cancelRun", lambda w: {"id": w.run}, TRIGGER, "id"),
    "schedule": Way(
        "createSchedule", lambda w: hourly(w.deployment, "mine"), TRIGGER, "deploymentId"
    ),
    "change a schedule": Way(
        "updateSchedule", lambda w: {"id": w.schedule, "enabled": False}, TRIGGER, "id"
    ),
    "take a schedule elsewhere": Way(
        "updateSchedule", lambda w: {"id": w.schedule, "deploymentId": w.elsewhere}, TRIGGER, "id"
    ),
    "delete a schedule": Way("deleteSchedule", lambda w: {"id": w.schedule}, TRIGGER, "id"),
    "watch": Way("createSensor", lambda w: webhook(w.deployment, "mine"), TRIGGER, "deploymentId"),
    "watch a run elsewhere": Way(
        "createSensor",
        lambda _: {
            "name": "chain",
            "deploymentName": "nightly",
            "kind": "RUN",
            "config": {"deploymentName": "elsewhere", "states": ["SUCCEEDED"]},
        },
        TRIGGER,
        "deploymentName",
    ),
    "change a sensor": Way(
        "updateSensor", lambda w: {"id": w.sensor, "enabled": False}, TRIGGER, "id"
    ),
    "get a sensor's token": Way("rotateSensorToken", lambda w: {"id": w.sensor}, TRIGGER, "id"),
    "delete a sensor": Way("deleteSensor", lambda w: {"id": w.sensor}, TRIGGER, "id"),
    "make a secret": Way(
        "createSecret",
        lambda _: {"name": "NEW", "value": "mine", "environment": "vault"},
        WRITE_SECRETS,
        "environment",
    ),
    "change a secret": Way(
        "updateSecret", lambda w: {"id": w.secret, "value": "mine"}, WRITE_SECRETS, "id"
    ),
    "roll a secret back": Way(
        "rollbackSecret", lambda w: {"id": w.secret, "version": 1}, WRITE_SECRETS, "id"
    ),
    "delete a secret": Way("deleteSecret", lambda w: {"id": w.secret}, WRITE_SECRETS, "id"),
    "reveal a secret": Way(
        "revealSecret", lambda w: {"id": w.secret}, REVEAL_SECRETS, "id", "value"
    ),
    "make one": Way(
        "createEnvironment", lambda _: {"name": "mine", "isProtected": True}, CHANGE, "isProtected"
    ),
    "protect": Way(
        "updateEnvironment", lambda w: {"id": w.staging, "isProtected": True}, CHANGE, "isProtected"
    ),
    "take protection back": Way(
        "updateEnvironment", lambda w: {"id": w.vault, "isProtected": False}, CHANGE, "isProtected"
    ),
    "rename": Way("updateEnvironment", lambda w: {"id": w.vault, "name": "x"}, CHANGE, "id"),
    "delete": Way("deleteEnvironment", lambda w: {"id": w.vault}, CHANGE, "id"),
}
# By what a bulk operation does to each run of its own.
RUN_BY_RUN = {"createBulkOperation"}
# Of none of these is an environment part.
ELSEWHERE = {
    *("acceptInvitation", "changePassword", "createFirstOwner", "exchangeToken", "login"),
    *("logout", "resetPassword", "revokeAccessToken", "revokeOtherSessions", "updateProfile"),
    *("createOrganization", "leaveOrganization", "switchOrganization", "updateOrganization"),
    *("createInvitation", "revokeInvitation", "createPasswordReset", "deleteMembership"),
    *("updateMembership", "createCustomRole", "updateCustomRole", "deleteCustomRole"),
    *("createServiceAccount", "updateServiceAccount", "deleteServiceAccount", "createApiKey"),
    *("updateApiKey", "revokeApiKey", "rotateApiKey", "setBillingPlan"),
    *("cancelBillingSubscription", "createSavedView", "updateSavedView", "deleteSavedView"),
    *("createDagDraft", "updateDagDraft", "duplicateDagDraft", "deleteDagDraft"),
    *("createNotificationChannel", "updateNotificationChannel", "deleteNotificationChannel"),
    # They tell people what became of runs, and neither start nor change any.
    *("createAlertRule", "updateAlertRule", "deleteAlertRule"),
    # A flow version runs nowhere before it is deployed, and deployments name theirs.
    *("createArtifactUpload", "registerFlow"),
    # What it has not done yet stays undone.
    "cancelBulkOperation",
}
