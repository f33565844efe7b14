"""Every test has a DAGY_LOCAL_DIR of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagy.runner.protocol import Ready
from tests.sdk.zygote_host import Open, ZygoteHost


@pytest.fixture(autouse=True)
def local_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dagy-home"
    monkeypatch.setenv("DAGY_LOCAL_DIR", str(folder))
    return folder


HEAD = """
import os, signal, sys, threading, time
from dagy import flow, task, get_run_context
"""


@pytest.fixture
def zygote(tmp_path: Path) -> Iterator[Open]:
    """zygote(code) starts one for `main` of a file with that code, when it is ready."""
    opened: list[ZygoteHost] = []

    def start(code: str, *arguments: str, ready: bool = True, **env: str) -> ZygoteHost:
        source = tmp_path / "source"
        source.mkdir()
        (source / "flows.py").write_text(HEAD + code)
        opened.append(ZygoteHost(source, "flows.py:main", *arguments, **env))
        if ready:
            assert isinstance(opened[-1].report(), Ready)
        return opened[-1]

    yield start
    for each in opened:
        each.close()
