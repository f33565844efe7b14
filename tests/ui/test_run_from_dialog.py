"""From a deployed flow to a finished run: the way that people go most often."""

from playwright.async_api import Locator, Page, expect

from dagy.client import DagyClient
from tests.ui.conftest import FLOWS, Cli, Opened
from tests.ui.runs import Gate, ended


async def test_a_flow_deployed_by_the_cli_is_in_the_catalog(opened: Opened, cli: Cli) -> None:
    cli("deploy", f"{FLOWS}:orders")
    visitor = await opened("/flows")
    flow = visitor.page.get_by_role("row").filter(
        has=visitor.page.get_by_role("link", name="orders", exact=True)
    )
    await expect(flow).to_contain_text("Orders, packed and shipped once the gate is open")
    await expect(flow).to_contain_text("team=warehouse")


async def test_a_bad_value_is_told_at_its_field_and_starts_nothing(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    before = [run.slug for run in client.runs(flow_name="orders")]
    visitor = await opened("/flows")
    page = visitor.page
    await page.get_by_role("button", name="Run orders").click()
    dialog = page.get_by_role("dialog", name="Run orders")
    count = dialog.get_by_label("count", exact=True)
    await expect(count).to_have_value("2")
    await count.fill("many")
    await expect(count).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog.get_by_role("complementary")).to_contain_text("1 thing to mend first")
    await dialog.get_by_role("button", name="Start run").click()
    await expect(count).to_be_focused()
    await expect(dialog).to_be_visible()
    assert not any("triggerRun" in asked for asked in visitor.asked)
    assert [run.slug for run in client.runs(flow_name="orders")] == before


async def test_a_run_started_from_the_dialog_is_watched_to_its_end_without_reload(
    opened: Opened, flows: None, client: DagyClient, gate: Gate
) -> None:
    visitor = await opened("/flows")
    page = visitor.page
    loads: list[str] = []
    page.on("load", lambda _: loads.append(page.url))

    # When it is started with values of one's own
    await page.get_by_role("button", name="Run orders").click()
    dialog = page.get_by_role("dialog", name="Run orders")
    await dialog.get_by_label("count", exact=True).fill("3")
    await dialog.get_by_label("wrapping", exact=True).select_option(label="ribbon")
    await dialog.get_by_label("gate", exact=True).fill(str(gate))
    await expect(dialog.get_by_text("Ready to start")).to_be_visible()
    await dialog.get_by_role("button", name="Start run").click()

    # Then its page shows how far it is
    await page.wait_for_url("**/runs/*")
    run = page.url.rsplit("/", 1)[1]
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("Running")
    await expect(_task(page, "take_orders: Succeeded")).to_be_visible()
    await expect(_task(page, "wait_at: Running")).to_be_visible()
    await expect(_task(page, "ship: Pending")).to_be_visible()
    edges = page.get_by_role("region", name="Graph of the tasks").get_by_role("img")
    for edge in ("take_orders to wait_at", "wait_at to pack", "pack to ship"):
        await expect(edges.and_(page.get_by_label(f"Edge from {edge}"))).to_have_count(1)
    await expect(page.get_by_role("log")).to_contain_text("waiting at the gate")

    # And goes on by itself
    gate.open()
    await expect(heading).to_contain_text("Succeeded")
    await expect(heading).to_contain_text("6 of 6 tasks")
    await expect(_task(page, "pack: Succeeded")).to_contain_text("3/3")
    await expect(_task(page, "ship: Succeeded")).to_be_visible()
    await expect(page.get_by_role("log")).to_contain_text("3 parcels leave the house")
    assert loads == []
    assert await ended(client, run) == "SUCCEEDED"

    # And what it was given and returned can be read
    await page.get_by_role("tab", name="Inputs & outputs").click()
    panel = page.get_by_role("tabpanel")
    await expect(panel).to_contain_text("shipped:3")
    await expect(panel).to_contain_text('wrapping:"ribbon"')
    assert client.run(run).result == {"shipped": 3, "last": "parcel 3"}


async def test_the_log_is_searched_filtered_and_downloaded(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    run = client.trigger("diary", {"lines": 3_000}).run.slug
    assert await ended(client, run) == "SUCCEEDED"
    visitor = await opened(f"/runs/{run}?tab=logs")
    page = visitor.page
    await expect(page.get_by_text("3,000 lines")).to_be_visible()
    search = page.get_by_role("searchbox", name="Search the log")
    await search.fill("line 2999")
    await search.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="1 of 1")).to_be_visible()
    await expect(page.get_by_role("log")).to_contain_text("line 2999")
    await page.get_by_label("Minimum level").select_option("WARNING")
    await expect(page.get_by_text("No lines at this level.")).to_be_visible()
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Download the log").click()
    text = (await (await downloading.value).path()).read_text()
    assert len(text.splitlines()) == 3_000


def _task(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name="Graph of the tasks").get_by_title(title)
