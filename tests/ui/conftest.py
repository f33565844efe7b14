"""The built UI before a whole installation with its examples, in a real browser."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.async_api import Browser, async_playwright

from dagy.client import DagyClient
from tests.support.up import Up
from tests.ui import chromium
from tests.ui.installation import started
from tests.ui.people import EMAIL, invited, signed_in
from tests.ui.runs import Gate
from tests.ui.visitor import Visitor, visitor

FLOWS = Path(__file__).parent / "flows" / "warehouse.py"

Opened = Callable[..., Awaitable[Visitor]]
Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One installation and one browser for all of these tests, so one process runs them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("ui"))


@pytest.fixture(scope="session")
def site() -> Iterator[Up]:
    with tempfile.TemporaryDirectory(prefix="dagy-ui-") as place:
        up = started(Path(place) / "local")
        yield up
        up.stop()


@pytest.fixture(scope="session")
def password(site: Up) -> str:
    found = re.search(r"Password\s+(\S+)", site.text)
    assert found, site.text
    return found[1]


@pytest.fixture(scope="session")
def client(site: Up) -> Iterator[DagyClient]:
    token = yaml.safe_load((site.folder / "credentials").read_text())["local"]
    with DagyClient(site.url, token) as one:
        yield one


@pytest.fixture(scope="session")
def cli(site: Up) -> Cli:
    """The `dagy` command with the profile that `dagy up` stored."""

    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        clean = {k: v for k, v in os.environ.items() if not k.startswith("DAGY_")}
        return subprocess.run(
            [sys.executable, "-P", "-c", "from dagy.cli.main import main; main()", *arguments],
            env={**clean, "DAGY_LOCAL_DIR": str(site.folder), "COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )

    return call


@pytest.fixture(scope="session")
def flows(cli: Cli) -> None:
    """Every flow of these tests is deployed, under its own name."""
    for name in ("orders", "stocktaking", "diary"):
        cli("deploy", f"{FLOWS}:{name}")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """What a run of `orders` waits at. None waits longer than its test."""
    one = Gate(tmp_path / "gate")
    yield one
    one.open()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    found = chromium.find()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.path, args=chromium.ARGUMENTS, env=found.environment or None
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def owner_state(browser: Browser, site: Up, password: str) -> Any:
    """The cookies of a signed-in owner."""
    return await signed_in(browser, site.url, EMAIL, password)


@pytest.fixture(scope="session")
async def viewer_state(browser: Browser, site: Up, client: DagyClient) -> Any:
    """The cookies of a member who may look and do nothing."""
    member = invited(client, "viewer@dagy.local", role="VIEWER")
    return await signed_in(browser, site.url, member.email, member.password)


@pytest.fixture
async def opened(browser: Browser, site: Up, owner_state: Any) -> AsyncIterator[Opened]:
    """Opens windows. At the end none of them may have complained, or asked another host."""
    made: list[Visitor] = []

    async def open_(path: str = "", *, state: Any = owner_state, **options: Any) -> Visitor:
        one = await visitor(browser, site.url, state=state, **options)
        made.append(one)
        if path:
            await one.goto(path)
        return one

    yield open_
    for one in made:
        await one.context.close()
    assert [complaint for one in made for complaint in one.complaints] == []
    assert [url for one in made for url in one.strangers] == []
