"""Every operation, called by everybody: what comes of it is what the directives promise."""

import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from dagy_gql.app import create_app
from dagy_gql.runtime import Runtime, opened
from dagy_gql.settings import Settings
from tests.api.client import make_org
from tests.api.matrix import calls, table
from tests.api.matrix.callers import Caller, Column
from tests.api.matrix.examples import EXAMPLES, OK
from tests.api.matrix.world import World
from tests.api.server import served


@pytest.fixture
async def unlimited(settings: Settings) -> AsyncIterator[Runtime]:
    """Thousands of calls within a minute."""
    async with opened(settings.model_copy(update={"rate_limit_per_minute": 0})) as runtime:
        yield runtime


class Run:
    """All calls, with what was observed and everything that is not as promised."""

    def __init__(self, world: World, callers: dict[Column, Caller], port: int) -> None:
        self._world = world
        self._callers = callers
        self._port = port
        self.matrix: dict[str, dict[Column, str]] = {}
        self.wrong: list[str] = []

    async def operation(self, operation: str) -> None:
        """Who will be refused comes first, all with the same arguments: nothing may change."""
        example = EXAMPLES[operation]
        callers = [await self._caller(column, fresh=example.fresh) for column in Column]
        allowed = [each for each in callers if calls.promised(operation, example, each) == OK]
        variables = await example.build(self._world)
        before = await calls.fingerprint()
        seen = {
            caller.column: await self._call(operation, caller, variables)
            for caller in callers
            if caller not in allowed
        }
        after = await calls.fingerprint()
        if after != before:
            changed = [name for name in after if after[name] != before[name]]
            self.wrong.append(f"{operation} was refused, yet changed {changed}")
        for caller in allowed:
            if operation.startswith("Mutation."):
                variables = await example.build(self._world)
            seen[caller.column] = await self._call(operation, caller, variables)
        self.matrix[operation] = {column: seen[column][0] for column in Column}
        shared = _ids(seen[Column.OWNER][1]) & _ids(seen[Column.STRANGER][1])
        if shared:
            self.wrong.append(f"{operation}: another organization sees {sorted(shared)}")

    async def _caller(self, column: Column, *, fresh: bool) -> Caller:
        return await self._world.caller(column) if fresh else self._callers[column]

    async def _call(
        self, operation: str, caller: Caller, variables: dict[str, Any]
    ) -> tuple[str, Any]:
        outcome, data = await calls.called(
            self._world.of(caller), operation, caller, variables, port=self._port
        )
        promised = calls.promised(operation, EXAMPLES[operation], caller)
        if outcome != promised:
            self.wrong.append(f"{operation} as {caller.column}: {outcome}, not {promised}")
        return outcome, data


def _ids(data: Any) -> set[str]:
    """Every global id in an answer."""
    match data:
        case dict():
            own = {data["id"]} if "id" in data else set()
            return own.union(*(_ids(value) for value in data.values()))
        case list():
            return set().union(*(_ids(value) for value in data))
    return set()


def test_every_operation_has_an_example_and_no_other() -> None:
    assert sorted(EXAMPLES) == sorted(calls.root_fields())


@pytest.mark.timeout(300)
async def test_everybody_gets_what_the_directives_promise(unlimited: Runtime) -> None:
    app = create_app(unlimited.settings, unlimited)
    mine, theirs = await make_org("mine"), await make_org("theirs")
    transport = httpx.ASGITransport(app=app)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://dagy.test") as http,
        served(app) as port,
    ):
        world = await World.make(http, mine.id, theirs.id)
        callers = {column: await world.caller(column) for column in Column}
        run = Run(world, callers, port)
        for operation in sorted(EXAMPLES.keys() & calls.root_fields()):
            await run.operation(operation)
    assert not run.wrong, "\n".join(run.wrong)
    _compare(table.rendered(run.matrix))


def _compare(text: str) -> None:
    if os.environ.get("WRITE_PERMISSIONS"):
        table.FILE.parent.mkdir(exist_ok=True)
        table.FILE.write_text(text)
    assert table.FILE.read_text() == text, "run: make permissions"
