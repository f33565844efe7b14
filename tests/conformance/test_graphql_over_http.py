"""The suite of npm's `graphql-http` against our server: no error, no warning."""

import asyncio
import json
from pathlib import Path

from starlette.applications import Starlette

from tests.api.server import served

SUITE = Path(__file__).parent / "graphql-over-http.mjs"


async def test_every_audit_of_the_specification_is_passed(app: Starlette) -> None:
    async with served(app) as port:
        node = await asyncio.create_subprocess_exec(
            "node",
            str(SUITE),
            f"http://127.0.0.1:{port}/graphql",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await node.communicate()
    assert node.returncode == 0, f"{err.decode()}\n`make test` installs what the suite needs."
    results = [json.loads(line) for line in out.splitlines()]
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
