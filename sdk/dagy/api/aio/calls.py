"""What every group of API methods stands on: execute, subscribe and reading pages."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

from dagy.api.aio.streams import subscribe
from dagy.api.aio.transport import AsyncTransport
from dagy.api.errors import ForbiddenError
from dagy.api.events import Cursor
from dagy.api.json_values import JSONInput, JSONValue
from dagy.api.shapes import converted

T = TypeVar("T")
PAGE_SIZE = 100


class AsyncCalls:
    """Sends documents through one transport and turns answers into structs."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self._sees_payloads = True

    async def execute(
        self,
        document: str,
        variables: Mapping[str, JSONInput] | None = None,
        operation_name: str | None = None,
        *,
        safe: bool = False,
    ) -> dict[str, JSONValue]:
        """Send any GraphQL query or mutation.

        Args:
            document: The GraphQL document.
            variables: Its variables by name.
            operation_name: Which operation of the document, when it holds several.
            safe: True says that the operation may be sent twice. Queries always are: a lost
                answer is asked for again.

        Returns:
            The `data` of the answer.

        Raises:
            ApiError: The first error of the answer, as the class of its `extensions.code`.
        """
        return await self._execute(document, variables, operation_name, safe=safe)

    async def post(
        self,
        document: str,
        variables: Mapping[str, JSONInput] | None = None,
        operation_name: str | None = None,
    ) -> dict[str, JSONValue]:
        """Like `execute`, but returns the whole answer with `data` and `errors`.

        Raises:
            NetworkError: There was no answer at all.
        """
        return await self._transport.post(document, variables, operation_name)

    async def subscribe(
        self,
        document: str,
        variables: Mapping[str, JSONInput] | None = None,
        *,
        cursor: Callable[[dict[str, JSONValue]], str | None] | None = None,
    ) -> AsyncGenerator[dict[str, JSONValue], None]:
        """Send any GraphQL subscription and yield the `data` of every event.

        Args:
            document: The GraphQL document.
            variables: Its variables by name.
            cursor: Finds the cursor in the `data` of an event. With it a connection that is cut
                is made again, from the last cursor on, through the variable `after`.
        """
        async for data in self._subscribe(document, variables, cursor=cursor):
            yield data

    async def _execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        safe: bool = False,
    ) -> dict[str, Any]:
        return await self._transport.execute(document, variables, operation_name, safe=safe)

    def _subscribe(
        self, document: str, variables: Mapping[str, Any] | None, *, cursor: Cursor | None
    ) -> AsyncGenerator[dict[str, Any], None]:
        return subscribe(self._transport, document, variables or {}, cursor=cursor)

    async def _execute_with_payload(
        self, document: str, variables: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """A query with the variable $payload: true, or false for who may not see payloads.

        The server refuses a whole operation for one field that may not be seen.
        """
        if self._sees_payloads:
            try:
                return await self._execute(document, {**(variables or {}), "payload": True})
            except ForbiddenError:
                data = await self._execute(document, {**(variables or {}), "payload": False})
                self._sees_payloads = False
                return data
        return await self._execute(document, {**(variables or {}), "payload": False})

    async def _pages(
        self,
        document: str,
        variables: Mapping[str, Any],
        kind: type[T],
        *,
        connection: Callable[[dict[str, Any]], Any],
        limit: int | None,
        execute: Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]] | None = None,
    ) -> AsyncGenerator[T, None]:
        """Nodes of a connection, page by page, at most `limit`."""
        left, after = limit, None
        while left is None or left > 0:
            first = PAGE_SIZE if left is None else min(left, PAGE_SIZE)
            asked = {**variables, "first": first, "after": after}
            page = connection(await (execute or self._execute)(document, asked))
            nodes = [converted(node, kind) for node in page["nodes"]]
            for node in nodes:
                yield node
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]
            left = None if left is None else left - len(nodes)
