"""Every test has a DAGY_LOCAL_DIR of its own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def local_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dagy-home"
    monkeypatch.setenv("DAGY_LOCAL_DIR", str(folder))
    return folder
