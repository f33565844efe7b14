"""Who may only look: no control that is forbidden, and nothing asked that would be refused."""

import re
from typing import Any

from playwright.async_api import Page, expect

from dagy.client import DagyClient
from tests.ui.conftest import Opened
from tests.ui.runs import ended, start

# What changes something, by the words on its button.
_VERBS = re.compile(
    r"^(Run|Start|Retry|Cancel|Deploy|Archive|Restore|New|Edit|Delete|Pause|Resume)\b"
)
_RUN_TABS = ("Overview", "Tasks", "Events", "Compare")
_FLOW_TABS = ("Overview", "Runs", "Versions", "Deployments", "Schedules & sensors", "Code")


async def test_a_viewer_looks_at_everything_and_is_refused_nothing(
    opened: Opened, flows: None, client: DagyClient, viewer_state: Any
) -> None:
    failed = start(client, "stocktaking")
    succeeded = start(client, "orders")
    assert [await ended(client, run) for run in (failed, succeeded)] == ["FAILED", "SUCCEEDED"]
    visitor = await opened(state=viewer_state)
    page = visitor.page
    await visitor.watch_answers()

    await visitor.goto("/dashboard")
    await expect(page.get_by_role("list", name="In numbers")).to_be_visible()
    await _only_looks(page)

    await visitor.goto("/runs")
    row = page.get_by_role("row").filter(has_text=failed)
    await expect(row).to_be_visible()
    await expect(page.get_by_role("checkbox")).to_have_count(0)
    await row.get_by_text("Failed").click()
    peek = page.get_by_role("complementary", name=f"Run {failed}")
    await expect(peek).to_contain_text("check_boxes")
    await _only_looks(page)
    await page.get_by_role("button", name="Views", exact=True).click()
    await expect(page.get_by_role("button", name="All runs")).to_be_visible()

    await visitor.goto(f"/runs/{failed}")
    await expect(page.get_by_role("region", name="What went wrong")).to_be_visible()
    await _through_tabs(page, _RUN_TABS)

    await visitor.goto(f"/runs/{succeeded}?task=ship")
    await expect(page.get_by_role("complementary", name="Task ship")).to_be_visible()
    await _only_looks(page)

    await visitor.goto("/flows")
    await expect(page.get_by_role("link", name="orders", exact=True)).to_be_visible()
    await _only_looks(page)

    await visitor.goto("/flows/orders")
    await expect(page.get_by_role("heading", name="orders", level=1)).to_be_visible()
    await _through_tabs(page, _FLOW_TABS)

    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search runs, flows and actions")
    await palette.get_by_role("combobox").fill("stock")
    await expect(palette.get_by_role("option", name="stocktaking").first).to_be_visible()
    await expect(palette.get_by_role("option", name=_VERBS)).to_have_count(0)
    await page.keyboard.press("Escape")

    assert visitor.refused == []


async def test_a_viewer_finds_no_log_tab_behind_its_address(
    opened: Opened, flows: None, client: DagyClient, viewer_state: Any
) -> None:
    run = start(client, "diary", lines=1)
    assert await ended(client, run) == "SUCCEEDED"
    visitor = await opened(state=viewer_state)
    await visitor.watch_answers()
    await visitor.goto(f"/runs/{run}?tab=logs")
    await expect(visitor.page.get_by_role("tab", name="Overview")).to_have_attribute(
        "aria-selected", "true"
    )
    await expect(visitor.page.get_by_role("tab", name="Logs")).to_have_count(0)
    await expect(visitor.page.get_by_role("log")).to_have_count(0)
    assert visitor.refused == []


async def _through_tabs(page: Page, names: tuple[str, ...]) -> None:
    for name in names:
        await page.get_by_role("tab", name=name).click()
        panel = page.get_by_role("tabpanel", name=name)
        await expect(panel).to_be_visible()
        await expect(panel.get_by_role("status", name="Loading")).to_have_count(0)
        await _only_looks(page)


async def _only_looks(page: Page) -> None:
    await page.wait_for_load_state("networkidle")
    main = page.get_by_role("main")
    await expect(main.get_by_role("button", name=_VERBS)).to_have_count(0)
    await expect(main.get_by_role("switch")).to_have_count(0)
