"""What every group of API methods stands on: execute, subscribe and reading pages."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from dagy.api.errors import BadResponseError, ForbiddenError, NotFoundError
from dagy.api.streams import Cursor, subscribe
from dagy.api.transport import Transport

T = TypeVar("T")
PAGE_SIZE = 100


class Calls:
    """Sends documents through one transport and turns answers into structs."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._sees_payloads = True

    def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
        *,
        safe: bool = False,
    ) -> dict[str, Any]:
        """The `data` of the answer. `safe` says that the operation may be sent twice."""
        return self._transport.execute(document, variables, operation_name, safe=safe)

    def execute_with_payload(
        self, document: str, variables: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """A query with the variable $payload: true, or false for who may not see payloads.

        The server refuses a whole operation for one field that may not be seen.
        """
        if self._sees_payloads:
            try:
                return self.execute(document, {**(variables or {}), "payload": True})
            except ForbiddenError:
                data = self.execute(document, {**(variables or {}), "payload": False})
                self._sees_payloads = False
                return data
        return self.execute(document, {**(variables or {}), "payload": False})

    def post(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> dict[str, Any]:
        """The whole answer, `errors` included; raises only when there is none."""
        return self._transport.post(document, variables, operation_name)

    def subscribe(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        cursor: Cursor | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The `data` of every event. With `cursor` (data -> cursor of the event) a cut
        connection is taken up again through the variable `after`."""
        return subscribe(self._transport, document, variables or {}, cursor=cursor)

    def pages(
        self,
        document: str,
        variables: Mapping[str, Any],
        kind: type[T],
        *,
        connection: Callable[[dict[str, Any]], Any],
        limit: int | None,
        execute: Callable[[str, Mapping[str, Any]], dict[str, Any]] | None = None,
    ) -> Iterator[T]:
        """Nodes of a connection, page by page, at most `limit`."""
        left, after = limit, None
        while left is None or left > 0:
            first = PAGE_SIZE if left is None else min(left, PAGE_SIZE)
            asked = {**variables, "first": first, "after": after}
            data = (execute or self.execute)(document, asked)
            page = connection(data)
            nodes = [converted(node, kind) for node in page["nodes"]]
            yield from nodes
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]
            left = None if left is None else left - len(nodes)


def converted(data: Any, kind: type[T]) -> T:
    """An answer as a struct; raises BadResponseError when the shapes do not fit."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise BadResponseError(f"the server answered in an unknown shape: {error}") from error


def found(data: Any, kind: type[T], what: str) -> T:
    """The struct; raises NotFoundError when the answer is null."""
    if data is None:
        raise NotFoundError(f"there is no {what}")
    return converted(data, kind)


def given(**values: Any) -> dict[str, Any]:
    """The input fields that were given; None means not given."""
    return {name: value for name, value in values.items() if value is not None}
