"""Files that a run saves at its very end: each is kept, and the work is done once."""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dagy_gql import db
from dagy_gql.artifacts.store import LocalArtifactStore
from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime
from dagy_gql.services import ingest, runs
from dagy_gql.settings import Settings
from tests.support import outcome as outcomes
from tests.support.deployed import deployed
from tests.support.outcome import Outcome, outcome, ran, trigger, until_event

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.timeout(300)]

SOURCE = """
import os, signal, sys, time
from pathlib import Path
from dagy import flow, save_artifact, task
from dagy.context import current
from dagy.runner.protocol import ArtifactSaved

@task
def save(files, size, effect):
    with open(effect, "a") as file:
        file.write("done\\n")
    block = os.urandom(1024)
    for index in range(files):
        name = f"{index}.bin"
        with open(name, "wb") as file:
            file.write(index.to_bytes(8, "big"))
            file.truncate(size)
        save_artifact(name, Path(name))
        os.unlink(name)
    return files

@flow
def main(files: int, size: int, effect: str):
    return save(files, size, effect)

@task
def lie(path, sha256):
    context = current.get()
    context.publish(ArtifactSaved(name="x", content_type="text/plain", path=path, size_bytes=1,
                                  sha256=sha256, key="lie"))
    return 1

@flow
def liar(path: str, sha256: str):
    return lie(path, sha256)

@task
def speak(files):
    for index in range(files):
        save_artifact(f"{index}.txt", str(index))
    print("all saved")
    while not os.path.exists("/tmp/never"):
        time.sleep(0.05)

@flow
def talker(files: int = 50):
    return speak(files)

@task(cache_key="{n}")
def large(n):
    return "x" * 200_000

@flow
def cached(n: int = 1):
    return large(n)
"""


async def saved(rt: Runtime, actor: Actor, folder: Path, *, files: int, size: int) -> Outcome:
    """Run the flow that saves so many files of so many bytes, and check all that can be."""
    await deployed(rt, actor, SOURCE, folder=folder)
    effect = folder / "effect"

    found = await ran(rt, actor, "main", files=files, size=size, effect=str(effect))

    assert (found.state, found.run["attempt"], found.error) == ("SUCCEEDED", 1, None)
    assert effect.read_text() == "done\n"
    rows = await db.fetch(
        "SELECT name, size_bytes, key FROM artifacts WHERE run_id = $1", found.run["id"]
    )
    assert {(row["name"], row["size_bytes"]) for row in rows} == {
        (f"{index}.bin", size) for index in range(files)
    }
    assert len([e for e in found.events if e.type == "ARTIFACT_SAVED"]) == files
    assert [event.seq for event in found.events] == list(range(1, len(found.events) + 1))
    assert found.events[-1].type == "RUN_FINISHED"
    for row in rows[:5]:
        path = await rt.artifacts.path(row["key"])
        assert path.stat().st_size == size
        assert path.name == await asyncio.to_thread(_sha256, path)
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.parametrize(
    ("files", "size"),
    [(0, 8), (1, 8), (1, 1024), (400, 1024), (3, 20_000_000), (10_000, 1024), (2, 1_000_000_000)],
)
async def test_a_last_task_may_save_many_files_and_large_ones(
    rt: Runtime, actor: Actor, tmp_path: Path, files: int, size: int, monkeypatch
) -> None:
    monkeypatch.setattr(outcomes, "PATIENCE_SECONDS", 240)

    await saved(rt, actor, tmp_path, files=files, size=size)


@pytest.mark.parametrize(("files", "size"), [(1, 8), (300, 1024), (2, 20_000_000)])
async def test_a_slow_disk_only_takes_longer(
    rt: Runtime, actor: Actor, tmp_path: Path, files: int, size: int, monkeypatch
) -> None:
    put_all = LocalArtifactStore._put_all

    def slowly(self: LocalArtifactStore, batch: Sequence[tuple[Path, Path]]) -> None:
        time.sleep(1.5)
        put_all(self, batch)

    monkeypatch.setattr(LocalArtifactStore, "_put_all", slowly)

    await saved(rt, actor, tmp_path, files=files, size=size)


@pytest.mark.parametrize(("files", "size"), [(1, 8), (300, 1024)])
async def test_a_slow_database_only_takes_longer(
    rt: Runtime, actor: Actor, tmp_path: Path, files: int, size: int, monkeypatch
) -> None:
    record = ingest.record

    async def slowly(*arguments: Any) -> Any:
        await asyncio.sleep(1.0)
        return await record(*arguments)

    monkeypatch.setattr(ingest, "record", slowly)

    await saved(rt, actor, tmp_path, files=files, size=size)


async def test_a_loaded_machine_only_takes_longer(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    """The worker's own loop is busy most of the time, as on a machine with too much to do."""

    async def hog() -> None:
        while True:
            time.sleep(0.3)
            await asyncio.sleep(0.001)

    hogging = asyncio.create_task(hog())
    try:
        await saved(rt, actor, tmp_path, files=50, size=1024)
    finally:
        hogging.cancel()


async def test_files_that_are_stored_hold_up_no_line(
    rt: Runtime, actor: Actor, tmp_path: Path, monkeypatch
) -> None:
    may_store = asyncio.Event()
    put_all = LocalArtifactStore.put_all

    async def held(self: LocalArtifactStore, batch: Sequence[tuple[str, Path]]) -> None:
        await may_store.wait()
        await put_all(self, batch)

    monkeypatch.setattr(LocalArtifactStore, "put_all", held)
    await deployed(rt, actor, SOURCE, folder=tmp_path, flow="talker", name="talker")
    run_id = await trigger(rt, actor, "talker", files=50)
    await until_event(rt, actor, run_id, "TASK_STARTED", key="speak")

    async def said() -> str:
        chunks = await db.fetch("SELECT lines::text AS t FROM log_chunks WHERE run_id = $1", run_id)
        return " ".join(chunk["t"] for chunk in chunks)

    async with asyncio.timeout(20):
        while "all saved" not in await said():
            await asyncio.sleep(0.05)
    may_store.set()
    await runs.cancel(rt, actor, run_id=run_id)
    found = await outcome(rt, actor, run_id)
    assert found.state == "CANCELLED"
    assert len([e for e in found.events if e.type == "ARTIFACT_SAVED"]) == 50


async def test_a_file_that_cannot_be_stored_fails_its_task_and_says_why(
    rt: Runtime, actor: Actor, tmp_path: Path, monkeypatch
) -> None:
    def full(self: LocalArtifactStore, batch: Sequence[tuple[Path, Path]]) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalArtifactStore, "_put_all", full)
    monkeypatch.setattr("dagy_gql.services.run_files._RETRY_SECONDS", (0.01,))
    await deployed(rt, actor, SOURCE, folder=tmp_path)

    found = await ran(rt, actor, "main", files=2, size=10, effect=str(tmp_path / "effect"))

    assert found.state == "FAILED"
    assert found.error["code"] == "ARTIFACT_NOT_STORED"
    assert "No space left on device" in found.error["message"]
    assert found.states == {"save": "FAILED"}
    assert (tmp_path / "effect").read_text() == "done\n"


@pytest.mark.parametrize("disguise", ["outside", "link", "folder", "pipe", "other content", "key"])
async def test_a_file_outside_the_spool_is_never_touched(
    rt: Runtime, actor: Actor, tmp_path: Path, settings: Settings, disguise: str
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("server's own")
    sha256 = _sha256(secret)
    await deployed(
        rt,
        actor,
        SOURCE.replace("path=path", "path=disguised(context, path)") + DISGUISE,
        folder=tmp_path,
        flow="liar",
        name="liar",
    )
    if disguise == "other content":
        sha256 = "0" * 64
    if disguise == "key":
        sha256 = "../../../../stolen"

    found = await ran(rt, actor, "liar", path=f"{disguise}:{secret}", sha256=sha256)

    assert found.state == "FAILED"
    assert found.error["code"] == "ARTIFACT_NOT_STORED"
    assert secret.read_text() == "server's own"
    assert await db.fetch("SELECT 1 FROM artifacts WHERE run_id = $1", found.run["id"]) == []
    kept = [each for each in settings.artifact_dir.rglob("*") if each.is_file()]
    assert [each for each in kept if "runs" in each.parts or "stolen" in each.name] == []


DISGUISE = """
def disguised(context, path):
    kind, _, target = path.partition(":")
    os.makedirs(context.spool_dir, exist_ok=True)
    own = os.path.join(context.spool_dir, "own")
    if kind == "outside":
        return target
    if kind == "link":
        os.symlink(target, own)
    elif kind == "folder":
        os.mkdir(own)
    elif kind == "pipe":
        os.mkfifo(own)
    else:
        Path(own).write_text("mine")
    return own
"""


async def test_a_large_cached_result_stays_with_the_run_that_made_it(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path, flow="cached", name="cached")

    first = await ran(rt, actor, "cached")
    second = await ran(rt, actor, "cached")

    assert (first.states, second.states) == ({"large": "SUCCEEDED"}, {"large": "CACHED"})
    for run in (first, second):
        path = await rt.artifacts.path(run.tasks["large"]["result"]["ref"]["path"])
        assert path.read_text() == f'"{"x" * 200_000}"'
