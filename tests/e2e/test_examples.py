"""The shipped examples on the server: the report, the retries, the cancelled wait."""

import csv
import random
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from html.parser import HTMLParser
from importlib.metadata import distribution
from pathlib import Path

import httpx
import pytest
import yaml

from dagy.api.models import Run
from dagy.client import DagyClient
from tests.e2e.conftest import Cli
from tests.support.up import Up, descendants, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

EXAMPLES = Path(__file__).parents[2] / "examples"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
CANCEL_SECONDS = 10.0


@pytest.fixture(scope="module", autouse=True)
def deployed(cli: Cli) -> None:
    for name in ("weather", "fanout", "patience"):
        done = cli("deploy", f"{EXAMPLES / name}.py:{name}")
        assert done.returncode == 0, done.stderr


def succeeded(client: DagyClient, name: str) -> Run:
    run_id = client.trigger(name).run.id
    until(lambda: client.run_status(run_id).is_terminal, what=f"the end of {name}")
    run = client.run(run_id)
    assert run.state == "SUCCEEDED", run.error
    return run


@pytest.fixture(scope="module")
def report(up: Up, client: DagyClient) -> httpx.Response:
    run = succeeded(client, "weather")
    [artifact] = run.artifacts
    token = yaml.safe_load((up.folder / "credentials").read_text())["local"]
    answer = httpx.get(
        f"{up.url}{artifact.url}", headers={"Authorization": f"Bearer {token}"}
    ).raise_for_status()
    assert (artifact.name, artifact.size_bytes) == ("report.html", len(answer.content))
    assert httpx.get(f"{up.url}{artifact.url}").status_code == 401
    return answer


def test_the_report_is_shown_by_a_browser_but_can_do_nothing(report: httpx.Response) -> None:
    assert report.headers["content-type"].startswith("text/html")
    assert report.headers["content-disposition"].startswith("inline")
    policy = report.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert report.headers["x-content-type-options"] == "nosniff"


class Page(HTMLParser):
    """Balanced tags, and what a test asks about."""

    VOID = frozenset({"meta", "link", "br", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.all: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_report_is_a_page_of_four_charts_without_script(report: httpx.Response) -> None:
    page = Page(report.text)

    assert page.open == []
    assert report.text.startswith("<!doctype html>")
    assert page.all.count("svg") == 4
    assert "script" not in page.all
    charts = report.text.split("<svg")[1:]
    for year, chart in zip(range(2012, 2016), charts, strict=True):
        root = ElementTree.fromstring("<svg" + chart.partition("</svg>")[0] + "</svg>")
        assert root.attrib["aria-label"] == f"Weather of {year}"
        assert len(root.findall("text")) == 24
        assert sum(int(title.text.split()[0]) for title in root.iter("title")) in (365, 366)


def test_the_wettest_month_is_what_the_data_says(report: httpx.Response) -> None:
    rain: dict[tuple[int, int], float] = defaultdict(float)
    place = distribution("vega_datasets").locate_file("vega_datasets/_data/seattle-weather.csv")
    with Path(str(place)).open(newline="") as file:
        for row in csv.DictReader(file):
            year, month, _ = row["date"].replace("/", "-").split("-")
            rain[int(year), int(month)] += float(row["precipitation"])
    (year, month), most = max(rain.items(), key=lambda pair: pair[1])

    expected = f"The wettest month was {MONTHS[month - 1]} {year} with {most:.1f} mm of rain."
    assert expected in report.text


def test_the_flaky_service_is_asked_again_until_all_have_answered(client: DagyClient) -> None:
    run = succeeded(client, "fanout")

    tasks = list(client.task_runs(run.id))
    asked = [task for task in tasks if task.map_index is not None]
    assert len(asked) == 24
    assert {task.state for task in tasks} == {"SUCCEEDED"}
    events = list(client.follow_events(run.id))
    retries = [event for event in events if event.type == "TASK_RETRYING"]
    assert retries
    assert len(retries) == sum((task.attempt or 1) - 1 for task in asked)
    shops = [f"shop-{number:03d}" for number in range(24)]
    sales = {shop: random.Random(shop).randint(100, 10_000) for shop in shops}
    best = max(sales, key=lambda shop: sales[shop])
    assert run.result == {"shops": 24, "total": sum(sales.values()), "best": best}


def test_a_long_flow_is_cancelled_within_seconds_and_its_process_is_gone(
    up: Up, client: DagyClient
) -> None:
    worker = up.pid("worker-1")
    run_id = client.trigger("patience").run.id
    until(
        lambda: "RUNNING" in [task.state for task in client.task_runs(run_id)],
        what="the start of the first step",
    )
    running = descendants(worker)

    client.cancel(run_id)

    until(lambda: client.run_status(run_id).is_terminal, what="the end of the run")
    status = client.run_status(run_id)
    assert status.state == "CANCELLED"
    assert (status.duration_ms or 0) < CANCEL_SECONDS * 1000
    until(lambda: descendants(worker) < running, what="the end of its process")
    states = [task.state for task in client.task_runs(run_id)]
    assert states == ["CANCELLED"] * 10
