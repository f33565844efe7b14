"""With every other host blocked, all of it works: GraphiQL, its workers and subscriptions too."""

from urllib.parse import quote, urlsplit

from playwright.async_api import Locator, Page, Route, expect

from dagy.client import DagyClient
from tests.ui.conftest import Opened
from tests.ui.runs import Gate, start
from tests.ui.visitor import Visitor


async def test_graphiql_answers_with_all_other_hosts_blocked(opened: Opened) -> None:
    visitor = await _alone(opened)
    page = visitor.page
    await visitor.goto("/graphiql#query=" + quote("query Me { viewer { role } }"))
    await _execute(page, "Me")
    await expect(_response(page)).to_contain_text('"role": "OWNER"')


async def test_graphiql_follows_a_subscription(
    opened: Opened, flows: None, client: DagyClient, gate: Gate
) -> None:
    run = client.run(start(client, "orders", gate=str(gate))).id
    visitor = await _alone(opened)
    page = visitor.page
    query = f'subscription Watch {{ runEvents(runId: "{run}") {{ type runState }} }}'
    await visitor.goto("/graphiql#query=" + quote(query))
    await _execute(page, "Watch")
    await expect(_response(page)).to_contain_text("RUNNING")
    gate.open()
    await expect(_response(page)).to_contain_text("SUCCEEDED")


async def test_a_page_is_taken_into_graphiql(opened: Opened, flows: None) -> None:
    visitor = await _alone(opened)
    page = visitor.page
    await visitor.goto("/flows")
    await page.get_by_role("button", name="Copy as").click()
    await page.get_by_role("menuitem", name="Open in GraphiQL").click()
    await page.wait_for_url("**/graphiql*")
    await _execute(page, "FlowList")
    await expect(_response(page)).to_contain_text('"name": "diary"')


async def _alone(opened: Opened) -> Visitor:
    visitor: Visitor = await opened()

    async def only_ours(route: Route) -> None:
        ours = urlsplit(route.request.url).netloc == urlsplit(visitor.base).netloc
        await (route.continue_() if ours else route.abort())

    await visitor.context.route("**/*", only_ours)
    return visitor


def _response(page: Page) -> Locator:
    return page.get_by_role("region", name="Result Window")


async def _execute(page: Page, operation: str) -> None:
    """What the address has brought, once it is in the editor."""
    await expect(page.get_by_role("tab", name=operation, selected=True)).to_be_visible()
    await expect(page.get_by_role("region", name="Operation Editor")).to_contain_text(operation)
    await page.get_by_role("button", name="Execute").click()
