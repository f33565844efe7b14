"""One `dagy up` as the person sees it: the summary, the first start, what fails, the logs."""

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from dagy import profiles
from dagy_gql.cli import examples
from dagy_gql.embedded import postgres, private
from dagy_gql.embedded.children import Children
from dagy_gql.embedded.folder import FolderLock
from dagy_gql.embedded.installation import Installation
from dagy_gql.embedded.process import EmbeddedError

PROFILE = profiles.LOCAL_PROFILE
_FOLLOW_SECONDS = 0.2


class Session:
    def __init__(
        self,
        installation: Installation,
        lock: FolderLock,
        *,
        examples: bool,
        verbose: bool,
        began: float,
    ) -> None:
        self.installation = installation
        self.children: Children | None = None
        self._lock = lock
        self._examples = examples
        self._verbose = verbose
        self._began = began
        self._console = Console(highlight=False)
        self._processes: Mapping[str, int] = {}
        self._is_stopping = False
        self._is_announced = False
        self._tasks: set[asyncio.Task[None]] = set()

    def line(self, text: str) -> None:
        self._say(Text(text, style="yellow"))

    def processes(self, running: Mapping[str, int]) -> None:
        self._processes = running
        self._lock.describe(pid=os.getpid(), url=self.installation.url, processes=dict(running))

    def announced(self, content: dict[str, Any]) -> None:
        """The API answers. It says so again after each restart; only the first time is news."""
        owner = content.get("owner")
        try:
            if owner is not None:
                self._store_profile(owner["api_key"])
            else:
                self._refresh_profile(content.get("api_key"))
        except profiles.ProfileError as error:
            self.line(str(error))
        if self._is_announced:
            return
        self._is_announced = True
        self._say(self._summary(owner))
        if owner is not None and self._examples:
            self._pending.touch()
        self._in_background(self._after_start(is_first=owner is not None))

    def stopping(self) -> None:
        again = self._is_stopping
        self._is_stopping = True
        self._say(Text("Stopping at once." if again else "Stopping … (Ctrl-C again: at once)"))

    def stopped(self) -> None:
        self._say(Text("Stopped."))

    async def follow_logs(self) -> None:
        """With --verbose: each new line of each log, with the name of its process."""
        positions = {log: log.stat().st_size for log in self.installation.folder.logs.glob("*.log")}
        while self._verbose:
            for log in sorted(self.installation.folder.logs.glob("*.log")):
                for text in _new_lines(log, positions):
                    self._say(Text(f"{log.stem:9}│ {text}", style="dim"))
            await asyncio.sleep(_FOLLOW_SECONDS)

    def _say(self, message: object) -> None:
        # The terminal may be gone (SIGHUP): then nobody reads, and stopping must go on.
        with contextlib.suppress(OSError):
            self._console.print(message, soft_wrap=isinstance(message, Text))

    def _in_background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _store_profile(self, api_key: str) -> None:
        profile = profiles.Profile(name=PROFILE, api_url=self.installation.url)
        profiles.ProfileStore(self.installation.folder.root).save(profile, token=api_key)

    def _refresh_profile(self, new_key: str | None) -> None:
        """The port may be another than last time, and the key over."""
        store = profiles.ProfileStore(self.installation.folder.root)
        known, token = store.profiles().get(PROFILE), store.token(PROFILE)
        moved = known is not None and known.api_url != self.installation.url
        if new_key is not None:
            self._store_profile(new_key)
        elif moved and token is not None and store.current() == PROFILE:
            self._store_profile(token)

    def _summary(self, owner: dict[str, Any] | None) -> Panel:
        url = self.installation.url
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in self._facts(url):
            table.add_row(name, value)
        key = self.installation.secrets_key_file
        if owner is not None and key is not None:
            note = "[dim](keep a copy: without it no secret can be read)[/]"
            table.add_row("Secrets key", f"{escape(str(key))}  {note}")
        if owner is not None:
            table.add_row("Sign in", f"[bold]{owner['email']}[/]")
            table.add_row("Password", f"[bold green]{owner['password']}[/]  (shown only this once)")
        table.add_row("Stop", "Ctrl-C")
        took = time.monotonic() - self._began
        title = f"[bold]Dagy is running[/] [dim]after {took:.1f} s[/]"
        return Panel(table, title=title, title_align="left", border_style="green", expand=False)

    def _facts(self, url: str) -> Iterator[tuple[str, str]]:
        folder = self.installation.folder
        yield "Open", f"[bold cyan]{url}[/]"
        yield "GraphiQL", f"[cyan]{url}/graphiql[/]"
        yield "Profile", f"{PROFILE}  [dim](try: dagy flows list)[/]"
        yield "Data", escape(str(folder.root))
        yield "Logs", escape(f"{folder.logs}/*.log")
        running = sorted(self._processes.items())
        yield "Processes", "  ".join(f"{name} [dim]{pid}[/]" for name, pid in running)

    def _close_to_others(self) -> None:
        """What an earlier version left open. PostgreSQL sees to its own folder, and unpacked flows
        are for whoever runs are executed as."""
        root = self.installation.folder.root
        with contextlib.suppress(OSError):
            private.close_to_others(root, not_below=frozenset({"postgres", "cache"}))

    @property
    def _pending(self) -> Path:
        """There while the examples wait to be deployed, so that an early Ctrl-C loses none."""
        return self.installation.folder.root / "examples.pending"

    async def _after_start(self, *, is_first: bool) -> None:
        assert self.children is not None
        await asyncio.to_thread(self._close_to_others)
        try:
            if is_first and not self.installation.database_url:
                await self.children.run(postgres.sync_command(self.installation.folder))
            if self._examples and self._pending.exists():
                names = await examples.deploy(self.installation, self.children, profile=PROFILE)
                self._pending.unlink()
                self._say(Text(f"Examples deployed: {', '.join(names) or 'none found'}"))
        except EmbeddedError as error:
            if not self._is_stopping:
                self.line(str(error))


def _new_lines(log: Path, positions: dict[Path, int]) -> list[str]:
    """What was written since the last call, moving the position on to the last whole line."""
    start = positions.get(log, 0)
    with log.open("rb") as file:
        file.seek(start)
        text = file.read()
    whole = text[: text.rfind(b"\n") + 1]
    positions[log] = start + len(whole)
    return whole.decode(errors="replace").splitlines()
