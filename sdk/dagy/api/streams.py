"""GraphQL subscriptions over server-sent events (graphql-sse, distinct connections).

`event: next` carries one execution result, `event: complete` ends the stream; a stream that
ends without it was cut, and is taken up again after the last cursor.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from time import monotonic, sleep
from typing import Any

import httpx
from httpx_sse import EventSource

from dagy.api.errors import ApiError, BadResponseError, NetworkError
from dagy.api.transport import Transport, data_of, retry_wait

Cursor = Callable[[dict[str, Any]], str | None]
RECONNECT_DELAYS_SECONDS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0)
LASTING_CONNECTION_SECONDS = 10.0


def subscribe(
    transport: Transport,
    document: str,
    variables: Mapping[str, Any],
    *,
    cursor: Cursor | None = None,
    cursor_variable: str = "after",
) -> Iterator[dict[str, Any]]:
    """Yield the `data` of every event, each once, until the server completes the stream.

    With `cursor` a cut connection is made again from the last cursor seen; a connection that
    brings something, or lasts, resets the patience. Without it the cut is raised.
    """
    asked = dict(variables)
    failures = 0
    while True:
        connected_at = monotonic()
        try:
            for data in _one_connection(transport, document, asked):
                reached = cursor(data) if cursor else None
                if reached is not None and reached == asked.get(cursor_variable):
                    continue
                if reached is not None:
                    asked[cursor_variable] = reached
                failures = 0
                yield data
        except ApiError as error:
            if monotonic() - connected_at > LASTING_CONNECTION_SECONDS:
                failures = 0
            sleep(_wait_or_raise(error, failures, resumable=cursor is not None))
            failures += 1
        else:
            return


def _wait_or_raise(error: ApiError, failures: int, *, resumable: bool) -> float:
    if not resumable or failures >= len(RECONNECT_DELAYS_SECONDS):
        raise error
    wait = retry_wait(error, RECONNECT_DELAYS_SECONDS[failures], safe=True)
    if wait is None:
        raise error
    return wait


def _one_connection(
    transport: Transport, document: str, variables: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    with transport.event_stream(document, variables) as response:
        if response.headers.get("content-type", "").startswith("application/json"):
            yield _immediate_answer(response)
            return
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            raise BadResponseError(f"{response.url} does not answer with server-sent events")
        yield from _events(transport, response)


def _events(transport: Transport, response: httpx.Response) -> Iterator[dict[str, Any]]:
    for event in EventSource(response).iter_sse():
        if event.event == "complete":
            return
        if event.event == "next":
            yield data_of(_decoded(event.data))
    raise NetworkError(f"the event stream of {transport.api_url} ended early")


def _immediate_answer(response: httpx.Response) -> dict[str, Any]:
    """A server may refuse the operation with a plain JSON answer instead of a stream."""
    return data_of(_decoded(response.read().decode()))


def _decoded(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise BadResponseError(f"the event stream holds no JSON: {text[:80]!r}") from error
    if not isinstance(answer, dict):
        raise BadResponseError("the event stream holds no GraphQL result")
    return answer
