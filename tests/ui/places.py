"""Every page of the UI: where it is, and what is on it once it is there."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect


@dataclass(frozen=True, slots=True)
class Place:
    """`run` in the path stands for a run that failed. `role` and `name` are of what comes last."""

    path: str
    role: str
    name: str

    def landmark(self, page: Page) -> Locator:
        return page.get_by_role(self.role, name=self.name)  # type: ignore[arg-type]


RUN_TABS = ("tasks", "logs", "values", "events", "files", "compare")
FLOW_TABS = ("runs", "versions", "deployments", "triggers", "alerts", "code", "settings")

GRAPHIQL = Place("/graphiql", "button", "Execute")

PLACES = (
    Place("/dashboard", "list", "In numbers"),
    Place("/runs", "grid", "Runs"),
    Place("/runs?peek={run}", "complementary", "Run {run}"),
    Place("/runs?q=nothing-is-called-so", "heading", "No matching runs"),
    Place("/runs/{run}", "region", "Graph of the tasks"),
    Place("/runs/{run}?task=check_boxes", "complementary", "Task check_boxes"),
    *(Place(f"/runs/{{run}}?tab={tab}", "tabpanel", "") for tab in RUN_TABS),
    Place("/flows", "heading", "Flows"),
    Place("/flows?view=table", "table", "Flows"),
    Place("/flows?view=cards", "list", "Flows"),
    Place("/flows?run=orders", "dialog", "Run orders"),
    Place("/flows/stocktaking", "tabpanel", "Overview"),
    *(Place(f"/flows/stocktaking?tab={tab}", "tabpanel", "") for tab in FLOW_TABS),
    GRAPHIQL,
)


async def arrive(page: Page, base: str, place: Place, run: str) -> None:
    await page.goto(base + place.path.format(run=run))
    here = Place(place.path, place.role, place.name.format(run=run))
    await expect(here.landmark(page).first).to_be_visible()
    await expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    if place != GRAPHIQL:  # the workers of its editor never rest
        await page.wait_for_load_state("networkidle")
