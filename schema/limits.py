"""How large an operation may be. Counted before it is validated, for that is what costs most."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    TokenKind,
    parse,
)

from dagy_gql.errors import PayloadTooLarge
from schema.sizes import Sizes, SpreadCycle, values_of

MAX_DEPTH = 12
MAX_ALIASES = 60
MAX_ROOT_FIELDS = 20
MAX_DIRECTIVES = 50
# Python refuses to read integers of more than 4,300 digits; no field takes more than 19.
MAX_DIGITS = 100
MORE_FOR_MEMBERS = " Sign in first, or send a valid token: more is allowed then."
_LONG_NUMBER = re.compile("[0-9]" * (MAX_DIGITS + 1))
_META_FIELDS = frozenset({"__schema", "__type"})
_TOO_MANY_TOKENS = "Syntax Error: Document contains more than"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one document, and of the body it comes in (for members, `DAGY_REQUEST_MAX_BYTES`).
    `fields` and `comparisons` are counted with every fragment expanded.

    `comparisons` bounds the one rule of validation that is quadratic: two fields, or fragments,
    with one place in the answer must not contradict each other. `refused_tokens` of the rate limit
    are owed for a document that is refused, beside the one that every request takes.
    """

    body_bytes: int
    characters: int
    tokens: int
    definitions: int
    fields: int
    comparisons: int
    spreads: int
    values: int
    errors: int
    refused_tokens: int


# The largest operation of the web UI has 711 tokens.
MEMBERS = Bounds(
    body_bytes=sys.maxsize,
    characters=200_000,
    tokens=2_000,
    definitions=100,
    fields=2_000,
    comparisons=1_000,
    spreads=100,
    values=1_000,
    errors=10,
    refused_tokens=1,
)
# Who is not signed in signs in, or reads the schema: that takes 165 tokens and 200 fields. What is
# within these bounds costs less than 10 ms.
STRANGERS = Bounds(
    body_bytes=64 * 1024,
    characters=10_000,
    tokens=250,
    definitions=10,
    fields=250,
    comparisons=100,
    spreads=30,
    values=60,
    errors=3,
    refused_tokens=4,
)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads a document's errors: `hints` says whether they may hold names of the schema that
    the document does not."""

    bounds: Bounds
    hints: bool


class TooLarge(GraphQLError):
    """The document is outside the bounds."""


def too_large(bounds: Bounds) -> PayloadTooLarge:
    """What is said of a body; members never hear it here."""
    return PayloadTooLarge.of_body(bounds.body_bytes, MORE_FOR_MEMBERS)


def exceeded(what: str, found: int, limit: int) -> str:
    """`what` has a place for the number: "is {} levels deep"."""
    return f"The operation {what.format(found)}; at most {limit} are allowed."


def parsed(query: str, bounds: Bounds) -> DocumentNode:
    """Raises TooLarge, or GraphQLSyntaxError."""
    if len(query) > bounds.characters:
        raise TooLarge(exceeded("is {} characters long", len(query), bounds.characters))
    try:
        return parse(query, max_tokens=bounds.tokens)
    except GraphQLSyntaxError as error:
        if error.message.startswith(_TOO_MANY_TOKENS):
            raise TooLarge(error.message) from None
        raise


def errors_of(document: DocumentNode, bounds: Bounds) -> list[GraphQLError]:
    """Of a document that need not be valid: one error for every limit that it exceeds. What takes
    longer to count is counted only of what is within the limits before it."""
    sizes = Sizes(document)
    try:
        return (
            list(_errors_as_written(document, bounds))
            or list(_errors_of_sizes(sizes, bounds))
            or list(_errors_expanded(sizes, bounds))
        )
    except SpreadCycle as error:
        return [error]
    except RecursionError:
        return [TooLarge("The operation nests its fragments too deeply.")]


def _errors_as_written(document: DocumentNode, bounds: Bounds) -> Iterator[GraphQLError]:
    spreads = values = 0
    for node in _nodes(document):
        spreads += isinstance(node, FragmentSpreadNode)
        values += values_of(node)
    yield from _over(
        ("has {} definitions", len(document.definitions), bounds.definitions),
        ("spreads fragments {} times", spreads, bounds.spreads),
        ("has {} values", values, bounds.values),
        ("has an integer of {} digits", _most_digits(document), MAX_DIGITS),
    )


def _errors_of_sizes(sizes: Sizes, bounds: Bounds) -> Iterator[GraphQLError]:
    for root, size in sizes.roots:
        yield from _over(
            ("is {} levels deep", size.depth, MAX_DEPTH),
            ("is {} aliases large", size.aliases, MAX_ALIASES),
            ("is {} directives large", size.directives, MAX_DIRECTIVES),
            node=root,
        )
        if isinstance(root, OperationDefinitionNode):
            yield from _over(("is {} root fields large", size.top, MAX_ROOT_FIELDS), node=root)


def _errors_expanded(sizes: Sizes, bounds: Bounds) -> Iterator[GraphQLError]:
    """Comparisons are counted field by field, so the number of fields bounds that count."""
    fields = sum(size.fields for _, size in sizes.roots)
    yield from _over(("is {} fields large", fields, bounds.fields))
    if fields <= bounds.fields:
        found = sizes.comparisons(bounds.comparisons)
        yield from _over(("repeats fields in {} pairs", found, bounds.comparisons))


def _over(*counts: tuple[str, int, int], node: Node | None = None) -> Iterator[GraphQLError]:
    for what, found, limit in counts:
        if found > limit:
            yield TooLarge(exceeded(what, found, limit), node)


def _nodes(document: DocumentNode) -> Iterator[Node]:
    """Definitions, selections, variables and directives, each as often as it is written."""
    waiting: list[Node] = [*document.definitions]
    while waiting:
        node = waiting.pop()
        yield node
        for name in ("variable_definitions", "directives"):
            waiting.extend(getattr(node, name, None) or ())
        selections = getattr(node, "selection_set", None)
        waiting.extend(selections.selections if selections else ())


def _most_digits(document: DocumentNode) -> int:
    """Of an integer in the document, if one is very long; texts may have as many as they like."""
    if document.loc is None or not _LONG_NUMBER.search(document.loc.source.body):
        return 0
    token, most = document.loc.start_token.next, 0
    while token is not None:
        if token.kind is TokenKind.INT:
            most = max(most, token.end - token.start)
        token = token.next
    return most


def introspects(document: DocumentNode) -> bool:
    """Whether an operation of a valid document reads the schema, which only its root can."""
    waiting = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode) and selection.name.value in _META_FIELDS:
                return True
            if isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
    return False
