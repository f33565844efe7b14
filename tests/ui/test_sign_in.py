"""Signing in, and what happens to who is not."""

from playwright.async_api import expect

from tests.ui.conftest import EMAIL, Opened


async def test_a_person_signs_in_and_sees_where_they_wanted_to_go(
    opened: Opened, password: str
) -> None:
    visitor = await opened("/runs", state=None)
    page = visitor.page
    await page.wait_for_url("**/login?next=*")
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/runs")
    await expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
