"""A run that did not succeed, told in full: what, where, traceback, what to do."""

from collections.abc import Iterable, Iterator

import click

from dagy.api.models import ErrorInfo
from dagy.cli.output import printable


def tell(lines: Iterable[str]) -> None:
    """On stderr, so that it is seen when stdout goes into a file."""
    for line in lines:
        click.echo(line, err=True)


def failure_lines(
    slug: str, state: str, error: ErrorInfo | None, *, reason: str | None = None
) -> Iterator[str]:
    if error is None:
        because = f": {printable(reason)}" if reason else ""
        yield click.style(f"Run {slug} {state}{because}", fg="red")
        return
    place = f" in task {error.task_key}" if error.task_key else ""
    yield click.style(f"Run {slug} {state}: {error.code}{place}", fg="red")
    yield from _indented(error_line(error.type, error.message))
    if error.where:
        yield from _indented(f"at {error.where}")
    if error.traceback:
        yield ""
        yield from _indented(error.traceback)
    if error.hint:
        yield ""
        yield from _indented(f"hint: {error.hint}")


def error_line(kind: str | None, message: str) -> str:
    """`KeyError: 'zz'`, as Python prints it below a traceback."""
    return ": ".join(part for part in (kind, message) if part)


def _indented(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"  {printable(line)}".rstrip()
