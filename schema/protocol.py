"""GraphQL over HTTP as its specification has it: media types, parameters and status codes.

https://graphql.github.io/graphql-over-http/draft/ (a batch is no request of it, and is refused).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cross_web import HTTPException
from graphql import GraphQLError
from strawberry.http import GraphQLRequestData
from strawberry.http.parse_content_type import parse_content_type

from dagy_gql import errors

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
STREAM = "text/event-stream"
# What a range of media types asks for, and how exactly it says so.
_MEANS = {RESPONSE: (RESPONSE, 2), JSON: (JSON, 2), "application/*": (JSON, 1), "*/*": (JSON, 0)}
_STATUS_OF_CODE = {
    kind.code: kind.http_status
    for kind in (errors.DagyError, errors.Forbidden, errors.RateLimited, errors.Unauthenticated)
} | {errors.Unavailable.code: errors.Unavailable.http_status}
_TYPES: dict[str, tuple[type, str]] = {
    "query": (str, "a string"),
    "operationName": (str, "a string"),
    "variables": (dict, "an object"),
    "extensions": (dict, "an object"),
}


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.lower().split(","):
        name, _, parameters = part.partition(";")
        quality = 1.0
        for parameter in parameters.split(";"):
            key, _, value = parameter.strip().partition("=")
            if key == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        yield name.strip(), quality


@lru_cache(maxsize=256)
def media_type_of(accept: str) -> str | None:
    """The media type to answer in; None: the client accepts neither of ours.

    Without a wish it is application/json, which is what clients older than the specification
    know. A stream of events is accepted here too: what is refused before it starts is JSON.
    """
    if not accept.strip():
        return JSON
    found: list[tuple[float, int, int, str]] = []
    for place, (name, quality) in enumerate(_ranges(accept)):
        media_type, exactness = _MEANS.get(name, (JSON if name == STREAM else None, 0))
        if media_type is not None and quality > 0:
            found.append((quality, exactness, -place, media_type))
    return max(found)[-1] if found else None


@lru_cache(maxsize=256)
def wants_stream(accept: str, *, is_subscription: bool) -> bool:
    """Whether the answer is a stream of events rather than one document.

    A subscription has no other way over HTTP. A single result is streamed only to a client that
    prefers this to JSON: urql, for one, names every type that it knows for every operation.
    """
    best = {True: 0.0, False: 0.0}
    for name, quality in _ranges(accept):
        if name == STREAM or name in _MEANS:
            best[name == STREAM] = max(best[name == STREAM], quality)
    return best[True] > 0 and (is_subscription or best[True] > best[False])


@lru_cache(maxsize=64)
def trouble_with(content_type: str) -> str | None:
    """Why a body of this Content-Type is refused (415); None: it is JSON in UTF-8."""
    found, parameters = parse_content_type(content_type)
    charset = parameters.get("charset", "utf-8").lower()
    if found.lower() != JSON:
        return f"The Content-Type of a request is {JSON}, not {content_type!r}."
    if charset not in ("utf-8", "utf8"):
        return f"The body of a request is in UTF-8, not in {charset!r}."
    return None


def request_of(parameters: Any) -> GraphQLRequestData:
    """Raises HTTPException: 400 for what is no request of the specification."""
    if isinstance(parameters, list):
        raise HTTPException(400, "Batches are not accepted: send one operation a request.")
    if not isinstance(parameters, dict):
        raise HTTPException(400, "The body of a request is a JSON object.")
    for name, (type_, noun) in _TYPES.items():
        if not isinstance(parameters.get(name), type_ | None):
            raise HTTPException(400, f"The parameter {name} is {noun} or null.")
    if not parameters.get("query"):
        raise HTTPException(400, "The parameter query is missing.")
    return GraphQLRequestData(
        query=parameters["query"],
        variables=parameters.get("variables"),
        operation_name=parameters.get("operationName") or None,
        extensions=parameters.get("extensions"),
    )


def is_request_error(data: object, found: list[GraphQLError] | None) -> bool:
    """Whether nothing was executed: then the answer has no `data` at all."""
    return data is None and bool(found) and all(error.path is None for error in found or ())


def status_of(code: object, media_type: str) -> int:
    """Of the answer to an operation that was not executed, by the code of its first error.

    In application/json a well-formed request is answered 200; only a rate limit says more, for
    nobody has looked at the operation then.
    """
    status = _STATUS_OF_CODE.get(str(code), 400)
    return status if media_type == RESPONSE or status == 429 else 200
