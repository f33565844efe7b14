"""Stopping one run from its page, and many from the list."""

from playwright.async_api import expect

from dagy.client import DagyClient
from tests.ui.conftest import Opened
from tests.ui.runs import Gate, ended, start, state_of, tagged


async def test_a_running_run_is_cancelled_from_its_page(opened: Opened, client: DagyClient) -> None:
    run = start(client, "patience")
    await state_of(client, run, "RUNNING")
    visitor = await opened(f"/runs/{run}")
    page = visitor.page
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("Running")
    await page.get_by_role("button", name="Cancel", exact=True).click()
    dialog = page.get_by_role("dialog", name=f"Cancel {run}?")
    await dialog.get_by_role("button", name="Cancel run", exact=True).click()
    await expect(heading).to_contain_text("Cancelled")
    await expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
    assert await ended(client, run) == "CANCELLED"


async def test_several_runs_are_cancelled_together(
    opened: Opened, flows: None, client: DagyClient, gate: Gate
) -> None:
    runs = [tagged(client, "orders", "bulk", gate=str(gate)) for _ in range(4)]
    visitor = await opened("/runs?tag=test%3Dbulk")
    page = visitor.page
    grid = page.get_by_role("grid", name="Runs")
    for run in runs:
        await expect(grid.get_by_role("row").filter(has_text=run)).to_be_visible()
    await grid.get_by_role("checkbox", name="Select all loaded runs").check()
    toolbar = page.get_by_role("toolbar", name="Selected runs")
    await expect(toolbar).to_contain_text("4 selected")
    await toolbar.get_by_role("button", name="Cancel 4").click()
    await expect(page.get_by_text("Cancelling 4 runs in")).to_be_visible()
    await expect(page.get_by_text("Cancelled 4 runs")).to_be_visible()
    for run in runs:
        row = grid.get_by_role("row").filter(has_text=run)
        await expect(row).to_contain_text("Cancelled")
        assert await ended(client, run) == "CANCELLED"


async def test_a_bulk_operation_is_undone_before_it_begins(
    opened: Opened, flows: None, client: DagyClient, gate: Gate
) -> None:
    runs = [tagged(client, "orders", "undo", gate=str(gate)) for _ in range(2)]
    visitor = await opened("/runs?tag=test%3Dundo")
    page = visitor.page
    grid = page.get_by_role("grid", name="Runs")
    for run in runs:
        await grid.get_by_role("checkbox", name=f"Select {run}").check()
    await page.get_by_role("toolbar").get_by_role("button", name="Cancel 2").click()
    await page.get_by_role("button", name="Undo", exact=True).click()
    await expect(page.get_by_text("Undone: no runs were changed")).to_be_visible()
    gate.open()
    assert [await ended(client, run) for run in runs] == ["SUCCEEDED", "SUCCEEDED"]
