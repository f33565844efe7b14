"""A person at a browser window, and what the browser complained of meanwhile."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Route,
    WebSocket,
    expect,
)

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WAIT_MS = 15_000

expect.set_options(timeout=WAIT_MS)

# Told by the browser itself when the server is taken away on purpose.
_NETWORK = ("net::ERR_", "WebSocket connection to", "Failed to load resource")

# A link that the pointer passed: its page is fetched ahead, and need not be opened.
_PREFETCHED = "was preloaded using link preload but not used"

# GraphiQL draws its tabs with a button inside of each.
_NOT_OURS = 'class="graphiql-tab'


@dataclass
class Visitor:
    """`page` is the window; `complaints` are errors of the console, of scripts, and of the content
    security policy; `strangers` are requests to any other host; `asked` the operations sent;
    `refused` the errors that came back, where `watch_answers` was called."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    is_network_down: bool = False

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    async def goto(self, path: str) -> Page:
        await self.page.goto(self.base + path, wait_until="load")
        return self.page

    def listen(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._request)

    async def watch_answers(self) -> None:
        """Read every answer of the API before the page does."""
        await self.page.route("**/graphql", self._answer)
        self.page.on("websocket", self._socket)

    async def _answer(self, route: Route) -> None:
        answer = await route.fetch()
        self._look_for_errors((await answer.json()).get("errors"), route.request.post_data)
        await route.fulfill(response=answer)

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._frame)

    def _frame(self, frame: str | bytes) -> None:
        message = json.loads(frame)
        if message["type"] == "error":
            self._look_for_errors(message["payload"], "subscription")
        elif message["type"] == "next":
            self._look_for_errors(message["payload"].get("errors"), "subscription")

    def _look_for_errors(self, errors: list[dict[str, Any]] | None, asked: str | None) -> None:
        for error in errors or []:
            self.refused.append(f"{error['extensions']['code']} {error['message']}: {asked}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or _PREFETCHED in message.text:
            return
        if self.is_network_down and any(word in message.text for word in _NETWORK):
            return
        self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if (
            url.scheme in ("http", "https", "ws", "wss")
            and url.netloc != urlsplit(self.base).netloc
        ):
            self.strangers.append(request.url)
        if url.path == "/graphql" and request.post_data:
            self.asked.append(request.post_data)

    async def axe(self) -> list[str]:
        """Serious and critical findings, as rule and element."""
        # Evaluated over the debugger's protocol: the page's policy stays as it is.
        await self.page.evaluate(AXE.read_text())
        found = await self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"
        )
        return [
            f"{each['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
            if _NOT_OURS not in node["html"]
        ]


async def visitor(
    browser: Browser, base: str, *, state: Any = None, width: int = 1440, theme: Any = "light"
) -> Visitor:
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        storage_state=state,
        color_scheme=theme,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(WAIT_MS)
    page = await context.new_page()
    made = Visitor(page, base)
    made.listen()
    return made
