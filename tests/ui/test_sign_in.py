"""Signing in and out, and what happens to who is not."""

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, Page, expect

from dagy.client import DagyClient
from tests.support.up import Up
from tests.ui.conftest import Opened
from tests.ui.people import EMAIL, PASSWORD, invitation, invited, password_reset, signed_in

NEW_PASSWORD = "another battery staple"


async def _sign_in(page: Page, email: str, password: str) -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize(
    "next_",
    ["/..//evil.example", "/.//evil.example", "/x/..//evil.example", "/a/../\\evil.example"],
)
async def test_a_link_to_the_sign_in_page_leads_nowhere_else(opened: Opened, next_: str) -> None:
    visitor = await opened(f"/login?{urlencode({'next': next_})}")
    await visitor.page.wait_for_url(f"{visitor.base}/dashboard")
    assert visitor.strangers == []


async def test_a_person_signs_in_and_sees_where_they_wanted_to_go(
    opened: Opened, password: str
) -> None:
    visitor = await opened("/runs?state=FAILED", state=None)
    page = visitor.page
    await page.wait_for_url("**/login?next=*")
    await _sign_in(page, EMAIL, password)
    await page.wait_for_url("**/runs?state=FAILED")
    await expect(page.get_by_role("heading", name="Runs")).to_be_visible()


async def test_a_wrong_password_is_told_and_another_try_works(
    opened: Opened, password: str
) -> None:
    visitor = await opened("/login", state=None)
    page = visitor.page
    await _sign_in(page, EMAIL, "not the password")
    await expect(page.get_by_role("main").get_by_role("alert")).to_have_text(
        "The e-mail address or the password is wrong."
    )
    await _sign_in(page, EMAIL, password)
    await page.wait_for_url("**/dashboard")


async def test_another_site_is_nowhere_to_go_next(opened: Opened, password: str) -> None:
    visitor = await opened("/login?next=//example.com/runs", state=None)
    await _sign_in(visitor.page, EMAIL, password)
    await visitor.page.wait_for_url(f"{visitor.base}/dashboard")


async def test_signing_out_ends_the_session_in_every_window(
    opened: Opened, browser: Browser, site: Up, password: str
) -> None:
    state = await signed_in(browser, site.url, EMAIL, password)
    visitor = await opened("/flows", state=state)
    page = visitor.page
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Sign out", exact=True).click()
    await page.wait_for_url("**/login*")
    other = await opened("/flows", state=state)
    await other.page.wait_for_url("**/login?next=*")


async def test_an_invited_person_joins_and_looks_around(opened: Opened, client: DagyClient) -> None:
    link = invitation(client, "new@dagy.local", role="VIEWER")
    visitor = await opened(link, state=None)
    page = visitor.page
    await expect(page.get_by_label("E-mail")).to_have_value("new@dagy.local")
    await page.get_by_label("Your name").fill("Newcomer")
    await page.get_by_label("Choose a password").fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await page.wait_for_url("**/dashboard")
    await page.get_by_role("button", name="Your account").click()
    await expect(page.get_by_role("menu")).to_contain_text("Newcomer")
    await expect(page.get_by_role("menu")).to_contain_text("Viewer of")

    again = await opened(link, state=None)
    await expect(again.page.get_by_role("heading")).to_have_text("This link is no longer valid")


async def test_a_reset_link_changes_the_password_once(
    opened: Opened, client: DagyClient, browser: Browser, site: Up
) -> None:
    member = invited(client, "forgetful@dagy.local", role="VIEWER")
    state: Any = await signed_in(browser, site.url, member.email, member.password)
    link = password_reset(client, member)
    visitor = await opened(link, state=None)
    page = visitor.page
    await page.get_by_role("textbox", name="New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Change the password").click()
    await expect(page.get_by_role("heading")).to_have_text("Password changed")

    ended = await opened("/runs", state=state)
    await ended.page.wait_for_url("**/login?next=*")
    await page.get_by_role("link", name="Sign in").click()
    await _sign_in(page, member.email, NEW_PASSWORD)
    await page.wait_for_url("**/dashboard")
