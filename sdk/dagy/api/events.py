"""What the event streams of both clients share: patience with cuts, and reading an event."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from dagy.api.errors import ApiError, BadResponseError
from dagy.api.http import retry_wait

Cursor = Callable[[dict[str, Any]], str | None]
RECONNECT_DELAYS_SECONDS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0)
LASTING_CONNECTION_SECONDS = 10.0


def wait_or_raise(error: ApiError, failures: int, *, resumable: bool) -> float:
    """Seconds before the next connection; raises the error when there will be none."""
    if not resumable or failures >= len(RECONNECT_DELAYS_SECONDS):
        raise error
    wait = retry_wait(error, RECONNECT_DELAYS_SECONDS[failures], safe=True)
    if wait is None:
        raise error
    return wait


def check_stream(response: httpx.Response) -> None:
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        raise BadResponseError(f"{response.url} does not answer with server-sent events")


def decoded(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise BadResponseError(f"the event stream holds no JSON: {text[:80]!r}") from error
    if not isinstance(answer, dict):
        raise BadResponseError("the event stream holds no GraphQL result")
    return answer
