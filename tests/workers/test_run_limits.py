"""A run that saves more than it may ends with the reason, whoever counts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime
from tests.support.deployed import deployed
from tests.support.outcome import ran
from workers.main import WorkerParts, working

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.timeout(120)]

SOURCE = """
from pathlib import Path
from dagy import flow, save_artifact, task
from dagy.context import current

@task
def save(files, size):
    saved = 0
    for index in range(files):
        with open(f"{index}", "wb") as file:
            file.truncate(size)
        save_artifact(f"{index}", Path(f"{index}"))
        saved += 1
        print("saved", saved)
    return saved

@task
def grab(files, size):
    current.get().count_file.__self__.max_files = None
    current.get().count_file.__self__.max_bytes = None
    return save.function(files, size)

@flow
def saving(files: int, size: int):
    return save(files, size)

@flow
def grabbing(files: int, size: int):
    return grab(files, size)
"""


@pytest.fixture
async def worker(rt: Runtime) -> AsyncIterator[WorkerParts]:
    limits = {"run_max_files": 5, "run_max_files_bytes": 1_000_000}
    limited = replace(rt, settings=rt.settings.model_copy(update=limits))
    async with working(limited) as parts:
        yield parts


@pytest.mark.parametrize("name", ["saving", "grabbing"])
@pytest.mark.parametrize(
    ("files", "size", "kept", "said"),
    [
        (5, 10, 5, None),
        (50, 10, 5, "a run may leave at most 5 files"),
        (1, 1_000_000, 1, None),
        (2, 600_000, 1, "a run may leave at most 1000000 bytes in files"),
    ],
)
async def test_a_run_leaves_no_more_files_than_it_may(
    rt: Runtime,
    actor: Actor,
    tmp_path: Path,
    name: str,
    files: int,
    size: int,
    kept: int,
    said: str | None,
) -> None:
    """`grabbing` has switched off what its own process counts."""
    await deployed(rt, actor, SOURCE, folder=tmp_path, flow=name, name=name)

    found = await ran(rt, actor, name, files=files, size=size)

    assert found.state == ("SUCCEEDED" if said is None else "FAILED")
    if said is not None:
        assert found.error["code"] == "ARTIFACT_LIMIT_REACHED"
        assert said in found.error["message"]
        assert found.run["attempt"] == 1
    rows = await db.fetch("SELECT size_bytes FROM artifacts WHERE run_id = $1", found.run["id"])
    assert [row["size_bytes"] for row in rows] == [size] * kept
