"""kill -9 of every process in the middle of a run: the run ends right, and nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from dagy.client import DagyClient
from dagy_gql.embedded import postgres, redis, secrets_key
from dagy_gql.embedded.folder import LocalFolder
from tests.e2e.conftest import Cli
from tests.support.up import Up, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

TASKS = 20
# Each task appends to a file that outlives every process, so what ran, and how often, is known.
SOURCE = """
import os, time
from dagy import flow, task

@task
def step(x: int, folder: str) -> int:
    with open(os.path.join(folder, "pid"), "w") as file:
        file.write(str(os.getpid()))
    time.sleep(0.1)
    with open(os.path.join(folder, "ran"), "a") as file:
        file.write(f"{x} ")
    return x + 1

@flow
def crashing(folder: str):
    x = step(0, folder)
    for _ in range(19):
        x = step(x, folder)
    return x
"""


@pytest.fixture(scope="module", autouse=True)
def deployed(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("flows") / "crashing.py"
    file.write_text(SOURCE)
    done = cli("deploy", f"{file}:crashing")
    assert done.returncode == 0, done.stderr


@contextmanager
def another_worker(up: Up) -> Iterator[None]:
    folder = LocalFolder(up.folder)
    settings = {
        "DAGY_DATABASE_URL": postgres.url(folder),
        "DAGY_REDIS_URL": redis.url(folder),
        "DAGY_SECRETS_KEY_FILE": str(secrets_key.file_of(folder)),
        "DAGY_LOCAL_DIR": str(up.folder),
        "DAGY_LEASE_SECONDS": "3",
    }
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "dagy_gql.cli", "worker"],
        env={**os.environ, **settings},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def started(client: DagyClient, folder: Path) -> str:
    """A run that has done a few of its tasks; answers its id."""
    run_id = client.trigger("crashing", parameters={"folder": str(folder)}).run.id
    until(lambda: len(ran(folder)) >= 4, what="the fourth task")
    return run_id


def ran(folder: Path) -> list[str]:
    file = folder / "ran"
    return file.read_text().split() if file.exists() else []


def ended(client: DagyClient, run_id: str) -> str:
    def state() -> str | None:
        try:
            status = client.run_status(run_id)
        except Exception:
            return None
        return status.state if status.is_terminal else None

    return str(until(state, what="the end of the run"))


def assert_complete(client: DagyClient, run_id: str, folder: Path) -> list[str]:
    """Every task was recorded SUCCEEDED exactly once, with its result, and events have no gap."""
    assert ended(client, run_id) == "SUCCEEDED"
    events = list(client.follow_events(run_id))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    succeeded = Counter(event.task_key for event in events if event.type == "TASK_SUCCEEDED")
    assert len(succeeded) == TASKS
    assert set(succeeded.values()) == {1}
    assert client.run(run_id).result == TASKS
    assert set(ran(folder)) == {str(number) for number in range(TASKS)}
    return [event.type for event in events]


def test_the_runner_is_killed(up: Up, client: DagyClient, tmp_path: Path) -> None:
    run_id = started(client, tmp_path)

    # Each task writes the file anew, so for a moment it is empty.
    pid = until((tmp_path / "pid").read_text, what="the process id of the run")
    os.kill(int(pid), signal.SIGKILL)

    types = assert_complete(client, run_id, tmp_path)
    assert types.count("RUN_ATTEMPT_CRASHED") == 1


def test_the_worker_is_killed(up: Up, client: DagyClient, tmp_path: Path) -> None:
    run_id = started(client, tmp_path)

    up.kill("worker-1")

    types = assert_complete(client, run_id, tmp_path)
    assert types.count("RUN_ATTEMPT_CRASHED") == 1
    assert client.run(run_id).attempt == 2


def test_redis_is_killed_and_comes_back_empty(up: Up, client: DagyClient, tmp_path: Path) -> None:
    run_id = started(client, tmp_path)

    up.kill("redis")

    types = assert_complete(client, run_id, tmp_path)
    assert types.count("RUN_ATTEMPT_CRASHED") == 0, "a run needs no Redis to go on"


def test_a_run_that_is_triggered_without_redis_runs_when_it_is_back(
    up: Up, client: DagyClient, tmp_path: Path
) -> None:
    os.kill(up.pid("redis"), signal.SIGKILL)

    run_id = client.trigger("crashing", parameters={"folder": str(tmp_path)}).run.id

    assert_complete(client, run_id, tmp_path)


def test_postgres_is_killed_and_recovers(up: Up, client: DagyClient, tmp_path: Path) -> None:
    run_id = started(client, tmp_path)

    up.kill("postgres")
    until(up.is_healthy, what="health")

    assert_complete(client, run_id, tmp_path)


def test_the_server_is_killed(up: Up, client: DagyClient, tmp_path: Path) -> None:
    run_id = started(client, tmp_path)

    up.kill("server")
    until(up.is_healthy, what="health")

    types = assert_complete(client, run_id, tmp_path)
    assert types.count("RUN_ATTEMPT_CRASHED") == 0


def test_a_worker_that_was_only_asleep_is_refused_when_it_wakes(
    up: Up, client: DagyClient, tmp_path: Path
) -> None:
    run_id = started(client, tmp_path)
    sleeper = up.pid("worker-1")
    os.kill(sleeper, signal.SIGSTOP)
    try:
        with another_worker(up):
            types = assert_complete(client, run_id, tmp_path)
    finally:
        os.kill(sleeper, signal.SIGCONT)

    assert types.count("RUN_ATTEMPT_CRASHED") == 1

    def refused() -> bool:
        events = client.execute(
            "query($id: ID!) { run(id: $id) { state events(first: 100) { nodes { type } } } }",
            {"id": run_id},
        )["run"]["events"]["nodes"]
        return "LATE_WRITE_REFUSED" in [event["type"] for event in events]

    until(refused, what="the refusal of the late write")
    assert ended(client, run_id) == "SUCCEEDED"


def test_everything_is_killed_at_once_and_started_again(
    up: Up, client: DagyClient, tmp_path: Path
) -> None:
    run_id = started(client, tmp_path)
    port = httpx.URL(up.url).port

    up.stop(signal.SIGKILL)
    time.sleep(0.5)
    up.options = (*up.options, "--port", str(port))
    up.start()

    assert_complete(client, run_id, tmp_path)
