"""The scenarios of `scenarios.mjs` with Python's `gql`: HTTP, and a WebSocket for subscriptions."""

import asyncio
import json
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import (
    TransportClosed,
    TransportConnectionFailed,
    TransportQueryError,
)
from gql.transport.websockets import WebsocketsTransport

URL = f"{os.environ['DAGY_API_URL']}/graphql"
HEADERS = {"Authorization": f"Bearer {os.environ['DAGY_API_KEY']}"}

VIEWER = "query Viewer { viewer { role } }"
TRIGGER = """
mutation Trigger($input: TriggerRunInput!) {
  triggerRun(input: $input) { created run { id parameters } }
}
"""
EVENTS = """
subscription Events($runId: ID!, $after: String) {
  runEvents(runId: $runId, after: $after) { cursor sequence type }
}
"""
NOBODY = "UnVuOjAwMDAwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA=="
CUT_BEHIND, HELD_BEHIND = 5, 7
PATIENCE_SECONDS = 60


async def events_of(socket: AsyncClientSession, run_id: str) -> AsyncIterator[dict[str, Any]]:
    """Each event once, over as many connections as it takes."""
    after = None
    while True:
        request = GraphQLRequest(EVENTS, variable_values={"runId": run_id, "after": after})
        try:
            async for answer in socket.subscribe(request):
                after = answer["runEvents"]["cursor"]
                yield answer["runEvents"]
            return
        except (TransportConnectionFailed, TransportClosed):
            await asyncio.sleep(0.5)


def clients() -> tuple[Client, Client]:
    """One for queries and mutations, one for subscriptions."""
    http = AIOHTTPTransport(URL, headers=HEADERS)
    socket = WebsocketsTransport(URL.replace("http", "ws", 1), init_payload=HEADERS)
    return Client(transport=http), Client(transport=socket)


def say(**message: object) -> None:
    print(json.dumps(message), flush=True)


class Scenarios:
    def __init__(self, http: AsyncClientSession, socket: AsyncClientSession) -> None:
        self._http = http
        self._socket = socket

    async def _ask(self, text: str, **variables: Any) -> dict[str, Any]:
        return await self._http.execute(GraphQLRequest(text, variable_values=variables))

    async def _trigger(self, **values: Any) -> dict[str, Any]:
        answer = await self._ask(TRIGGER, input={"deploymentName": "main", **values})
        found: dict[str, Any] = answer["triggerRun"]
        return found

    async def _events(self, run_id: str, seen: Callable[[int], None] = lambda _: None) -> list[Any]:
        found = []
        async for event in events_of(self._socket, run_id):
            found.append([event["sequence"], event["type"]])
            seen(event["sequence"])
        return found

    async def query(self) -> Any:
        return (await self._ask(VIEWER))["viewer"]["role"]

    async def mutation(self) -> Any:
        answer = await self._trigger(parameters={"number": 5})
        return {"created": answer["created"], "parameters": answer["run"]["parameters"]}

    async def error(self) -> Any:
        return await _codes_of(self._trigger(deploymentName="nobody"))

    async def errorOfSubscription(self) -> Any:
        return await _codes_of(self._events(NOBODY))

    async def subscription(self) -> Any:
        return await self._events((await self._trigger())["run"]["id"])

    async def reconnect(self) -> Any:
        run_id = (await self._trigger(parameters={"door": os.environ["DOOR"]}))["run"]["id"]

        def seen(sequence: int) -> None:
            if sequence == CUT_BEHIND:
                say(cut=run_id)
            if sequence == HELD_BEHIND:
                say(resumed=run_id)

        return await self._events(run_id, seen)


async def _codes_of(answer: Awaitable[Any]) -> Any:
    try:
        await answer
    except TransportQueryError as error:
        return [each["extensions"]["code"] for each in error.errors or ()]
    return "no error"


async def main() -> None:
    http, socket = clients()
    async with http as session:
        scenarios = Scenarios(session, await socket.connect_async(reconnecting=True))
        for name in (
            "query",
            "mutation",
            "error",
            "errorOfSubscription",
            "subscription",
            "reconnect",
        ):
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    say(scenario=name, found=await getattr(scenarios, name)())
            except Exception:
                say(scenario=name, failed=traceback.format_exc())
        await socket.close_async()


asyncio.run(main())
