"""What is not there, and what goes wrong, is said in words."""

from playwright.async_api import Route, expect

from tests.ui.conftest import Opened

_REFUSAL = """{"errors": [{"message": "Something went wrong on the server.",
  "extensions": {"code": "INTERNAL", "requestId": "0123abcd"}}]}"""


async def test_an_address_that_is_no_page_says_so(opened: Opened) -> None:
    visitor = await opened()
    visitor.is_network_down = True  # the browser tells of the 404 in its console
    await visitor.goto("/no/such/page")
    await expect(visitor.page.get_by_role("heading")).to_have_text("Page not found")
    await visitor.page.get_by_role("link", name="Open the dashboard").click()
    await visitor.page.wait_for_url("**/dashboard")


async def test_a_run_and_a_flow_that_are_not_there_say_so(opened: Opened) -> None:
    visitor = await opened("/runs/no-such-run")
    page = visitor.page
    await expect(page.get_by_role("heading", name="Run no-such-run not found")).to_be_visible()
    await visitor.goto("/flows/no_such_flow")
    await expect(page.get_by_role("heading", name="Flow no_such_flow not found")).to_be_visible()


async def test_an_error_of_the_server_is_told_with_its_request_and_tried_again(
    opened: Opened, flows: None
) -> None:
    visitor = await opened()
    page = visitor.page

    async def refuse(route: Route) -> None:
        if "FlowList" in (route.request.post_data or ""):
            await route.fulfill(body=_REFUSAL, content_type="application/json")
        else:
            await route.continue_()

    await page.route("**/graphql", refuse)
    await visitor.goto("/flows")
    note = page.get_by_role("main").get_by_role("alert")
    await expect(note).to_contain_text("Something went wrong on the server.")
    await expect(note).to_contain_text("request 0123abcd")
    await page.unroute("**/graphql")
    await note.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("link", name="orders", exact=True)).to_be_visible()
    await expect(note).to_have_count(0)
