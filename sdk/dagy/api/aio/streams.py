"""GraphQL subscriptions over server-sent events (graphql-sse, distinct connections).

`event: next` carries one execution result, `event: complete` ends the stream; a stream that
ends without it was cut, and is taken up again after the last cursor.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from time import monotonic
from typing import Any

import httpx
from httpx_sse import EventSource

from dagy.api import events
from dagy.api.aio.concurrency import sleep
from dagy.api.aio.transport import AsyncTransport
from dagy.api.errors import ApiError, NetworkError
from dagy.api.http import data_of


async def subscribe(
    transport: AsyncTransport,
    document: str,
    variables: Mapping[str, Any],
    *,
    cursor: events.Cursor | None = None,
    cursor_variable: str = "after",
) -> AsyncGenerator[dict[str, Any], None]:
    """Yield the `data` of every event, each once, until the server completes the stream.

    With `cursor` a cut connection is made again from the last cursor seen; a connection that
    brings something, or lasts, resets the patience. Without it the cut is raised.
    """
    asked = dict(variables)
    failures = 0
    while True:
        connected_at = monotonic()
        try:
            async with aclosing(_one_connection(transport, document, asked)) as connection:
                async for data in connection:
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
            await sleep(events.wait_or_raise(error, failures, resumable=cursor is not None))
            failures += 1
        else:
            return


async def _one_connection(
    transport: AsyncTransport, document: str, variables: Mapping[str, Any]
) -> AsyncGenerator[dict[str, Any], None]:
    async with transport.event_stream(document, variables) as response:
        if response.headers.get("content-type", "").startswith("application/json"):
            # A server may refuse the operation with a plain answer instead of a stream.
            yield data_of(events.decoded((await response.aread()).decode()))
            return
        events.check_stream(response)
        async with aclosing(_events(transport, response)) as found:
            async for data in found:
                yield data


async def _events(
    transport: AsyncTransport, response: httpx.Response
) -> AsyncGenerator[dict[str, Any], None]:
    async for event in EventSource(response).aiter_sse():
        if event.event == "complete":
            return
        if event.event == "next":
            yield data_of(events.decoded(event.data))
    raise NetworkError(f"the event stream of {transport.api_url} ended early")
