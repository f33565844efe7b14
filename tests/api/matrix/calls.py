"""One call: the smallest document for a root field, what comes of it, and what should."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type
from websockets.exceptions import ConnectionClosed

from dagy_gql import db
from dagy_gql.auth.permissions import Permission
from schema.guard import need_of_field
from schema.root import schema
from tests.api.matrix.callers import Caller, Column
from tests.api.matrix.examples import EXAMPLES, FORBIDDEN, OK, Example
from tests.api.matrix.world import World
from tests.api.server import Socket, socket_to

CORE = schema._schema
ROOTS = {"Query": CORE.query_type, "Mutation": CORE.mutation_type}
ROOTS["Subscription"] = CORE.subscription_type

News = Callable[[], Awaitable[Any]]

_TOKEN_NOT_ACCEPTED = 4403

# The log of refusals may grow with one; nothing else may change.
_FINGERPRINT = """
SELECT string_agg(format(
    'SELECT %L AS name, count(*) AS rows, max(xmin::text::bigint) AS newest FROM %s',
    c.oid::regclass, c.oid::regclass), ' UNION ALL ')
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'access_logs'
  AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '%migration%'
"""


def root_fields() -> dict[str, GraphQLField]:
    """Every one, by "Query.runs"."""
    found = {}
    for name, root in ROOTS.items():
        assert root is not None
        found |= {f"{name}.{field}": definition for field, definition in root.fields.items()}
    return found


def said(operation: str) -> tuple[str, Permission | None]:
    """What its directive says."""
    root, _, name = operation.partition(".")
    owner = ROOTS[root]
    assert owner is not None
    need = need_of_field(owner, name)
    assert need is not None, f"{operation} says nothing"
    return need


def document(operation: str, variables: dict[str, Any]) -> str:
    root, _, name = operation.partition(".")
    definition = root_fields()[operation]
    types = ", ".join(f"${each}: {definition.args[each].type}" for each in variables)
    arguments = ", ".join(f"{each}: ${each}" for each in variables)
    declared, passed = (f"({types})", f"({arguments})") if variables else ("", "")
    return f"{root.lower()} O{declared} {{ {name}{passed} {_selection(definition)} }}"


def _selection(definition: GraphQLField) -> str:
    type_ = get_named_type(definition.type)
    if is_leaf_type(type_):
        return ""
    assert isinstance(type_, GraphQLObjectType) or type_.name == "Node"
    if type_.name.endswith("Connection") and "nodes" in type_.fields:
        return "{ nodes { id } }"
    return "{ __typename }"


def promised(operation: str, example: Example, caller: Caller) -> str:
    """What the directive, and what the example adds to it, lets the caller have."""
    kind, permission = said(operation)
    if caller.permissions is None:
        return example.nobody if kind == "public" else "UNAUTHENTICATED"
    if permission is not None and permission not in caller.permissions:
        return f"{FORBIDDEN} {permission.name}"
    if example.needs is not None and example.needs not in caller.permissions:
        return example.lacking or f"{FORBIDDEN} {example.needs.name}"
    if example.people and caller.column is Column.EMPTY_KEY:
        return FORBIDDEN
    return example.foreign if caller.column is Column.STRANGER else example.own


def outcome_of(errors: list[dict[str, Any]]) -> str:
    if not errors:
        return OK
    extensions = errors[0]["extensions"]
    return " ".join(filter(None, (extensions["code"], extensions.get("permission"))))


async def called(
    world: World, operation: str, caller: Caller, variables: dict[str, Any], *, port: int
) -> tuple[str, Any]:
    """The outcome, and the data. `world` is where the caller is at home."""
    query = document(operation, variables)
    if operation.startswith("Subscription."):
        example = EXAMPLES[operation]
        waits = example.poke is not None and promised(operation, example, caller) == OK
        news = partial(example.poke, world) if example.poke and waits else None
        return await _subscribed(caller, query, variables, port=port, news=news), None
    answer = await caller.client(query, **variables)
    return outcome_of(answer.errors), answer.body.get("data")


async def _subscribed(
    caller: Caller, query: str, variables: Any, *, port: int, news: News | None
) -> str:
    try:
        async with socket_to(port, token=caller.client.token) as socket:
            await socket.subscribe(query, **variables)
            message = await _first_message(socket, news)
    except ConnectionClosed as error:
        code = error.rcvd.code if error.rcvd else None
        return "UNAUTHENTICATED" if code == _TOKEN_NOT_ACCEPTED else f"closed with {code}"
    if message["type"] == "error":
        return outcome_of(message["payload"])
    return outcome_of(message.get("payload", {}).get("errors", []))


async def _first_message(socket: Socket, news: News | None) -> dict[str, Any]:
    """Of a subscription that waits for news, once there are some."""
    receiving = asyncio.ensure_future(socket.receive())
    while news is not None and not receiving.done():
        await news()
        await asyncio.wait({receiving}, timeout=0.1)
    return await receiving


async def fingerprint() -> dict[str, tuple[int, int | None]]:
    """Of every table, how many rows it has and which transaction wrote last."""
    rows = await db.fetch(await db.fetch_value(_FINGERPRINT))
    return {row["name"]: (row["rows"], row["newest"]) for row in rows}
