"""The list of runs: narrowed, shared, saved, and as long as one likes."""

from playwright.async_api import Locator, Page, expect

from dagy.client import DagyClient
from tests.ui.conftest import Opened
from tests.ui.runs import ended, start, tagged

_MANY = 130


async def test_a_narrowed_list_is_the_same_in_another_window(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    failed = start(client, "stocktaking")
    succeeded = start(client, "diary", lines=1)
    assert [await ended(client, run) for run in (failed, succeeded)] == ["FAILED", "SUCCEEDED"]

    # When it is narrowed to a state and a flow
    visitor = await opened("/runs")
    page = visitor.page
    await page.get_by_role("group", name="States").get_by_role("button", name="Failed").click()
    await page.get_by_role("button", name="Flow", exact=True).click()
    await page.get_by_role("combobox", name="Filter: Flow").fill("stock")
    await page.get_by_role("option", name="stocktaking").click()
    await page.keyboard.press("Escape")

    # Then the address says so, and leads others to the same rows
    await expect(page.get_by_role("button", name="Flow: stocktaking")).to_be_visible()
    await page.wait_for_url("**/runs?*flow=stocktaking*")
    assert "state=FAILED" in page.url
    await expect(_row(page, failed)).to_be_visible()
    await expect(_row(page, succeeded)).to_have_count(0)
    other = await opened(page.url.removeprefix(visitor.base))
    await expect(_row(other.page, failed)).to_be_visible()
    assert await _slugs(other.page) == await _slugs(page)

    # And back leads to the whole list
    await page.go_back()
    await page.go_back()
    await expect(_row(page, succeeded)).to_be_visible()


async def test_a_view_is_saved_opened_and_deleted(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    run = tagged(client, "diary", "view", lines=1)
    visitor = await opened("/runs?tag=test%3Dview")
    page = visitor.page
    await expect(_row(page, run)).to_be_visible()
    await page.get_by_role("button", name="Views", exact=True).click()
    await page.get_by_role("button", name="Save as a new view…").click()
    dialog = page.get_by_role("dialog", name="Save this view")
    await dialog.get_by_label("Name").fill("My diary")
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("button", name="My diary")).to_be_visible()

    await visitor.goto("/runs")
    await page.get_by_role("button", name="Views", exact=True).click()
    await page.get_by_role("button", name="My diary 1").click()
    await page.wait_for_url("**/runs?*tag=test*")
    rows = page.get_by_role("grid", name="Runs").get_by_role("row")
    await expect(rows).to_have_count(2)  # with the head
    await expect(rows.last).to_contain_text(run)

    await page.get_by_role("button", name="My diary").click()
    await page.get_by_role("button", name="Delete…").click()
    await page.get_by_role("button", name="Delete the view").click()
    await expect(page.get_by_text("My diary is deleted.")).to_be_visible()
    await expect(page.get_by_role("button", name="Views", exact=True)).to_be_visible()


async def test_a_new_run_comes_in_at_once_unless_one_is_about_to_act(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    first = tagged(client, "diary", "fresh", lines=1)
    visitor = await opened("/runs?tag=test%3Dfresh")
    page = visitor.page
    await expect(_row(page, first)).to_be_visible()

    # At the top of the list there is nothing to press
    second = tagged(client, "diary", "fresh", lines=1)
    await expect(_row(page, second)).to_be_visible()
    assert await _slugs(page) == [second, first]
    pill = page.get_by_role("button", name="1 new")
    await expect(pill).to_have_count(0)

    # With a run chosen nothing moves
    await page.get_by_role("checkbox", name=f"Select {first}").check()
    third = tagged(client, "diary", "fresh", lines=1)
    await expect(pill).to_be_visible()
    assert await _slugs(page) == [second, first]

    # Until nothing is chosen any more
    await page.get_by_role("button", name="Clear selection").click()
    await expect(_row(page, third)).to_be_visible()


async def test_a_row_says_how_many_of_its_tasks_succeeded(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    run = tagged(client, "diary", "counted", lines=1)
    assert await ended(client, run) == "SUCCEEDED"
    visitor = await opened("/runs?tag=test%3Dcounted")
    tasks = _row(visitor.page, run).get_by_role("img", name="1 of 1 task")
    await expect(tasks).to_be_visible()


async def test_a_long_list_loads_as_one_scrolls_and_never_jumps(
    opened: Opened, flows: None, client: DagyClient
) -> None:
    _trigger_many(client)
    visitor = await opened("/runs?tag=test%3Dmany")
    page = visitor.page
    grid = page.get_by_role("grid", name="Runs")
    await expect(grid).to_have_attribute("aria-rowcount", str(_MANY + 1))
    await grid.focus()

    # Its end comes by scrolling
    for _ in range(12):
        await grid.press("PageDown")
    await grid.press("End")
    await expect(page.get_by_text(f"All {_MANY} runs.")).to_be_visible()

    # What is new waits, while the rows stay where they are
    await grid.evaluate("grid => { grid.scrollTop = 600 }")
    before = await grid.evaluate("grid => grid.scrollTop")
    run = tagged(client, "diary", "many", lines=1)
    pill = page.get_by_role("button", name="1 new")
    await expect(pill).to_be_visible()
    assert await grid.evaluate("grid => grid.scrollTop") == before
    await expect(_row(page, run)).to_have_count(0)

    # Until one asks for it
    await pill.click()
    await expect(_row(page, run)).to_be_visible()
    assert await grid.evaluate("grid => grid.scrollTop") == 0
    await expect(pill).to_have_count(0)


def _row(page: Page, run: str) -> Locator:
    return page.get_by_role("grid", name="Runs").get_by_role("row").filter(has_text=run)


async def _slugs(page: Page) -> list[str]:
    """The runs in sight, from the top."""
    links = page.get_by_role("grid", name="Runs").get_by_role("link")
    found = await links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [href.removeprefix("/runs/") for href in found if href.startswith("/runs/")]


def _trigger_many(client: DagyClient) -> None:
    for _ in range(_MANY):
        tagged(client, "diary", "many", lines=1)
