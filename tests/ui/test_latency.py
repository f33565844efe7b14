"""How long a change takes from the database to the screen: measured and told, not judged.

`pytest -rP tests/ui/test_latency.py` shows the numbers.
"""

import statistics
from datetime import datetime
from pathlib import Path

from playwright.async_api import Page, expect

from dagy.client import DagyClient
from tests.ui.conftest import Opened
from tests.ui.runs import Gate, ended, start

_TIMES = 5

# The moment in which the heading first says it, on the clock that the server has too.
_WATCH = """() => {
  window.seen = new Promise(resolve => {
    const look = () => {
      if (!document.querySelector('h1')?.textContent.includes('Succeeded')) return;
      watcher.disconnect();
      requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, { subtree: true, childList: true, characterData: true });
  });
}"""


async def test_the_time_from_the_database_to_the_screen(
    opened: Opened, flows: None, client: DagyClient, tmp_path: Path
) -> None:
    visitor = await opened()
    late = [
        await _latency(visitor.page, visitor.base, client, tmp_path / str(n)) for n in range(_TIMES)
    ]
    print(f"median {statistics.median(late):.0f} ms, most {max(late):.0f} ms, of {len(late)}")


async def _latency(page: Page, base: str, client: DagyClient, path: Path) -> float:
    gate = Gate(path)
    run = start(client, "orders", gate=str(gate))
    await page.goto(f"{base}/runs/{run}")
    await expect(page.get_by_role("log")).to_contain_text("waiting at the gate")
    await page.evaluate(_WATCH)
    gate.open()
    assert await ended(client, run) == "SUCCEEDED"
    seen: float = await page.evaluate("window.seen")
    finished = client.run(run).finished_at
    assert isinstance(finished, datetime)
    return seen - finished.timestamp() * 1000
