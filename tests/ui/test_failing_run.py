"""A run that failed says why before everything else, and is taken up where it stopped."""

from playwright.async_api import expect

from dagy.client import DagyClient
from tests.ui.conftest import Opened
from tests.ui.runs import Gate, ended, start


async def test_a_failure_is_first_on_the_page_and_mended_by_a_retry(
    opened: Opened, flows: None, client: DagyClient, gate: Gate
) -> None:
    run = start(client, "stocktaking", mended=str(gate))
    assert await ended(client, run) == "FAILED"
    visitor = await opened(f"/runs/{run}")
    page = visitor.page

    # What went wrong, where, and what it wrote last
    banner = page.get_by_role("region", name="What went wrong")
    await expect(banner.get_by_role("alert")).to_have_text("ValueError: box 7 is missing")
    await expect(banner.get_by_role("button", name="check_boxes", exact=True)).to_be_visible()
    await expect(banner.get_by_role("list", name="Last lines of check_boxes")).to_contain_text(
        "checking 42 boxes"
    )
    await banner.get_by_role("button", name="Traceback").click()
    await expect(banner).to_contain_text('raise ValueError("box 7 is missing")')

    # The task leads to its panel
    await banner.get_by_role("button", name="check_boxes", exact=True).click()
    panel = page.get_by_role("complementary", name="Task check_boxes")
    await expect(panel).to_contain_text("box 7 is missing")
    await expect(page).to_have_url(f"{visitor.base}/runs/{run}?task=check_boxes")

    # One click takes it up again
    gate.open()
    await banner.get_by_role("button", name="Retry from failed").click()
    await page.wait_for_url(lambda url: "/runs/" in url and run not in url)
    again = page.url.rsplit("/", 1)[1]
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Succeeded")
    await expect(page.get_by_role("main").get_by_text("Retry of")).to_be_visible()
    await expect(page.get_by_role("link", name=run)).to_be_visible()

    # With what had succeeded taken over
    graph = page.get_by_role("region", name="Graph of the tasks")
    await expect(graph.get_by_title("count_boxes: Cached")).to_be_visible()
    await expect(graph.get_by_title("check_boxes: Succeeded")).to_be_visible()
    assert await ended(client, again) == "SUCCEEDED"
    assert {task.key: task.state for task in client.task_runs(client.run(again).id)} == {
        "count_boxes": "CACHED",
        "check_boxes": "SUCCEEDED",
        "sign": "SUCCEEDED",
    }
    await page.get_by_role("link", name=run).click()
    await expect(page.get_by_text("Retried as").first).to_be_visible()
    await expect(page.get_by_role("link", name=again)).to_be_visible()


async def test_a_failing_run_tells_it_while_it_is_watched(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    visitor = await opened("/dashboard")
    page = visitor.page
    run = start(client, "stocktaking")
    await expect(page.get_by_role("region", name="Recent runs")).to_contain_text(run)
    attention = page.get_by_role("list", name="Needs attention")
    await expect(attention).to_contain_text("stocktaking")
