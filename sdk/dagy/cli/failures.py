"""Errors as people and programs see them: one sentence, what to do, an exit code.

0 ok, 1 error, 2 usage, 3 auth, 4 network, 5 not found, 6 the run failed, 130 interrupted.
"""

from typing import Any

import click

from dagy.cli.json_text import write_json
from dagy.cli.session import Session
from dagy.errors import DagyError

ERROR = 1
USAGE = 2
RUN_FAILED = 6
INTERRUPTED = 130
_USAGE_CODES = frozenset({"PROFILE", "BAD_PARAMETER"})


def tell(error: DagyError, session: Session) -> None:
    """The error on stderr; with --format json or yaml as one line of JSON."""
    if not session.is_table:
        write_json({"error": details(error)}, err=True)
        return
    click.echo(f"{click.style('Error:', fg='red')} {error.message}", err=True)
    for label, value in _notes(error):
        click.echo(f"  {label}: {value}", err=True)


def exit_code(error: DagyError) -> int:
    code: int = getattr(error, "exit_code", USAGE if error.code in _USAGE_CODES else ERROR)
    return code


def details(error: DagyError) -> dict[str, Any]:
    """code, message and whatever else the error knows, camelCase."""
    named = {
        "code": error.code,
        "message": error.message,
        "field": getattr(error, "field", None),
        "where": getattr(error, "where", None),
        "requestId": getattr(error, "request_id", None),
        "retryAfter": getattr(error, "retry_after_seconds", None),
        "hint": error.hint,
    }
    return {key: value for key, value in named.items() if value is not None}


def _notes(error: DagyError) -> list[tuple[str, Any]]:
    known = details(error)
    labels = {
        "field": "field",
        "where": "where",
        "requestId": "request id",
        "retryAfter": "try again in seconds",
        "hint": "hint",
    }
    return [(label, known[key]) for key, label in labels.items() if key in known]
