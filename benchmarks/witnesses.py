"""Clients of an installation under fire: each starts runs, follows them to their end through
whatever happens to the connection, and then reads the history once more as the API tells it."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

_PATIENCE_SECONDS = 90.0
_RETRY_SECONDS = 0.1
_PROBE_SECONDS = 0.05
# A stream is silent while the workers are away; that is no failure of its own.
_ANSWER_SECONDS = 10.0
_SILENCE_SECONDS = 20.0
_ENDS = {"SUCCEEDED", "FAILED", "CANCELLED", "CRASHED", "TIMED_OUT"}

_TRIGGER = """mutation T($input: TriggerRunInput!) {
  triggerRun(input: $input) { created run { id } } }"""
_FOLLOW = """subscription F($id: ID!, $after: String) {
  runEvents(runId: $id, after: $after) { cursor sequence type taskKey attempt data } }"""
_READ = """query R($id: ID!, $after: String) { run(id: $id) {
  state attempt result error { code message }
  events(first: 100, after: $after) {
    nodes { sequence type taskKey attempt data } pageInfo { hasNextPage endCursor } } } }"""
_PROBE = "{ viewer { __typename } }"


@dataclass(slots=True)
class Story:
    """A run as its client saw it: `told` by the subscription, `read` from the API afterwards."""

    number: int
    run_id: str
    told: list[dict[str, Any]] = field(default_factory=list)
    read: list[dict[str, Any]] = field(default_factory=list)
    run: dict[str, Any] = field(default_factory=dict)
    # Why its client gave up, if it did.
    given_up: str | None = None


@dataclass(slots=True)
class Seen:
    """What clients noticed: failed requests by what they failed with, streams that broke, and
    spans of time, (begin, seconds), in which a new request was not answered."""

    errors: Counter[str] = field(default_factory=Counter)
    reconnects: int = 0
    away: list[tuple[float, float]] = field(default_factory=list)


class Refused(Exception):
    """An answer that is no data."""


_FAILURES = (httpx.HTTPError, ValueError, Refused)


class Witness:
    def __init__(self, url: str, token: str, seen: Seen) -> None:
        self._seen = seen
        self._http = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=_ANSWER_SECONDS
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def witness(self, number: int, deployment: str, parameters: dict[str, Any]) -> Story:
        started = await self._insist(
            lambda: self._ask(
                _TRIGGER,
                input={
                    "deploymentName": deployment,
                    "parameters": parameters,
                    "idempotencyKey": f"{deployment}-{number}",
                },
            )
        )
        story = Story(number, started["triggerRun"]["run"]["id"])
        try:
            await self._insist(lambda: self._follow(story))
            await self._insist(lambda: self._read(story))
        except _FAILURES as error:
            story.given_up = f"{type(error).__name__}: {error}"
        return story

    async def _ask(self, query: str, **variables: Any) -> Any:
        response = await self._http.post("/graphql", json={"query": query, "variables": variables})
        body = response.json()
        if response.status_code != 200 or "errors" in body:
            raise Refused(_code(body, response.status_code))
        return body["data"]

    async def _follow(self, story: Story) -> None:
        """From the last event that came, until the stream says that it is complete."""
        after = story.told[-1]["cursor"] if story.told else None
        if after is not None:
            self._seen.reconnects += 1
        body = {"query": _FOLLOW, "variables": {"id": story.run_id, "after": after}}
        accept = {"Accept": "text/event-stream"}
        asking = self._http.stream(
            "POST", "/graphql", json=body, headers=accept, timeout=_SILENCE_SECONDS
        )
        async with asking as response:
            if response.status_code != 200:
                raise Refused(str(response.status_code))
            async for line in response.aiter_lines():
                if line == "event: complete":
                    return
                if line.startswith("data: ") and line != "data: ":
                    message = json.loads(line.removeprefix("data: "))
                    if message.get("errors"):
                        raise Refused(_code(message, 200))
                    story.told.append(message["data"]["runEvents"])
        raise Refused("the stream ended")

    async def _read(self, story: Story) -> None:
        events: list[dict[str, Any]] = []
        after = None
        while True:
            run = (await self._ask(_READ, id=story.run_id, after=after))["run"]
            if run["state"] not in _ENDS:
                raise Refused(f"the stream was complete, and the run is {run['state']}")
            events += run["events"]["nodes"]
            after = run["events"]["pageInfo"]["endCursor"]
            if not run["events"]["pageInfo"]["hasNextPage"]:
                break
        story.read, story.run = events, run

    async def _insist(self, what: Callable[[], Awaitable[T]]) -> T:
        """As any client does: try again, and count how often it was needed."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return await what()
            except _FAILURES as error:
                name = str(error) if isinstance(error, Refused) else type(error).__name__
                self._seen.errors[name] += 1
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(_RETRY_SECONDS)

    async def probe(self) -> None:
        """Ask all the time, on a new connection, and note the spans without an answer."""
        away_since: float | None = None
        while True:
            asked = time.monotonic()
            try:
                await self._ask(_PROBE)
            except _FAILURES:
                away_since = away_since or asked
            else:
                if away_since is not None:
                    self._seen.away.append((away_since, time.monotonic() - away_since))
                away_since = None
            await asyncio.sleep(_PROBE_SECONDS)


def _code(body: dict[str, Any], status: int) -> str:
    for error in body.get("errors") or ():
        return str(error.get("extensions", {}).get("code", status))
    return str(status)
