"""GraphQL subscriptions over server-sent events (graphql-sse, distinct connections).

`event: next` carries one execution result, `event: complete` ends the stream; a stream that
ends without it was cut, and is taken up again after the last cursor.
"""

from collections.abc import Generator, Mapping
from contextlib import closing
from time import monotonic
from typing import Any

import httpx
from httpx_sse import EventSource

from dagy.api import events
from dagy.api.errors import ApiError, NetworkError
from dagy.api.http import data_of
from dagy.api.sync.concurrency import sleep
from dagy.api.sync.transport import Transport


def subscribe(
    transport: Transport,
    document: str,
    variables: Mapping[str, Any],
    *,
    cursor: events.Cursor | None = None,
    cursor_variable: str = "after",
) -> Generator[dict[str, Any], None, None]:
    """Yield the `data` of every event, each once, until the server completes the stream.

    With `cursor` a cut connection is made again from the last cursor seen; a connection that
    brings something, or lasts, resets the patience. Without it the cut is raised.
    """
    asked = dict(variables)
    failures = 0
    while True:
        connected_at = monotonic()
        try:
            with closing(_one_connection(transport, document, asked)) as connection:
                for data in connection:
                    reached = cursor(data) if cursor else None
                    if reached is not None and reached == asked.get(cursor_variable):
                        continue
                    if reached is not None:
                        asked[cursor_variable] = reached
                    failures = 0
                    yield data
        except ApiError as error:
            if monotonic() - connected_at > events.LASTING_CONNECTION_SECONDS:
                failures = 0
            sleep(events.wait_or_raise(error, failures, resumable=cursor is not None))
            failures += 1
        else:
            return


def _one_connection(
    transport: Transport, document: str, variables: Mapping[str, Any]
) -> Generator[dict[str, Any], None, None]:
    with transport.event_stream(document, variables) as response:
        if response.headers.get("content-type", "").startswith("application/json"):
            # A server may refuse the operation with a plain answer instead of a stream.
            yield data_of(events.decoded((response.read()).decode()))
            return
        events.check_stream(response)
        with closing(_events(transport, response)) as found:
            yield from found


def _events(
    transport: Transport, response: httpx.Response
) -> Generator[dict[str, Any], None, None]:
    for event in EventSource(response).iter_sse():
        if event.event == "complete":
            return
        if event.event == "next":
            yield data_of(events.decoded(event.data))
    raise NetworkError(f"the event stream of {transport.api_url} ended early")
