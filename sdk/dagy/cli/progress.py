"""A run while it goes: lines as they come and, on a terminal, one line of task counts below.

The same view serves `dagy run` and `--follow`. Lines are `HH:MM:SS.mmm LEVEL task  message`.
"""

import time
from collections import Counter
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.live import Live
from rich.text import Text

from dagy.cli.output import STATE_STYLES, console, printable
from dagy.cli.session import Session
from dagy.cli.times import clock, duration

LEVEL_STYLES = {
    "DEBUG": "dim",
    "STDERR": "dim",
    "WARNING": "yellow",
    "ERROR": "red",
    "CRITICAL": "bold red",
}
LEVEL_WIDTH = 9
LONGEST_TASK_COLUMN = 24
# What is told of a child of a mapped task and of a task that merely starts, unless --verbose.
NEWS = frozenset({"RETRYING", "FAILED", "TIMED_OUT"})
SHOWN_COUNTS = (
    "RUNNING",
    "RETRYING",
    "SUCCEEDED",
    "CACHED",
    "FAILED",
    "TIMED_OUT",
    "SKIPPED",
    "CANCELLED",
)


class RunView:
    """Use as a context manager; prints nothing when quiet, to stderr unless format is table."""

    def __init__(
        self, session: Session, *, slug: str, planned_tasks: int, state: str = "QUEUED"
    ) -> None:
        self.console = console(stderr=not session.is_table)
        self._quiet = session.quiet
        self._verbose = session.verbose
        self._slug = slug
        self._run_state = state
        self._planned_tasks = planned_tasks
        self._states: dict[str, str] = {}
        self._items: dict[str, int] = {}
        self._task_column = 8
        self._began = time.monotonic()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self.console.is_terminal and not self._quiet:
            self._live = Live(
                get_renderable=self._status,
                console=self.console,
                refresh_per_second=8,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def run_state(self, state: str, at: datetime) -> None:
        if state == self._run_state:
            return
        self._run_state = state
        self._line(at, state, None, self._slug, style=_style(state))

    def task_state(self, key: str, state: str, at: datetime, *, detail: str = "") -> None:
        is_new = self._states.get(key) != state
        self._states[key] = state
        is_told = state in NEWS or ("[" not in key and state not in {"RUNNING", "PENDING"})
        if (is_new or state == "RETRYING") and (is_told or self._verbose):
            self._line(at, state, key, detail, style=_style(state))

    def mapped(self, key: str, count: int) -> None:
        """A mapped task knows its items: from now on they are counted, and it is not."""
        self._items[key] = count

    def log(self, at: datetime, level: str, key: str | None, message: str) -> None:
        self._line(at, level, key, message, style=LEVEL_STYLES.get(level, ""))

    def _line(self, at: datetime, level: str, key: str | None, message: str, *, style: str) -> None:
        if self._quiet:
            return
        self._task_column = task_column(self._task_column, key)
        if self.console.is_terminal:
            key = shortened(key)
        self.console.print(
            log_line(at, level, key, message, style=style, task_column=self._task_column),
            soft_wrap=True,
        )

    def _status(self) -> Text:
        symbol, style = STATE_STYLES.get(self._run_state, ("?", ""))
        elapsed = duration((time.monotonic() - self._began) * 1_000)
        text = Text.assemble((f"{symbol} {self._run_state}", style), f"  {self._slug}  {elapsed}")
        text.no_wrap, text.overflow = True, "ellipsis"
        for state, count in self.counts().items():
            symbol, style = STATE_STYLES[state]
            text.append(f"  {symbol} {count} {state.lower().replace('_', ' ')}", style=style)
        return text

    def counts(self) -> dict[str, int]:
        """Tasks by state, in the order of the status line; states nobody is in are left out."""
        # A copy: the thread that draws reads while the one that runs writes.
        items = self._items.copy()
        found = Counter(state for key, state in self._states.copy().items() if key not in items)
        planned = self._planned_tasks - len(items) + sum(items.values())
        found["PENDING"] = max(0, planned - (found.total() - found["PENDING"]))
        return {state: found[state] for state in (*SHOWN_COUNTS, "PENDING") if found[state]}


def task_column(width: int, key: str | None) -> int:
    """The column grows with the names, so far; a longer one shifts its own line only."""
    return max(width, min(len(key or ""), LONGEST_TASK_COLUMN))


def shortened(key: str | None) -> str | None:
    """For a terminal: the middle left out, for names differ at their ends (`load_…[17]`)."""
    if key is None or len(key) <= LONGEST_TASK_COLUMN:
        return key
    tail = LONGEST_TASK_COLUMN // 2
    return f"{key[: LONGEST_TASK_COLUMN - tail - 1]}…{key[-tail:]}"


def log_line(
    at: datetime, level: str, key: str | None, message: str, *, style: str, task_column: int
) -> Text:
    """Further lines of a message stand below its first."""
    head = f"{clock(at)} "
    task = f"{key or '-':<{task_column}}  "
    indent = "\n" + " " * (len(head) + LEVEL_WIDTH + 1 + len(task))
    body = printable(message.rstrip("\n")).replace("\n", indent)
    return Text.assemble((head, "dim"), (f"{level:<{LEVEL_WIDTH}} ", style), (task, "cyan"), body)


def _style(state: str) -> str:
    return STATE_STYLES.get(state, ("?", ""))[1]
