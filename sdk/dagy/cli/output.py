"""Results on stdout: a table for people, ids only when quiet, JSON or YAML for programs.

stdout carries the result and nothing else; what is said beside it goes to stderr.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click
import msgspec
import yaml
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from dagy.api.models import EnvironmentRef
from dagy.cli.json_text import is_utf8, write_json
from dagy.cli.session import Session

STATE_STYLES = {
    "PENDING": ("○", "dim"),
    "QUEUED": ("○", "yellow"),
    "RUNNING": ("●", "blue"),
    "RETRYING": ("↻", "yellow"),
    "CANCELLING": ("◌", "yellow"),
    "SUCCEEDED": ("✓", "green"),
    "CACHED": ("✓", "cyan"),
    "FAILED": ("✗", "red"),
    "CRASHED": ("✗", "red"),
    "TIMED_OUT": ("✗", "red"),
    "CANCELLED": ("■", "magenta"),
    "SKIPPED": ("↷", "dim"),
}
# Wide enough that nothing is cut or wrapped for a program that reads a pipe.
PIPE_WIDTH = 10_000
_GAP = 2
_NARROWEST = 6
LONGEST_SHOWN_JSON = 500
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def console(*, stderr: bool = False) -> Console:
    """Colours only on a terminal; user data is never read as markup."""
    stream = sys.stderr if stderr else sys.stdout
    is_terminal = stream.isatty()
    return Console(
        file=stream,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=not is_terminal,
        width=None if is_terminal else PIPE_WIDTH,
        force_terminal=is_terminal,
    )


def emit(
    session: Session,
    value: Any,
    *,
    quiet: Callable[[], Iterable[str]],
    table: Callable[[], RenderableType],
) -> None:
    """Print one result in the format of the session."""
    if session.format == "json":
        write_json(plain(value), indent=2)
    elif session.format == "yaml":
        click.echo(yaml_text(value), nl=False)
    elif session.quiet:
        for line in quiet():
            click.echo(line)
    else:
        show(table())


def emit_line(session: Session, value: Any) -> None:
    """One item of an endless result: JSON Lines, or a stream of YAML documents."""
    if session.format == "yaml":
        click.echo(f"---\n{yaml_text(value)}", nl=False)
    else:
        write_json(plain(value))


def plain(value: Any) -> Any:
    """Structs as mappings with the names of the API; times as ISO 8601 text."""
    return msgspec.to_builtins(value)


def yaml_text(value: Any) -> str:
    """In a terminal without UTF-8 other characters are escaped, as in JSON."""
    text: str = yaml.safe_dump(plain(value), sort_keys=False, allow_unicode=is_utf8(sys.stdout))
    return text


def show(renderable: RenderableType) -> None:
    """Print for people, without the blanks a table pads its last column with."""
    target = console()
    with target.capture() as captured:
        target.print(renderable)
    if target.is_terminal:
        click.echo(captured.get(), nl=False, color=True)
    else:
        click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def say(session: Session, text: str) -> None:
    """A remark beside the result."""
    if not session.quiet:
        click.echo(text, err=True)


def grid(headers: Sequence[str], rows: Iterable[Sequence[RenderableType | None]]) -> Table:
    """On a terminal that is too narrow the widest cells end in "…"; in a pipe nothing is cut."""
    cells = [["-" if cell is None or cell == "" else cell for cell in row] for row in rows]
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, _GAP, 0, 0))
    if sys.stdout.isatty():
        widths = _widths(headers, cells, console().width)
        for header, width in zip(headers, widths, strict=True):
            table.add_column(header, overflow="ellipsis", no_wrap=True, width=width)
    else:
        for header in headers:
            table.add_column(header, overflow="fold")
    for row in cells:
        table.add_row(*row)
    return table


def _widths(
    headers: Sequence[str], rows: Sequence[Sequence[RenderableType]], available: int
) -> list[int]:
    """Short columns keep theirs; the widest give way, for they are the names and texts."""
    widths = [
        max([cell_len(header), *(_width(row[number]) for row in rows)])
        for number, header in enumerate(headers)
    ]
    room = available - _GAP * (len(headers) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths


def _width(cell: RenderableType) -> int:
    lines = (cell.plain if isinstance(cell, Text) else str(cell)).splitlines()
    return max(map(cell_len, lines), default=0)


def facts(pairs: Iterable[tuple[str, RenderableType | None]]) -> Table:
    """Names and values, one a line; what is None is left out."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value is not None:
            table.add_row(name, value)
    return table


def state(name: str) -> Text:
    symbol, style = STATE_STYLES.get(name, ("?", ""))
    return Text(f"{symbol} {name}", style=style)


def environment_name(environment: EnvironmentRef | None) -> str | None:
    if environment is None:
        return None
    return f"{environment.name} (protected)" if environment.is_protected else environment.name


def tags(value: Any) -> str | None:
    if not isinstance(value, dict) or not value:
        return None
    return " ".join(f"{name}={value[name]}" for name in sorted(value))


def short_json(value: Any) -> str | None:
    """A value on one line; None for what says nothing."""
    if value is None or value == {}:
        return None
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN_JSON else f"{text[:LONGEST_SHOWN_JSON]}…"


def printable(text: str) -> str:
    """Log text that cannot steer the terminal: colours dropped, other controls spelled out."""
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", _COLOURS.sub("", text))
