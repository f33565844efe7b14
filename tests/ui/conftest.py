"""The built UI before a whole installation with its examples, in a real browser."""

import re
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
from tests.ui.visitor import Visitor, visitor

EMAIL = "owner@dagy.local"

Opened = Callable[..., Awaitable[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One installation and one browser for all of these tests, so one process runs them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("ui"))


@pytest.fixture(scope="session")
def site() -> Iterator[Up]:
    with tempfile.TemporaryDirectory(prefix="dagy-ui-") as place:
        up = Up(Path(place) / "local", environment={"DAGY_RATE_LIMIT_PER_MINUTE": "0"}).start()
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
    context = await browser.new_context(base_url=site.url)
    answer = await context.request.post(
        "/graphql",
        data={
            "query": "mutation($i: LoginInput!) { login(input: $i) { expiresAt } }",
            "variables": {"i": {"email": EMAIL, "password": password}},
        },
        headers={"Origin": site.url},
    )
    assert "errors" not in await answer.json(), await answer.text()
    state = await context.storage_state()
    await context.close()
    return state


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
