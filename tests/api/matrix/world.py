"""What the operations of the matrix are about: rows of one organization, made by its owner."""

from typing import Any
from uuid import UUID

import httpx

from dagy_gql import clock
from dagy_gql.auth import passwords
from dagy_gql.enums import Executor, TaskState, UsagePeriod
from dagy_gql.ids import new_id
from dagy_gql.models.billing import UsageAggregate, UsageEvent
from dagy_gql.models.runs import TaskRun
from dagy_gql.repositories import organizations
from dagy_gql.repositories.pagination import decode_id_of, encode_id
from tests.api import conftest, flows
from tests.api.client import Client
from tests.api.matrix.callers import PASSWORD, Caller, Callers, Column, member


class World:
    """Makers answer with a global id. Names are new with every call."""

    def __init__(self, callers: Callers, owner: Client) -> None:
        self.callers = callers
        self.owner = owner
        self.elsewhere = self
        self.flow_name = self.name()

    @classmethod
    async def make(cls, http: httpx.AsyncClient, mine: UUID, theirs: UUID) -> "World":
        password_hash = await passwords.hashed(PASSWORD)
        world, other = [
            await cls._made(Callers(http, org_id, password_hash)) for org_id in (mine, theirs)
        ]
        world.elsewhere = other
        return world

    @classmethod
    async def _made(cls, callers: Callers) -> "World":
        world = cls(callers, (await callers.make(Column.OWNER)).client)
        await conftest.register(world.owner, world.flow_name)
        return world

    def of(self, caller: Caller) -> "World":
        """Where the caller is at home."""
        return self.elsewhere if caller.column is Column.STRANGER else self

    async def caller(self, column: Column) -> Caller:
        world = self.elsewhere if column is Column.STRANGER else self
        return await world.callers.make(column)

    async def do(self, mutation: str, selection: str, **values: Any) -> Any:
        """A mutation by the owner; its payload."""
        title = mutation[0].upper() + mutation[1:]
        answer = await self.owner.input(mutation, f"{title}Input", selection, **values)
        return answer.data[mutation]

    async def ask(self, query: str, **variables: Any) -> Any:
        return (await self.owner(query, **variables)).data

    def name(self) -> str:
        return f"n-{new_id()}"

    @property
    def org_id(self) -> str:
        return encode_id("Organization", self.callers.org_id)

    async def slug(self) -> str:
        row = await organizations.organization(self.callers.org_id)
        assert row is not None
        return str(row["slug"])

    async def user(self) -> str:
        caller, _ = await member(self.callers)
        return encode_id("User", caller.user_id)

    async def membership(self) -> str:
        return (await member(self.callers))[1]

    async def session(self) -> str:
        caller, _ = await member(self.callers)
        return encode_id("AccessToken", caller.session_id)

    async def invitation(self) -> str:
        return str((await self._invited())["invitation"]["id"])

    async def invitation_token(self) -> str:
        return str((await self._invited())["link"]).rpartition("=")[2]

    async def _invited(self) -> Any:
        address = self.callers.address()
        return await self.do(
            "createInvitation", "invitation { id } link", email=address, role="VIEWER"
        )

    async def reset_token(self) -> str:
        made = await self.do("createPasswordReset", "link", userId=await self.user())
        return str(made["link"]).rpartition("=")[2]

    async def access_log(self) -> str:
        found = await self.ask("{ accessLogs(first: 1) { nodes { id } } }")
        return str(found["accessLogs"]["nodes"][0]["id"])

    async def audit_log(self) -> str:
        found = await self.ask("{ auditLogs(first: 1) { nodes { id } } }")
        return str(found["auditLogs"]["nodes"][0]["id"])

    async def custom_role(self) -> str:
        made = await self.do(
            "createCustomRole", "customRole { id }", name=self.name(), permissions=["RUNS_READ"]
        )
        return str(made["customRole"]["id"])

    async def service_account(self) -> str:
        made = await self.do(
            "createServiceAccount", "serviceAccount { id }", name=self.name(), role="VIEWER"
        )
        return str(made["serviceAccount"]["id"])

    async def api_key(self) -> str:
        made = await self.do("createApiKey", "apiKey { id }", name="key", scopes=["RUNS_READ"])
        return str(made["apiKey"]["id"])

    async def environment(self) -> str:
        made = await self.do("createEnvironment", "environment { id }", name=self.name())
        return str(made["environment"]["id"])

    async def flow(self) -> str:
        found = await self.ask(
            "query Q($name: String) { flow(name: $name) { id } }", name=self.flow_name
        )
        return str(found["flow"]["id"])

    async def archive(self) -> str:
        return await conftest.upload(self.owner, flows.archive({"flows.py": f"# {self.name()}"}))

    async def deployment(self) -> str:
        made = await self.do(
            "createDeployment",
            "deployment { id }",
            name=self.name(),
            flowName=self.flow_name,
            parameters={"city": "Bonn"},
        )
        return str(made["deployment"]["id"])

    async def run(self) -> str:
        made = await self.do("triggerRun", "run { id }", deploymentId=await self.deployment())
        return str(made["run"]["id"])

    async def ended_run(self) -> str:
        key = await self.run()
        await self.do("cancelRun", "run { id }", id=key)
        return key

    async def task_run(self) -> str:
        """What the engine would make of the first task."""
        row = await TaskRun.create(
            org_id=self.callers.org_id,
            run_id=decode_id_of("Run", await self.run()),
            key="load",
            name="load",
            position=0,
            state=TaskState.PENDING,
            created_at=clock.now(),
        )
        return encode_id("TaskRun", row.id)

    async def usage_event(self) -> str:
        row = await UsageEvent.create(
            org_id=self.callers.org_id,
            flow_name=self.flow_name,
            executor=Executor.LOCAL,
            seconds=1.0,
            dedupe_key=self.name(),
            at=clock.now(),
        )
        return encode_id("UsageEvent", row.id)

    async def usage_aggregate(self) -> str:
        row, _ = await UsageAggregate.get_or_create(
            org_id=self.callers.org_id,
            period=UsagePeriod.DAY,
            starts_on=clock.now().date(),
            executor=Executor.LOCAL,
        )
        return encode_id("UsageAggregate", row.id)

    async def subscription(self) -> str:
        made = await self.do("setBillingPlan", "billingSubscription { id }", plan=await self.plan())
        return str(made["billingSubscription"]["id"])

    async def plan(self) -> str:
        return str((await self.ask("{ plans { name } }"))["plans"][0]["name"])

    async def bulk_operation(self) -> str:
        made = await self.do(
            "createBulkOperation",
            "bulkOperation { id }",
            action="CANCEL",
            runIds=[await self.run()],
            undoSeconds=60,
        )
        return str(made["bulkOperation"]["id"])

    async def saved_view(self) -> str:
        made = await self.do("createSavedView", "savedView { id }", name=self.name(), isShared=True)
        return str(made["savedView"]["id"])

    async def schedule(self) -> str:
        made = await self.do(
            "createSchedule",
            "schedule { id }",
            name=self.name(),
            deploymentId=await self.deployment(),
            kind="MANUAL",
        )
        return str(made["schedule"]["id"])

    async def sensor(self) -> str:
        made = await self.do(
            "createSensor",
            "sensor { id }",
            name=self.name(),
            deploymentId=await self.deployment(),
            kind="WEBHOOK",
        )
        return str(made["sensor"]["id"])

    async def draft(self) -> str:
        made = await self.do("createDagDraft", "dagDraft { id }", name=self.name())
        return str(made["dagDraft"]["id"])

    async def channel(self) -> str:
        made = await self.do(
            "createNotificationChannel",
            "notificationChannel { id }",
            name=self.name(),
            kind="EMAIL",
            config={"to": ["somebody@matrix.example"]},
        )
        return str(made["notificationChannel"]["id"])

    async def alert_rule(self) -> str:
        made = await self.do(
            "createAlertRule",
            "alertRule { id }",
            name=self.name(),
            trigger="ON_FAILURE",
            channelId=await self.channel(),
        )
        return str(made["alertRule"]["id"])

    async def secret(self) -> str:
        made = await self.do(
            "createSecret", "secret { id }", name=self.secret_name(), value="correct horse"
        )
        return str(made["secret"]["id"])

    def secret_name(self) -> str:
        return self.name().upper().replace("-", "_")

    def spec(self) -> dict[str, Any]:
        return flows.spec(self.name())
