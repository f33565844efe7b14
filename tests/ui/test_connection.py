"""The network goes, the server dies: the page says so, and afterwards nothing is missing."""

import asyncio

from playwright.async_api import Page, expect

from dagy.client import DagyClient
from tests.support.up import Up
from tests.ui.conftest import Opened
from tests.ui.runs import Gate, ended, start

_LIVE = "Live: changes appear as they happen"


async def test_a_run_that_ends_while_the_network_is_away_is_complete_afterwards(
    opened: Opened, flows: None, client: DagyClient, gate: Gate
) -> None:
    run = start(client, "orders", gate=str(gate))
    visitor = await opened(f"/runs/{run}")
    page = visitor.page
    await expect(page.get_by_role("status", name=_LIVE)).to_be_visible()
    await expect(page.get_by_role("log")).to_contain_text("waiting at the gate")

    visitor.is_network_down = True
    await visitor.context.set_offline(True)
    await expect(page.get_by_role("status", name="No network")).to_be_visible()
    await expect(page.get_by_text("This device has no network.")).to_be_visible()
    gate.open()
    assert await ended(client, run) == "SUCCEEDED"

    await visitor.context.set_offline(False)
    await _is_complete(page)


async def test_a_run_goes_on_while_the_server_is_away(
    opened: Opened, flows: None, client: DagyClient, gate: Gate, site: Up
) -> None:
    run = start(client, "orders", gate=str(gate))
    visitor = await opened(f"/runs/{run}")
    page = visitor.page
    await expect(page.get_by_role("log")).to_contain_text("waiting at the gate")

    visitor.is_network_down = True
    restart = asyncio.create_task(asyncio.to_thread(site.kill, "server"))
    await expect(page.get_by_role("status", name="Reconnecting …")).to_be_visible()
    gate.open()
    await restart
    await _is_complete(page)
    assert await ended(client, run) == "SUCCEEDED"


async def test_the_list_of_runs_catches_up(
    opened: Opened, flows: None, client: DagyClient, gate: Gate
) -> None:
    run = start(client, "orders", gate=str(gate))
    visitor = await opened("/runs")
    page = visitor.page
    row = page.get_by_role("row").filter(has_text=run)
    await expect(row).to_contain_text("Running")
    visitor.is_network_down = True
    await visitor.context.set_offline(True)
    await expect(page.get_by_role("status", name="No network")).to_be_visible()
    gate.open()
    assert await ended(client, run) == "SUCCEEDED"
    await visitor.context.set_offline(False)
    await expect(page.get_by_role("status", name=_LIVE)).to_be_visible()
    await expect(row).to_contain_text("Succeeded")


async def _is_complete(page: Page) -> None:
    """Every task of the run, its state and every line are there, by themselves."""
    await expect(page.get_by_role("status", name=_LIVE)).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Succeeded")
    graph = page.get_by_role("region", name="Graph of the tasks")
    for name in ("take_orders", "wait_at", "pack", "ship"):
        await expect(graph.get_by_title(f"{name}: Succeeded")).to_be_visible()
    await expect(page.get_by_role("region", name="Log")).to_contain_text("5 lines")
    await expect(page.get_by_role("log")).to_contain_text("2 parcels leave the house")
    await page.get_by_role("tab", name="Events").click()
    events = page.get_by_role("region", name="Events").get_by_role("listitem")
    await expect(events.last).to_contain_text("The run")
    numbers = await events.evaluate_all(
        "all => all.map(one => Number(one.firstElementChild.textContent))"
    )
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
