"""docs/operating/backup.md: a copy of the folder is the installation."""

import shutil
from pathlib import Path

import pytest

from tests.support.pages import typed
from tests.support.up import Up

FLOW = """
from dagy import flow, save_artifact, task

@task
def write(word: str) -> str:
    save_artifact("word.txt", word)
    return word * 40_000

@flow
def kept(word: str = "ab") -> str:
    return write(word)
"""


@pytest.mark.xdist_group("up")
@pytest.mark.timeout(300)
def test_an_installation_started_on_a_copy_of_the_folder_has_everything(tmp_path: Path) -> None:
    original = Up(tmp_path / "local", "--no-examples").start()
    (tmp_path / "kept.py").write_text(FLOW)

    def dagy(line: str, up: Up) -> str:
        done = typed(f"dagy {line}", tmp_path, DAGY_LOCAL_DIR=str(up.folder), DAGY_API_URL=up.url)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    try:
        dagy("deploy kept.py:kept", original)
        dagy("trigger kept --follow", original)
        dagy("secrets set TOKEN --value-from-stdin <<< s3cret-value", original)
        before = dagy("runs list --format json", original)
    finally:
        original.stop()
    shutil.copytree(original.folder, tmp_path / "copy", symlinks=True)
    shutil.rmtree(original.folder)

    copy = Up(tmp_path / "copy", "--no-examples").start()
    try:
        assert dagy("runs list --format json", copy) == before
        assert "s3cret-value" in dagy("secrets reveal TOKEN", copy)
        assert "SUCCEEDED" in dagy("trigger kept --follow", copy)
    finally:
        copy.stop()
