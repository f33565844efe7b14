"""A run that takes more of its machine than it may ends alone, and says which limit it was."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dagy.runner.protocol import RunRequest
from dagy_gql.auth.actor import Actor
from dagy_gql.backends.local.limits import DiskLimits, default_memory_mb
from dagy_gql.runtime import Runtime
from dagy_gql.settings import MEGABYTE
from tests.support.deployed import deployed
from tests.support.outcome import Outcome, ran
from workers.main import working

pytestmark = pytest.mark.timeout(120)

SOURCE = """
import os, time
from dagy import flow, task

@task
def allocate(mb, piece_kb):
    held = []
    for _ in range(mb * 1024 // piece_kb):
        held.append(bytearray(piece_kb * 1024))
    return len(held)

@task
def write(mb):
    os.makedirs("deep/down")
    with open("deep/down/file", "wb") as file:
        for _ in range(mb):
            file.write(b"x" * 1024 * 1024)
    time.sleep(0 if mb < 50 else 600)
    return mb

@flow(fail_fast=False)
def main(mb: int, piece_kb: int = 1024, file_mb: int = 0):
    return [allocate(mb, piece_kb), write(file_mb)]
"""


async def outcome(
    rt: Runtime, actor: Actor, folder: Path, limits: dict[str, Any], **parameters: Any
) -> Outcome:
    await deployed(rt, actor, SOURCE, folder=folder)
    limited = replace(rt, settings=rt.settings.model_copy(update=limits))
    async with working(limited):
        found = await ran(rt, actor, "main", **parameters)
        fine = await ran(rt, actor, "main", mb=1)
    assert fine.state == "SUCCEEDED"
    return found


@pytest.mark.parametrize("piece_kb", [4, 300 * 1024])
async def test_a_task_that_allocates_more_than_its_run_may_fails_and_others_go_on(
    rt: Runtime, actor: Actor, tmp_path: Path, piece_kb: int
) -> None:
    limits = {"run_memory_limit_mb": 100}
    found = await outcome(rt, actor, tmp_path, limits, mb=300, piece_kb=piece_kb)
    assert found.states == {"allocate": "FAILED", "write": "SUCCEEDED"}
    assert found.error["code"] == "MEMORY_EXCEEDED"
    assert "DAGY_RUN_MEMORY_LIMIT_MB" in found.error["hint"]
    assert found.run["attempt"] == 1


async def test_a_run_may_allocate_without_limit_where_settings_say_so(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    found = await outcome(rt, actor, tmp_path, {"run_memory_limit_mb": 0}, mb=300)
    assert found.state == "SUCCEEDED"


@pytest.mark.parametrize(
    ("limits", "said", "setting"),
    [
        ({"run_disk_limit_mb": 60}, "may hold at most 60 MB", "DAGY_RUN_DISK_LIMIT_MB"),
        ({"run_disk_reserve_mb": 1 << 30}, "less while the disk has", "DAGY_RUN_DISK_RESERVE_MB"),
    ],
)
async def test_a_run_that_fills_its_folder_is_ended_and_says_why(
    rt: Runtime, actor: Actor, tmp_path: Path, limits: dict[str, Any], said: str, setting: str
) -> None:
    found = await outcome(rt, actor, tmp_path, limits, mb=1, file_mb=80)
    assert found.state == "FAILED"
    assert found.error["code"] == "DISK_EXCEEDED"
    assert said in found.error["message"]
    assert setting in found.error["hint"]
    assert found.run["attempt"] == 1


def test_what_a_folder_takes_is_counted_with_what_lies_below(tmp_path: Path) -> None:
    request = RunRequest(
        run_id="", run_slug="", flow_name="", work_dir=str(tmp_path), spool_dir="/none"
    )
    limits = DiskLimits(2 * MEGABYTE, 0)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(b"x" * MEGABYTE)
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(1 << 40)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert limits.exceeded(request) is None
    (tmp_path / "below" / "more").write_bytes(b"x" * 2 * MEGABYTE)
    error = limits.exceeded(request)
    assert error is not None
    assert error.message == "The run holds 3 MB in its folder, and may hold at most 2 MB."


def test_without_a_setting_a_run_may_have_half_of_the_memory(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    whole = default_memory_mb(tmp_path)
    (tmp_path / "memory.max").write_text(f"{6 * 1024 * MEGABYTE}\n")
    assert default_memory_mb(tmp_path) == 3 * 1024
    (tmp_path / "memory.max").write_text(f"{512 * MEGABYTE}\n")
    assert default_memory_mb(tmp_path) == 2048
    assert whole is not None
    assert whole >= 2048
