"""Without a mouse: from the sign-in to the log of a run that was started."""

from playwright.async_api import Page, expect

from tests.ui.conftest import Opened
from tests.ui.people import EMAIL


async def test_from_sign_in_to_a_log_by_keys_alone(
    opened: Opened, flows: None, password: str
) -> None:
    visitor = await opened("/login", state=None)
    page = visitor.page
    keys = page.keyboard
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await keys.type(EMAIL)
    await keys.press("Tab")
    await keys.type(password)
    await keys.press("Enter")
    await page.wait_for_url("**/dashboard")

    # The palette starts a run
    await _is_at_home(page)
    await keys.press("Control+k")
    palette = page.get_by_role("dialog", name="Search runs, flows and actions")
    await expect(palette.get_by_role("combobox")).to_be_focused()
    await keys.type("run a flow")
    await expect(palette.get_by_role("option", name="Run a flow").first).to_be_visible()
    await keys.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(page.get_by_role("combobox", name="Filter: Deployment")).to_be_focused()
    await keys.type("diary")
    await keys.press("Enter")
    await expect(dialog.get_by_label("lines", exact=True)).to_be_focused()
    await keys.press("Control+a")
    await keys.type("3")
    await expect(dialog.get_by_text("Ready to start")).to_be_visible()
    await keys.press("Control+Enter")
    await page.wait_for_url("**/runs/*")
    run = page.url.rsplit("/", 1)[1]
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Succeeded")

    # The list is gone through and the run opened from it
    await keys.press("g")
    await keys.press("r")
    await page.wait_for_url("**/runs")
    await expect(page.get_by_role("row").filter(has_text=run)).to_be_visible()
    await keys.press("j")
    await keys.press("j")
    await keys.press("k")
    await keys.press("Space")
    await expect(page.get_by_role("complementary", name=f"Run {run}")).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_role("complementary", name=f"Run {run}")).to_have_count(0)
    await keys.press("Enter")
    await page.wait_for_url(f"**/runs/{run}")

    # To its log, and to all that there is to press
    await keys.press("3")
    await expect(page.get_by_role("log")).to_contain_text("line 3")
    await keys.press("/")
    await expect(page.get_by_role("searchbox", name="Search the log")).to_be_focused()
    await keys.press("Escape")
    await keys.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    for label in ("Follow the log", "Go to Runs", "Search runs, flows and actions"):
        await expect(sheet).to_contain_text(label)
    await keys.press("Escape")
    await expect(sheet).to_have_count(0)


async def test_the_first_tab_leads_past_the_navigation(opened: Opened) -> None:
    visitor = await opened("/flows")
    page = visitor.page
    await expect(page.get_by_role("heading", name="Flows")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()


async def _is_at_home(page: Page) -> None:
    await expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
