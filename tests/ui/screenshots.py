"""Takes the pictures of `docs/ui`: `python -m tests.ui.screenshots`, with the UI built.

Of an installation of its own, freshly made.
"""

import asyncio
import re
import tempfile
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from dagy.client import DagyClient
from tests.support.up import Up
from tests.ui import chromium, showroom
from tests.ui.installation import started
from tests.ui.people import EMAIL, signed_in
from tests.ui.showroom import Shown
from tests.ui.visitor import visitor

PICTURES = Path(__file__).parents[2] / "docs" / "ui"
MAX_BYTES = 150_000


@dataclass(frozen=True, slots=True)
class Picture:
    """`keys` are pressed, and what `text` says is waited for, before it is taken."""

    name: str
    path: str
    text: str
    keys: tuple[str, ...] = ()
    theme: str = "light"
    width: int = 1440


EMPTY = (Picture("dashboard-empty", "/dashboard", "Ready to run"),)
FULL = (
    Picture("dashboard", "/dashboard", "Recent runs"),
    Picture("dashboard-dark", "/dashboard", "Recent runs", theme="dark"),
    Picture("runs", "/runs", "nightly_sales"),
    Picture("runs-peek-dark", "/runs?peek={failed}", "hand_over", theme="dark"),
    Picture("runs-360", "/runs", "nightly_sales", width=360),
    Picture("run-live", "/runs/{running}?task=load_orders", "Last log lines"),
    Picture("run-live-dark", "/runs/{running}", "total_of", theme="dark"),
    Picture("run-failed", "/runs/{failed}", "Last lines of hand_over"),
    Picture("run-360", "/runs/{failed}", "Last lines of hand_over", width=360),
    Picture("flows", "/flows", "nightly_sales"),
    Picture("flow", "/flows/nightly_sales", "longest"),
    Picture("run-dialog", "/flows?run=nightly_sales", "Ready to start"),
    Picture("palette-dark", "/runs", "Go to", keys=("Control+k",), theme="dark"),
    Picture("graphiql-dark", "/graphiql", "Examples", theme="dark"),
)
OUTSIDE = (Picture("login", "/login", "Password"),)


async def _take(
    browser: Browser, base: str, picture: Picture, shown: Shown | None, state: Any
) -> None:
    names = {} if shown is None else {"failed": shown.failed, "running": shown.running}
    one = await visitor(browser, base, state=state, width=picture.width, theme=picture.theme)
    page = one.page
    await page.goto(base + picture.path.format(**names))
    await expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    for key in picture.keys:
        await page.keyboard.press(key)
    await expect(page.get_by_text(picture.text).first).to_be_visible()
    await _rest(page)
    path = PICTURES / f"{picture.name}.webp"
    path.write_bytes(await _webp(page))
    print(f"{path.name:24} {path.stat().st_size // 1000:4} KB")
    assert path.stat().st_size <= MAX_BYTES, path
    await one.context.close()


async def _webp(page: Page) -> bytes:
    """A third of a PNG; the browser makes it, though Playwright does not ask for it."""
    protocol = await page.context.new_cdp_session(page)
    asked = {"format": "webp", "quality": 88}
    return b64decode((await protocol.send("Page.captureScreenshot", asked))["data"])


async def _rest(page: Page) -> None:
    """Fonts and charts are there, and nothing slides any more."""
    await page.evaluate("document.fonts.ready")
    await page.wait_for_timeout(1_200)


async def _visit(site: Up, place: Path) -> None:
    password = re.search(r"Password\s+(\S+)", site.text)
    assert password
    client = DagyClient(site.url, "")
    token = client.login(EMAIL, password[1]).access_token
    found = chromium.find()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.path, args=chromium.ARGUMENTS, env=found.environment or None
        )
        state = await signed_in(browser, site.url, EMAIL, password[1])
        for picture in OUTSIDE:
            await _take(browser, site.url, picture, None, None)
        for picture in EMPTY:
            await _take(browser, site.url, picture, None, state)
        showroom.deploy_all(site, token, place)
        await showroom.remember_a_day(site)
        shown = await showroom.bring_to_life(client)
        await showroom.is_under_way(client, shown.running)
        # The live ones first: a run does not wait for its picture.
        for picture in sorted(FULL, key=lambda one: "{running}" not in one.path):
            await _take(browser, site.url, picture, shown, state)
        await browser.close()


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dagy-shown-") as place:
        site = started(Path(place) / "local")
        try:
            asyncio.run(_visit(site, Path(place)))
        finally:
            site.stop()


if __name__ == "__main__":
    main()
