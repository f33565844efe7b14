"""What clients see of an error: a code, a sentence, and where. Only DagyErrors speak for
themselves; everything else is logged with its traceback and masked behind the request id."""

import logging
import re
from typing import Any

import asyncpg
from graphql import GraphQLError, VariableDefinitionNode

from dagy_gql import db
from dagy_gql.errors import BadUserInput, DagyError, Unavailable

logger = logging.getLogger(__name__)

# How graphql-core suggests names of the schema.
_HINT = re.compile(r" Did you mean .*\?")
# How it says where in a variable the wrong value is.
_PLACE = re.compile(r" has invalid value at ([^:]+): ")
# How it quotes what was given: whole inputs, and what should have been a text. Passwords, tokens
# and secrets are texts, and may be in there.
_GIVEN = re.compile(r", found: .*|(?<=non string value): .*", re.DOTALL)


def expected(error: BaseException | None) -> DagyError | None:
    """The error as one of ours, where it is a known one of the database's."""
    while isinstance(error, GraphQLError):
        error = error.original_error
    match error:
        case DagyError():
            return error
        case UnicodeError() | asyncpg.CharacterNotInRepertoireError():
            return BadUserInput("The input has a character that text cannot hold.", field="input")
        case asyncpg.DataError():
            return BadUserInput("The input has a value out of range.", field="input")
        case _ if isinstance(error, db.OUT_OF_REACH):
            return Unavailable("The database does not answer: try again in a moment.")
    return None


def shown(error: GraphQLError, request_id: str, *, hints: bool = True) -> GraphQLError:
    """The error as clients may see it; `hints` False leaves out names they did not say."""
    found = _shown(error, request_id)
    if hints or not _HINT.search(found.message):
        return found
    return _with(found, _HINT.sub("", found.message), found.extensions or {})


def _shown(error: GraphQLError, request_id: str) -> GraphQLError:
    if error.original_error is None and "code" in (error.extensions or {}):
        return error
    known = expected(error.original_error)
    if known is not None:
        return _with(error, known.message, known.extensions | _place_in_variable(error))
    if error.path is None and _is_clients_fault(error.original_error):
        place = _place_in_variable(error)
        code = "BAD_USER_INPUT" if place else "GRAPHQL_VALIDATION_FAILED"
        return _with(error, _GIVEN.sub(".", error.message), {"code": code, **place})
    fault = masked(error.original_error or error, request_id, path=error.path)
    return _with(error, fault.message, fault.extensions)


def masked(cause: BaseException, request_id: str, **details: Any) -> DagyError:
    """Log what is a bug, and say no more of it than where to find it."""
    logger.error("unexpected error", exc_info=cause, extra={"request_id": request_id, **details})
    message = f"Something went wrong on our side. Quote the request id {request_id}."
    return DagyError(message, requestId=request_id)


def _is_clients_fault(original: BaseException | None) -> bool:
    """graphql-core's own errors before a resolver ran: syntax, validation, variables."""
    while isinstance(original, GraphQLError):
        original = original.original_error
    return original is None or type(original).__module__.startswith("strawberry.")


def _place_in_variable(error: GraphQLError) -> dict[str, Any]:
    """{"field": "input.spec"} for a variable that has the wrong value."""
    node = error.nodes[0] if error.nodes else None
    if not isinstance(node, VariableDefinitionNode):
        return {}
    found = _PLACE.search(error.message)
    return {"field": node.variable.name.value + (found.group(1) if found else "")}


def _with(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
