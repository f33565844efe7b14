"""What a GraphQL document asks for, without a parser: enough to choose how to send it."""

import re

# Strings and comments may hold anything, also braces and keywords.
_IGNORED = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*', re.DOTALL)
_DEFINITION = re.compile(r"\b(query|mutation|subscription|fragment)\b\s*(\w*)")


def operation_kind(document: str, operation_name: str | None = None) -> str:
    """`query`, `mutation` or `subscription`: of the named operation, else of the first."""
    found = [(kind, name) for kind, name in _definitions(document) if kind != "fragment"]
    if operation_name is not None:
        found = [each for each in found if each[1] == operation_name] or found
    return found[0][0] if found else "query"


def is_query(document: str, operation_name: str | None = None) -> bool:
    """True if sending it twice changes nothing."""
    return operation_kind(document, operation_name) == "query"


def _definitions(document: str) -> list[tuple[str, str]]:
    """(kind, name) of everything at the top level; a bare `{` is a query."""
    top_level, depth = [], 0
    for character in _IGNORED.sub(" ", document):
        depth -= character in "})"
        if depth == 0:
            top_level.append(character)
        depth += character in "{("
    text = "".join(top_level)
    return _DEFINITION.findall(text) or [("query", "")]
