"""One whole installation for the module: `dagy up`, its CLI and a client."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from dagy.client import DagyClient
from tests.support.up import Up

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    with tempfile.TemporaryDirectory(prefix="dagy-e2e-") as place:
        one = Up(
            Path(place) / "local",
            "--no-examples",
            environment={"DAGY_LEASE_SECONDS": "3", "DAGY_HEARTBEAT_SECONDS": "0.5"},
        ).start()
        yield one
        one.stop()


@pytest.fixture(scope="module")
def cli(up: Up) -> Cli:
    """The `dagy` command with the profile that `dagy up` stored, or with a key."""

    def call(*arguments: str, key: str = "") -> "subprocess.CompletedProcess[str]":
        clean = {k: v for k, v in os.environ.items() if not k.startswith("DAGY_")}
        if key:
            clean |= {"DAGY_API_URL": up.url, "DAGY_API_KEY": key}
        return subprocess.run(
            [sys.executable, "-P", "-c", "from dagy.cli.main import main; main()", *arguments],
            env={**clean, "DAGY_LOCAL_DIR": str(up.folder), "COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return call


@pytest.fixture(scope="module")
def client(up: Up) -> Iterator[DagyClient]:
    token = yaml.safe_load((up.folder / "credentials").read_text())["local"]
    with DagyClient(up.url, token) as one:
        yield one
