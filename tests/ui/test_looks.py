"""Every page in both themes, and on a phone: readable, complete, and within the window."""

from typing import Any

import pytest
from playwright.async_api import expect

from dagy.client import DagyClient
from tests.ui.conftest import Opened
from tests.ui.places import PLACES, arrive
from tests.ui.runs import ended, start

_SIDEWAYS = "document.scrollingElement.scrollWidth - window.innerWidth"


@pytest.fixture(scope="session")
async def failed_run(flows: None, client: DagyClient) -> str:
    runs = [start(client, name) for name in ("orders", "diary", "weather", "stocktaking")]
    assert [await ended(client, run) for run in runs][-1] == "FAILED"
    return runs[-1]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_has_a_serious_finding(opened: Opened, failed_run: str, theme: str) -> None:
    visitor = await opened(theme=theme)
    found: dict[str, list[str]] = {}
    for place in PLACES:
        await arrive(visitor.page, visitor.base, place, failed_run)
        if findings := await visitor.axe():
            found[place.path] = findings
    assert found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_entrance_and_what_is_not_there_have_none_either(
    opened: Opened, theme: str
) -> None:
    visitor = await opened("/login", state=None, theme=theme)
    await expect(visitor.page.get_by_label("E-mail")).to_be_visible()
    assert await visitor.axe() == []
    lost = await opened("/runs/no-such-run", theme=theme)
    await expect(lost.page.get_by_role("heading", name="not found")).to_be_visible()
    assert await lost.axe() == []
    lost.is_network_down = True  # the browser tells of the 404 in its console
    await lost.goto("/nowhere")
    await expect(lost.page.get_by_role("heading")).to_have_text("Page not found")
    assert await lost.axe() == []


async def test_no_page_is_wider_than_a_phone(opened: Opened, failed_run: str) -> None:
    visitor = await opened(width=360)
    too_wide: dict[str, int] = {}
    for place in PLACES:
        await arrive(visitor.page, visitor.base, place, failed_run)
        if (excess := await visitor.page.evaluate(_SIDEWAYS)) > 0:
            too_wide[place.path] = excess
    assert too_wide == {}


async def test_the_navigation_of_a_phone_is_a_drawer(opened: Opened) -> None:
    visitor = await opened("/dashboard", width=360)
    page = visitor.page
    await page.get_by_role("button", name="Open the navigation").click()
    drawer = page.get_by_role("dialog", name="Dagy")
    await drawer.get_by_role("link", name="Flows").click()
    await page.wait_for_url("**/flows")
    await expect(drawer).to_have_count(0)
    await expect(page.get_by_role("heading", name="Flows")).to_be_visible()


async def test_the_theme_is_chosen_and_kept(opened: Opened) -> None:
    visitor = await opened("/flows")
    page = visitor.page
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitemradio", name="Dark").click()
    await _is_drawn(page, "dark")
    await page.reload()
    await _is_drawn(page, "dark")


async def _is_drawn(page: Any, scheme: str) -> None:
    await expect(page.get_by_role("heading", name="Flows")).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme
