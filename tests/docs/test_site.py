"""The built documentation: whole, from this host alone, and served under /docs."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.applications import Starlette

from dagy_gql.app import create_app
from dagy_gql.settings import Settings
from tests.web.asgi import ask

SITE = Settings().docs_dir
PAGES = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html"))
# What a browser loads by itself, as opposed to links that a person follows.
_LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


class _Loaded(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _LOADS and given.get("rel") != "canonical":
            self.addresses.append(given.get(_LOADS[tag]) or "")


@pytest.fixture(scope="module")
def app() -> Starlette:
    return create_app(Settings())


def test_it_was_built() -> None:
    assert (SITE / "index.html").is_file(), "run `make docs`"
    assert len(PAGES) > 15


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_nothing_from_another_host(page: str) -> None:
    parser = _Loaded()
    parser.feed((SITE / page).read_text())

    assert [each for each in parser.addresses if re.match(r"\w+:(?!image/)|//", each)] == []


async def test_the_start_page_is_served_with_a_policy_of_its_own_scripts(app: Starlette) -> None:
    answer = await ask(app, "/docs/")

    assert answer.status == 200
    assert "sha256-" in answer.headers["content-security-policy"]
    assert b"<title>Dagy</title>" in answer.body


async def test_the_address_without_a_slash_leads_to_the_start_page(app: Starlette) -> None:
    answer = await ask(app, "/docs")

    assert (answer.status, answer.headers["location"]) == (308, "/docs/")


async def test_an_unknown_page_is_not_found(app: Starlette) -> None:
    assert (await ask(app, "/docs/nowhere")).status == 404


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("operating/settings.html", "DAGY_DATABASE_URL"),
        ("operating/settings.html", "DAGY_ZYGOTE_MAX"),
        ("reference/cli.html", "dagy deployments delete"),
        ("reference/cli.html", "dagy doctor"),
        ("reference/sdk.html", "save_artifact"),
        ("flows.html", "retry_jitter_factor"),
        ("graphql.html", "triggerRun"),
    ],
)
def test_reference_pages_hold_what_the_code_has(page: str, said: str) -> None:
    assert said in re.sub(r"<[^>]+>", "", (SITE / page).read_text())


def test_no_source_of_the_build_is_served() -> None:
    assert [path for path in SITE.rglob("*") if path.suffix in {".py", ".toml", ".map"}] == []


async def test_a_site_that_nobody_built_says_how_to_build_it(tmp_path: Path) -> None:
    app = create_app(Settings(docs_dir=tmp_path))

    answer = await ask(app, "/docs/")

    assert answer.status == 503
    assert b"Run `make docs` in the checkout" in answer.body
