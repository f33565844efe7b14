"""The form of a run, and what a run's graph shows at first."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from dagy.client import DagyClient
from tests.ui.conftest import Cli, Opened
from tests.ui.runs import ended

FORMS = Path(__file__).parent / "flows" / "forms.py"
EXACT = 9_007_199_254_740_995


@pytest.fixture(scope="session")
def forms(cli: Cli) -> None:
    for name in ("labels", "conveyor"):
        cli("deploy", f"{FORMS}:{name}")


async def test_run_a_flow_opens_a_list_to_search(opened: Opened, forms: None) -> None:
    page = (await opened("/runs")).page
    await page.get_by_role("button", name="Run a flow").click()
    search = page.get_by_role("combobox", name="Filter: Deployment")
    await expect(search).to_be_focused()
    await expect(page.get_by_role("option", name="labels")).to_be_visible()
    await search.fill("LABEL")
    await expect(page.get_by_role("option")).to_have_count(1)
    await search.press("Enter")
    await expect(page.get_by_role("dialog", name="Run labels")).to_be_visible()
    await page.get_by_role("button", name="Another deployment").click()
    await expect(page.get_by_role("option", name="conveyor")).to_be_visible()


async def test_a_required_list_is_filled_in_at_once_and_every_digit_arrives(
    opened: Opened, forms: None, client: DagyClient
) -> None:
    page = (await opened("/flows?run=labels")).page
    dialog = page.get_by_role("dialog", name="Run labels")
    await expect(dialog.get_by_label("names[0]", exact=True)).to_be_focused()
    await page.keyboard.type("Ada")
    await dialog.get_by_label("label", exact=True).fill("fragile")
    await dialog.get_by_label("colour", exact=True).select_option(label="blue")
    account = dialog.get_by_label("account", exact=True)
    await expect(account).to_have_value("9007199254740993")
    await account.fill(str(EXACT))
    await expect(dialog.get_by_text("Ready to start")).to_be_visible()
    await dialog.get_by_role("button", name="Start run").click()
    await page.wait_for_url("**/runs/*")
    run = page.url.rsplit("/", 1)[1]
    assert await ended(client, run) == "SUCCEEDED"
    assert client.run(run).result == [["Ada"], EXACT]
    assert client.run(run).parameters["parcel"] == {"label": "fragile", "colour": "blue"}

    # Shown, copied and started again with the same digits
    await page.get_by_role("tab", name="Inputs & outputs").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text(f"account:{EXACT}")
    await page.get_by_role("button", name="Run with changes").click()
    await expect(dialog.get_by_label("account", exact=True)).to_have_value(str(EXACT))
    await dialog.get_by_text("JSON", exact=True).click()
    shown = await dialog.get_by_label("Parameters as JSON").input_value()
    assert json.loads(shown) == client.run(run).parameters


async def test_a_schema_that_leads_nowhere_leaves_a_form_that_works(
    opened: Opened, forms: None
) -> None:
    visitor = await opened()
    page = visitor.page
    await page.route("**/graphql", _without_definitions)
    await visitor.goto("/flows?run=labels")
    dialog = page.get_by_role("dialog", name="Run labels")
    await dialog.get_by_label("names[0]", exact=True).fill("Ada")
    parcel = dialog.get_by_label("parcel", exact=True)
    await parcel.fill('{"label": "fragile", "colour": "blue"}')
    await expect(dialog.get_by_text("Ready to start")).to_be_visible()
    await parcel.fill('{"label": ')
    await expect(parcel).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("heading", name="Parameters")).to_be_visible()


async def test_a_long_graph_starts_where_it_failed_and_can_be_read(
    opened: Opened, forms: None, client: DagyClient
) -> None:
    run = client.trigger("conveyor").run.slug
    assert await ended(client, run) == "FAILED"
    visitor = await opened(f"/runs/{run}")
    page = visitor.page
    await expect(page.get_by_role("heading", level=1)).to_contain_text("7 of 12 tasks, 1 failed")
    graph = page.get_by_role("region", name="Graph of the tasks")
    failed = graph.get_by_title("stop: Failed")
    await expect(failed).to_be_in_viewport()
    assert await _text_px(page) >= 10
    await failed.click()
    await expect(page.get_by_role("complementary", name="Task stop")).to_be_visible()
    await expect(failed).to_be_in_viewport()
    assert await _text_px(page) >= 10


async def test_the_graph_of_a_flow_is_whole_on_a_phone(opened: Opened, forms: None) -> None:
    page = (await opened("/flows/conveyor", width=360)).page
    graph = page.get_by_role("group", name="Graph of 12 tasks")
    await expect(graph).to_be_visible()
    frame = await graph.evaluate("svg => [svg.clientWidth, svg.parentElement.clientWidth]")
    assert frame[0] <= frame[1]


async def _without_definitions(route: Route) -> None:
    answer = await route.fetch()
    body = await answer.json()
    flow = ((body.get("data") or {}).get("deployment") or {}).get("flow")
    if flow and "parametersSchema" in flow:
        flow["parametersSchema"].pop("$defs", None)
    await route.fulfill(response=answer, json=body)


async def _text_px(page: Page) -> float:
    """How tall the names of the graph's tasks are on the screen."""
    return float(
        await page.locator(".task-node-text").first.evaluate(
            "text => parseFloat(getComputedStyle(text).fontSize)"
            " * text.getBoundingClientRect().height / text.offsetHeight"
        )
    )
