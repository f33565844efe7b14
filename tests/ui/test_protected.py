"""What a developer finds in a protected environment: marked, closed, and with the reason."""

from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from dagy.client import DagyClient
from tests.support.up import Up
from tests.ui.conftest import Opened
from tests.ui.people import invited, signed_in
from tests.ui.runs import ended, start

_TRIGGER = "PROTECTED_RUNS_TRIGGER"
_DEPLOY = "PROTECTED_DEPLOYMENTS_WRITE"
_CREATE = """mutation($i: CreateDeploymentInput!) {
  createDeployment(input: $i) { deployment { id } }
}"""


@pytest.fixture(scope="session")
async def developer_state(browser: Browser, site: Up, client: DagyClient) -> Any:
    member = invited(client, "developer@dagy.local", role="DEVELOPER")
    return await signed_in(browser, site.url, member.email, member.password)


@pytest.fixture(scope="session")
def in_production(flows: None, client: DagyClient) -> str:
    """A deployment of `orders`, made by the owner."""
    given = {"name": "orders-live", "flowName": "orders", "environment": "production"}
    client.execute(_CREATE, {"i": given})
    return "orders-live"


async def _is_closed(button: Locator, permission: str) -> None:
    await expect(button).to_be_disabled()
    why = f"production is protected, and you lack the permission {permission}."
    await expect(button).to_have_attribute("title", why)


async def test_a_developer_sees_why_nothing_may_be_done_in_production(
    opened: Opened, in_production: str, client: DagyClient, developer_state: Any
) -> None:
    run = start(client, in_production)
    assert await ended(client, run) == "SUCCEEDED"
    visitor = await opened(state=developer_state)
    page = visitor.page

    await visitor.goto("/flows/orders?tab=deployments")
    cards = page.get_by_role("list", name="Deployments")
    card = cards.get_by_role("listitem").filter(has_text=in_production)
    await expect(card.get_by_text("protected", exact=True)).to_be_visible()
    await _is_closed(card.get_by_role("button", name=f"Run {in_production}"), _TRIGGER)
    await _is_closed(card.get_by_role("button", name=f"More for {in_production}"), _DEPLOY)
    await expect(card.get_by_role("switch")).to_be_disabled()
    # The same flow elsewhere is open to them.
    await expect(page.get_by_role("button", name="Run orders", exact=True)).to_be_enabled()

    await visitor.goto(f"/runs/{run}")
    await expect(page.get_by_text("protected", exact=True)).to_be_visible()
    for verb in ("Retry from start", "Run with changes"):
        await _is_closed(page.get_by_role("button", name=verb), _TRIGGER)


async def test_the_run_dialog_says_that_the_run_would_be_refused(
    opened: Opened, in_production: str, developer_state: Any
) -> None:
    visitor = await opened(f"/flows/orders?run={in_production}", state=developer_state)
    status = visitor.page.get_by_role("dialog").get_by_role("status")
    await expect(status).to_contain_text(f"You lack the permission {_TRIGGER}.")


async def test_an_owner_is_kept_from_nothing(opened: Opened, in_production: str) -> None:
    visitor = await opened("/flows/orders?tab=deployments")
    button = visitor.page.get_by_role("button", name=f"Run {in_production}")
    await expect(button).to_be_enabled()
