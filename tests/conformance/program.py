"""A client's program, its scenarios, and the outage in one of them."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagy_gql.auth.actor import Actor
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.runtime import Runtime
from dagy_gql.services import live
from tests.conformance.network import Doors, Line, doors, line_to

CLIENTS = Path(__file__).parent / "clients"
# The run holds behind this event while the client is away.
_HELD_BEHIND = 7
# Of all scenarios; one that takes a minute has failed before that.
_PATIENCE_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Server:
    rt: Runtime
    actor: Actor
    key: str
    port: int


@dataclass(slots=True)
class Told:
    """What a program found out. `outages` are those that its connection had."""

    found: dict[str, Any] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    outages: int = 0
    stderr: str = ""


async def told_by(server: Server, program: str) -> Told:
    told = Told()
    async with line_to(server.port) as line, doors() as held:
        process = await asyncio.create_subprocess_exec(
            sys.executable if program.endswith(".py") else "node",
            str(CLIENTS / program),
            env=os.environ
            | {
                "DAGY_API_URL": f"http://127.0.0.1:{line.port}",
                "DAGY_API_KEY": server.key,
                "DOOR": str(held.port),
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.create_task(process.stderr.read())
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    async for text in process.stdout:
                        await _heard(json.loads(text), told, server, line, held)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            told.stderr = (await errors).decode()
    return told


async def _heard(
    message: dict[str, Any], told: Told, server: Server, line: Line, held: Doors
) -> None:
    match message:
        case {"cut": run_id}:
            told.outages += 1
            line.cut()
            held.open(1)
            await _until_held(server, decode_id_of("Run", run_id))
            line.mend()
        case {"resumed": _}:
            held.open(2)
        case {"scenario": name, "found": found}:
            told.found[name] = found
        case {"scenario": name, "failed": why}:
            told.failed[name] = why


async def _until_held(server: Server, run_id: Any) -> None:
    async for event in live.run_events(server.rt, server.actor, run_id):
        if event.seq == _HELD_BEHIND:
            return
