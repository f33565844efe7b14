"""A database of its own with a million runs, and the API and the floor in front of it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import reading_data
from benchmarks.installation import free_port
from benchmarks.reading import Reading, Target
from dagy_gql.embedded import servers
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.keys import new_key

_PATIENCE_SECONDS = 60.0
_NO_LIMIT = str(10**9)
# Reading is measured; what is written before need not survive a power cut.
_FAST_WRITES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def prepared(folder: Path, *, runs: int = reading_data.RUNS) -> Iterator[Reading]:
    with ExitStack() as stack:
        both = stack.enter_context(
            servers.running_for_superuser(LocalFolder(folder), postgres_settings=_FAST_WRITES)
        )
        api, floor = free_port(), free_port()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DAGY_")} | {
            "DAGY_DATABASE_URL": both.database_url,
            "DAGY_REDIS_URL": both.redis_url,
            "DAGY_LOCAL_DIR": str(folder / "local"),
            "DAGY_PORT": str(api),
            "DAGY_SECRETS_KEY": new_key(),
            # On, but not so low that the benchmark would measure refusals.
            "DAGY_RATE_LIMIT_PER_MINUTE": _NO_LIMIT,
            "DAGY_RATE_LIMIT_BURST": _NO_LIMIT,
        }
        token = _started_api(stack, environment, folder / "api.out")
        asyncio.run(reading_data.fill(both.database_url, runs=runs))
        module = [sys.executable, "-m", "benchmarks.floor", str(floor), both.database_url]
        stack.enter_context(_process(module, environment, folder / "floor.out"))
        _wait_for(floor)
        address = "http://127.0.0.1"
        yield Reading(
            both.database_url, Target(f"{address}:{api}/graphql", token), f"{address}:{floor}"
        )


def _started_api(stack: ExitStack, environment: Mapping[str, str], output: Path) -> str:
    """The key of the first owner, once requests are answered."""
    reading, writing = os.pipe()
    command = [str(Path(sys.executable).parent / "dagy"), "server", "--migrate"]
    command += ["--owner", "owner@example.com", "--announce-fd", str(writing)]
    stack.enter_context(_process(command, environment, output, pass_fds=(writing,)))
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.readline()
    if not said:
        raise RuntimeError(f"`dagy server` did not start:\n{output.read_text()}")
    token: str = json.loads(said)["owner"]["api_key"]
    return token


@contextmanager
def _process(
    command: list[str], environment: Mapping[str, str], output: Path, **options: Any
) -> Iterator[None]:
    with output.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file, **options)
    try:
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
