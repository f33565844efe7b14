"""Flows on a real worker: what a run is, says, and leaves behind."""

from pathlib import Path

import pytest

from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime
from tests.support.deployed import deployed
from tests.support.outcome import log_of, ran
from workers.main import WorkerParts

pytestmark = pytest.mark.usefixtures("worker")

HELLO = """
from dagy import flow, get_logger, task

@task
def greet(name: str) -> str:
    get_logger().warning("greeting %s", name)
    print("hello", name)
    return f"hello {name}"

@task
def shout(text: str) -> str:
    return text.upper()

@flow
def main(name: str = "world") -> str:
    return shout(greet(name))
"""


async def test_a_flow_runs_and_every_step_is_an_event(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, HELLO, folder=tmp_path)

    outcome = await ran(rt, actor, "main", name="you")

    assert outcome.state == "SUCCEEDED"
    assert outcome.run["result"] == {"value": "HELLO YOU"}
    assert outcome.result("greet") == "hello you"
    assert outcome.run["parameters"] == {"name": "you"}
    assert outcome.run["attempt"] == 1
    assert [(e.seq, e.type, e.task_key, e.run_state) for e in outcome.events] == [
        (1, "RUN_QUEUED", None, "QUEUED"),
        (2, "RUN_STARTED", None, "RUNNING"),
        (3, "TASK_STARTED", "greet", "RUNNING"),
        (4, "TASK_SUCCEEDED", "greet", "RUNNING"),
        (5, "TASK_STARTED", "shout", "RUNNING"),
        (6, "TASK_SUCCEEDED", "shout", "RUNNING"),
        (7, "RUN_FINISHED", None, "SUCCEEDED"),
    ]


async def test_logger_and_print_become_lines_of_the_task(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, HELLO, folder=tmp_path)

    outcome = await ran(rt, actor, "main")
    lines = await log_of(rt, actor, outcome.run["id"])

    assert [(one.number, one.task_key, one.level, one.stream, one.message) for one in lines] == [
        (1, "greet", "WARNING", "log", "greeting world"),
        (2, "greet", "INFO", "stdout", "hello world"),
    ]
    assert await log_of(rt, actor, outcome.run["id"], task_key="shout") == []


async def test_a_failed_task_carries_its_traceback_to_the_run(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = """
from dagy import flow, task

@task
def boom():
    raise ValueError("kaputt")

@task
def after(x):
    return x

@flow
def main():
    return after(boom())
"""
    await deployed(rt, actor, source, folder=tmp_path)

    outcome = await ran(rt, actor, "main")

    assert outcome.state == "FAILED"
    assert outcome.error["code"] == "TASK_FAILED"
    assert outcome.error["task_key"] == "boom"
    assert outcome.error["type"] == "ValueError"
    assert outcome.error["where"] == "flows.py:6"
    assert outcome.error["traceback"] == (
        "Traceback (most recent call last):\n"
        '  File "flows.py", line 6, in boom\n'
        '    raise ValueError("kaputt")\n'
        "ValueError: kaputt\n"
    )
    assert outcome.states["boom"] == "FAILED"
    assert outcome.states["after"] in ("SKIPPED", "CANCELLED")


async def test_a_flaky_task_is_retried_and_its_attempts_are_told(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = """
from dagy import flow, get_run_context, task

@task(retries=2, retry_delay_seconds=0.01)
def flaky():
    if get_run_context().task.attempt < 3:
        raise ConnectionError("not yet")
    return "at last"

@flow
def main():
    return flaky()
"""
    await deployed(rt, actor, source, folder=tmp_path)

    outcome = await ran(rt, actor, "main")

    assert outcome.run["result"] == {"value": "at last"}
    assert outcome.tasks["flaky"]["attempt"] == 3
    retries = [event for event in outcome.events if event.type == "TASK_RETRYING"]
    assert [event.attempt for event in retries] == [1, 2]
    assert [event.data["delayMs"] for event in retries] == [10.0, 10.0]  # type: ignore[index]


async def test_a_mapped_task_has_a_task_run_for_each_item(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = """
from dagy import flow, task

@task
def numbers(n: int) -> list[int]:
    return list(range(n))

@task
def square(x: int) -> int:
    return x * x

@task
def total(xs: list[int]) -> int:
    return sum(xs)

@flow
def main(n: int = 4):
    return total(square.map(numbers(n)))
"""
    await deployed(rt, actor, source, folder=tmp_path)

    outcome = await ran(rt, actor, "main", n=4)

    assert outcome.run["result"] == {"value": 14}
    assert outcome.tasks["square"]["mapped_count"] == 4
    children = {key: outcome.result(key) for key in outcome.tasks if key.startswith("square[")}
    assert children == {"square[0]": 0, "square[1]": 1, "square[2]": 4, "square[3]": 9}
    assert [outcome.tasks[key]["map_index"] for key in sorted(children)] == [0, 1, 2, 3]


async def test_a_large_result_travels_by_reference_and_a_file_is_kept(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = """
from dagy import flow, save_artifact, task

@task
def big() -> str:
    save_artifact("note.txt", "kept")
    return "x" * 100_000

@task
def length(text: str) -> int:
    return len(text)

@flow
def main():
    return length(big())
"""
    await deployed(rt, actor, source, folder=tmp_path)

    outcome = await ran(rt, actor, "main")

    assert outcome.run["result"] == {"value": 100_000}
    ref = outcome.tasks["big"]["result"]["ref"]
    assert ref["size_bytes"] == 100_002
    assert (await rt.artifacts.path(ref["path"])).read_text() == '"' + "x" * 100_000 + '"'
    (saved,) = [event for event in outcome.events if event.type == "ARTIFACT_SAVED"]
    assert saved.data == {"name": "note.txt", "sizeBytes": 4}


async def test_nothing_of_a_run_is_seen_by_the_next(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = """
import os
from pathlib import Path
from dagy import flow, task

SEEN = []

@task
def look() -> list:
    SEEN.append(1)
    before = [len(SEEN), os.environ.get("LEFT"), sorted(os.listdir("."))]
    os.environ["LEFT"] = "over"
    Path("left.txt").write_text("over")
    return before

@flow
def main():
    return look()
"""
    await deployed(rt, actor, source, folder=tmp_path)

    outcomes = [await ran(rt, actor, "main") for _ in range(3)]

    assert [outcome.run["result"] for outcome in outcomes] == [{"value": [1, None, []]}] * 3


async def test_user_code_sees_none_of_the_servers_environment(
    rt: Runtime, actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
import os
from dagy import flow, task

@task
def look() -> list:
    return [name for name in os.environ if name.startswith("DAGY_")]

@flow
def main():
    return look()
"""
    monkeypatch.setenv("DAGY_DATABASE_URL", "postgresql://secret@db/dagy")
    await deployed(rt, actor, source, folder=tmp_path)

    outcome = await ran(rt, actor, "main")

    assert outcome.run["result"] == {"value": []}


async def test_the_folders_of_a_run_are_gone_when_it_has_ended(
    rt: Runtime, actor: Actor, tmp_path: Path, worker: WorkerParts
) -> None:
    await deployed(rt, actor, HELLO, folder=tmp_path)

    await ran(rt, actor, "main")
    await ran(rt, actor, "main")

    left = [path for path in rt.settings.run_dir.glob("*/*/*")]
    assert len(left) <= 1, "only the run that ended a moment ago may still be cleaned up"


async def test_a_result_is_taken_from_the_cache_of_an_earlier_run(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    source = """
import os
from dagy import flow, task

@task(cache_key="answer", cache_ttl=60)
def think() -> int:
    return os.getpid()

@flow
def main():
    return think()
"""
    await deployed(rt, actor, source, folder=tmp_path)

    first = await ran(rt, actor, "main")
    second = await ran(rt, actor, "main")

    assert first.states == {"think": "SUCCEEDED"}
    assert second.states == {"think": "CACHED"}
    assert second.run["result"] == first.run["result"]
