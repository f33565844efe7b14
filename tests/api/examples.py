"""Runs the examples of the documentation as one story, in an installation that begins empty: each
after those that made what it needs."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx

from dagy_gql import clock, db
from dagy_gql.enums import Executor, TaskState, UsagePeriod
from dagy_gql.models.billing import UsageAggregate, UsageEvent
from dagy_gql.models.runs import TaskRun
from dagy_gql.repositories import run_records
from dagy_gql.repositories.pagination import decode_id, encode_id
from dagy_gql.repositories.run_records import LogRow
from dagy_gql.runtime import Runtime
from dagy_gql.services import setup
from schema.examples import Example, filled
from tests.api import flows
from tests.api.client import Client
from tests.api.server import socket_to

PASSWORD = "correct horse battery"
CHANNEL_SECRET = "signs-our-calls"
SECRET, NEW_SECRET = "first-of-its-values", "second-of-its-values"
# Made up each time: ids, times, tokens, hashes and slugs by their looks, others by their names.
_MADE_UP = re.compile(
    r"(?:[A-Za-z0-9+/]{40,}={0,2}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|[0-9a-f]{32,64}"
    r"|dagy_\w+\S*|(?:key|service):\S+|[a-z]+-[a-z]+-\w{2,8}|\S*[?&]\w+=\S+|/artifacts/\S+|/webhooks/\S+)"
)
_MADE_UP_NAMES = {"cursor", "endCursor", "startCursor", "prefix", "userAgent", "version"}
_COUNTED = {"sequence", "checked", "latencyMs", "totalCount", "at", "count", "line"}
_SHOWN_ROWS = 2
_TOKEN_IN_LINK = re.compile(r"[=/#]([^=/#]+)$")


class Story:
    """`known` grows as examples are run; `answers` holds what each showed, by key: its data, or
    its errors."""

    def __init__(self, rt: Runtime, http: httpx.AsyncClient, port: int) -> None:
        self._client = Client(http)
        self._port = port
        self._archive = flows.archive()
        self.known: dict[str, Any] = {
            "password": PASSWORD,
            "channelSecret": CHANNEL_SECRET,
            "secretValue": SECRET,
            "newSecretValue": NEW_SECRET,
            "setupToken": setup.token(rt.settings),
            "archiveSha256": flows.sha256(self._archive),
        }
        self.answers: dict[str, Any] = {}
        self.failures: dict[str, str] = {}

    async def run(self, examples: dict[str, Example]) -> AsyncIterator[Example]:
        """Each example, once it has been run. Those that fail, or lack what a failure should
        have made, are in `failures`."""
        order = {"mutation": 0, "query": 1, "subscription": 2}
        waiting = sorted(examples.values(), key=lambda each: (each.last, order[each.kind]))
        while waiting:
            ready = [
                each
                for each in waiting
                if each.last == waiting[0].last and each.needs() <= self.known.keys()
            ]
            example = ready[0] if ready else waiting[0]
            try:
                await self._run(example)
            except (AssertionError, KeyError) as error:
                self.failures[example.key] = repr(error)
            waiting.remove(example)
            yield example

    async def _run(self, example: Example) -> None:
        variables = filled(example.variables, self.known)
        token = filled(example.actor or "", self.known) or self.known.get("token", "")
        if example.kind == "subscription":
            body = await self._first(example, token, variables)
        else:
            body = (await Client(self._client.http, token)(example.query, **variables)).body
        self.answers[example.key] = answer = _answer(example, body)
        if example.refused is None:
            self._save(example, answer)
        await self._carry_on(example)

    async def _first(self, example: Example, token: str, variables: dict[str, Any]) -> Any:
        """What a subscription says first."""
        async with socket_to(self._port, token=token) as socket:
            await socket.subscribe(example.query, **variables)
            said = asyncio.create_task(socket.receive())
            while example.operation == "runs" and not said.done():
                await self._trigger(token)
                await asyncio.wait([said], timeout=0.2)
            message = await asyncio.wait_for(said, 10)
        assert message["type"] == "next", (example.key, message)
        return message["payload"]

    async def _trigger(self, token: str) -> None:
        values = {"deploymentId": self.known["deployment"]}
        client = Client(self._client.http, token)
        assert (await client.input("triggerRun", "TriggerRunInput", "created", **values)).data

    def _save(self, example: Example, data: dict[str, Any]) -> None:
        for name, path in example.saves.items():
            value: Any = data[example.operation]
            for part in path.split("."):
                value = value[int(part)] if part.isdigit() else value[part]
            if path == "link":
                found = _TOKEN_IN_LINK.search(value)
                assert found, value
                value = found[1]
            self.known[name] = value

    async def _carry_on(self, example: Example) -> None:
        """What a caller would do next, outside GraphQL or a second time."""
        match example.operation:
            case "createFirstOwner":
                await self._invite()
            case "changePassword":
                await self._sign_in_elsewhere()
            case "createArtifactUpload":
                await self._upload()
            case "cancelRun":
                await self._log_a_line()
                await self._count()

    async def _invite(self) -> None:
        """Somebody else, and an invitation that nobody has accepted."""
        owner = Client(self._client.http, self.known["token"])
        for email in ("linus@example.com", "alan@example.com"):
            answer = await owner.input(
                "createInvitation",
                "CreateInvitationInput",
                "invitation { id } link",
                email=email,
                role="VIEWER",
            )
            self.known["otherInvitation"] = answer.data["createInvitation"]["invitation"]["id"]
            if email.startswith("linus"):
                await self._accept(answer.data["createInvitation"]["link"])

    async def _accept(self, link: str) -> None:
        found = _TOKEN_IN_LINK.search(link)
        assert found, link
        answer = await self._client.input(
            "acceptInvitation",
            "AcceptInvitationInput",
            "viewer { user { id } }",
            token=found[1],
            name="Linus",
            password=PASSWORD,
        )
        user = answer.data["acceptInvitation"]["viewer"]["user"]["id"]
        query = "query($user: ID!) { memberships(filter: {userId: $user}) { nodes { id } } }"
        found_rows = await Client(self._client.http, self.known["token"])(query, user=user)
        self.known["otherUser"] = user
        self.known["otherMembership"] = found_rows.data["memberships"]["nodes"][0]["id"]

    async def _sign_in_elsewhere(self) -> None:
        """A session that is not the one all this is done with."""
        answer = await self._client.input(
            "login", "LoginInput", "expiresAt", email="ada@example.com", password=PASSWORD
        )
        assert answer.data

    async def _upload(self) -> None:
        response = await self._client.http.put(
            self.known["uploadUrl"],
            content=self._archive,
            headers={"Authorization": f"Bearer {self.known['token']}"},
        )
        assert response.status_code == 201, response.text
        self.known["uploadedSha256"] = self.known["archiveSha256"]

    async def _log_a_line(self) -> None:
        """As the worker of the run would."""
        _, run_id = decode_id(self.known["run"])
        org_id = await db.fetch_value("SELECT org_id FROM runs WHERE id = $1", run_id)
        line = [clock.now().isoformat(), "INFO", "stdout", 1, "loaded 12 rows"]
        await run_records.add_log_chunks([LogRow(org_id, run_id, 1, 1, None, db.json_text([line]))])

    async def _count(self) -> None:
        """A task of the run, and what it used."""
        _, run_id = decode_id(self.known["run"])
        org_id = await db.fetch_value("SELECT org_id FROM runs WHERE id = $1", run_id)
        task = await TaskRun.create(
            org_id=org_id,
            run_id=run_id,
            key="load",
            name="load",
            position=0,
            state=TaskState.CANCELLED,
            created_at=clock.now(),
        )
        event = await UsageEvent.create(
            org_id=org_id,
            flow_name="report",
            executor=Executor.LOCAL,
            seconds=1.0,
            dedupe_key="story",
            at=clock.now(),
        )
        aggregate = await UsageAggregate.create(
            org_id=org_id,
            period=UsagePeriod.DAY,
            starts_on=date(2026, 1, 2),
            executor=Executor.LOCAL,
        )
        self.known["taskRun"] = encode_id("TaskRun", task.id)
        self.known["usageEvent"] = encode_id("UsageEvent", event.id)
        self.known["usageAggregate"] = encode_id("UsageAggregate", aggregate.id)


def _answer(example: Example, body: dict[str, Any]) -> dict[str, Any]:
    """Raises AssertionError where it is not the answer that the example shows."""
    if example.refused is None:
        assert "errors" not in body, (example.key, body["errors"])
        data: dict[str, Any] = body["data"]
        return data
    codes = [error["extensions"]["code"] for error in body["errors"]]
    assert codes == [example.refused], (example.key, body)
    return {"errors": [{"extensions": {"code": example.refused}}]}


def secrets_in(value: Any) -> set[str]:
    """Tokens and keys that an answer shows this once."""
    match value:
        case dict():
            return set().union(*map(secrets_in, value.values()))
        case list():
            return set().union(*map(secrets_in, value))
        case str() if re.fullmatch(r"dagy_\w{2}_\S{20,}", value):
            return {value}
    return set()


def shown(value: Any, name: str = "") -> Any:
    """An answer as the documentation has it: short, and the same each time."""
    match value:
        case dict():
            return {key: shown(item, key) for key, item in value.items()}
        case list():
            return [shown(item, name) for item in value[:_SHOWN_ROWS]]
        case str() if name in _MADE_UP_NAMES or _MADE_UP.fullmatch(value):
            return "…"
        case bool():
            return value
        case int() | float() if name in _COUNTED:
            return 1
    return value
