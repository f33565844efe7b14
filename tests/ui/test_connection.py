"""The network goes, the server dies: the page says so, and afterwards nothing is missing."""

from playwright.async_api import Page, Route, expect

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
    await expect(page.get_by_role("status", name="Offline")).to_be_visible()
    await expect(page.get_by_text("You are offline.")).to_be_visible()
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
    with site.away("server"):
        await expect(page.get_by_role("status", name="Server not reachable")).to_be_visible()
        gate.open()
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
    await expect(page.get_by_role("status", name="Offline")).to_be_visible()
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


async def test_a_link_that_is_clicked_while_the_server_is_away_opens_when_it_is_back(
    opened: Opened, flows: None, site: Up
) -> None:
    visitor = await opened("/runs")
    page = visitor.page
    await expect(page.get_by_role("status", name=_LIVE)).to_be_visible()
    visitor.is_network_down = True
    with site.away("server"):
        await expect(page.get_by_role("status", name="Server not reachable")).to_be_visible()
        await page.get_by_role("link", name="Flows").click()
    await page.wait_for_url("**/flows")
    await expect(page.get_by_role("heading", name="Flows")).to_be_visible()
    await expect(page.get_by_role("table", name="Flows")).to_contain_text("orders")


async def test_a_page_that_waits_says_so_and_stays_readable(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    run = start(client, "orders")
    visitor = await opened("/runs")
    page = visitor.page
    await expect(page.get_by_role("status", name=_LIVE)).to_be_visible()
    visitor.is_network_down = True
    await visitor.context.route("**/*", lambda route: route.abort("connectionrefused"))
    await page.get_by_role("link", name="Flows").click()
    banner = page.get_by_role("status").filter(has_text="The Dagy server is not reachable")
    await expect(banner).to_contain_text("/flows opens when it is back")
    await expect(banner).to_contain_text("Trying again in ")
    await expect(page.get_by_role("grid", name="Runs")).to_contain_text(run)

    await expect(banner.get_by_role("button", name="Try now")).to_be_visible()

    await visitor.context.unroute("**/*")
    await page.wait_for_url("**/flows")
    await expect(page.get_by_role("table", name="Flows")).to_contain_text("orders")
    await expect(banner).to_have_count(0)


async def test_without_sockets_the_page_says_that_live_updates_are_off(
    opened: Opened, flows: None
) -> None:
    visitor = await opened()
    page = visitor.page
    visitor.is_network_down = True
    await page.route_web_socket("**/graphql", lambda socket: socket.close(code=1011))
    await visitor.goto("/runs")
    await expect(page.get_by_text("Live updates are off.")).to_be_visible()
    await expect(page.get_by_text("not reachable")).to_have_count(0)


async def test_a_page_whose_scripts_are_lost_loads_itself_again(
    opened: Opened, flows: None
) -> None:
    visitor = await opened()
    page = visitor.page
    visitor.is_network_down = True
    await page.route("**/_next/static/**/*.js", lambda route: route.abort("connectionrefused"))
    await page.route("**/api/ui-config", lambda route: route.abort("connectionrefused"))
    await visitor.goto("/flows")
    await expect(page.get_by_role("alert")).to_contain_text("Part of this page could not be loaded")
    await page.unroute("**/_next/static/**/*.js")
    await page.unroute("**/api/ui-config")
    await expect(page.get_by_role("table", name="Flows")).to_contain_text("orders")


async def test_after_an_upgrade_a_click_ends_on_the_new_page(opened: Opened, flows: None) -> None:
    visitor = await opened("/dashboard")
    page = visitor.page
    await expect(page.get_by_role("list", name="In numbers")).to_be_visible()
    visitor.is_network_down = True
    loaded = set(await page.evaluate("[...document.scripts].map(script => script.src)"))

    async def is_gone(route: Route) -> None:
        """The scripts of the build before; what the new page names is there."""
        is_old = route.request.url not in loaded and page.url.endswith("/dashboard")
        await (route.fulfill(status=404, body="") if is_old else route.continue_())

    await page.route("**/_next/static/**/*.js", is_gone)
    await page.get_by_role("link", name="Flows").click()
    await page.wait_for_url("**/flows")
    await page.unroute("**/_next/static/**/*.js")
    await expect(page.get_by_role("table", name="Flows")).to_contain_text("orders")
