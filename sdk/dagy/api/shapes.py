"""Between Python and the documents: inputs without what was not given, answers as structs."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec

from dagy.api.errors import BadResponseError, NotFoundError
from dagy.api.models import Deployment, DeploymentDetails

T = TypeVar("T")
# Slugs are lower case with dashes; global ids are base64 and begin with upper case.
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Identified(Protocol):
    """Whatever the API gave an id: a run of any kind, or what `trigger()` returned."""

    @property
    def id(self) -> str: ...


RunReference = str | Identified
"""A run by its slug, its global id, or an object that has its id."""


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


def reference(run: RunReference) -> dict[str, str]:
    """The arguments that name the run: {"slug": …} or {"id": …}."""
    if not isinstance(run, str):
        return {"id": run.id}
    return {"slug": run} if _SLUG.fullmatch(run) else {"id": run}


def named(run: RunReference) -> str:
    """The run in words, for messages."""
    return f"run '{run if isinstance(run, str) else run.id}'"


def moment(value: datetime | str | None) -> str | None:
    """A naive datetime is local time, as everywhere in Python."""
    if not isinstance(value, datetime):
        return value
    return (value if value.tzinfo else value.astimezone()).isoformat()


def several(value: str | list[str] | tuple[str, ...] | None) -> list[str] | None:
    if value is None:
        return None
    return [value] if isinstance(value, str) else list(value)


def merged_nodes(data: Mapping[str, Any], *connections: str) -> dict[str, Any]:
    """The object with lists in place of its connections."""
    return {**data, **{name: data[name]["nodes"] for name in connections}}


def deployment_changed(
    before: DeploymentDetails, after: Deployment, *, parameters: Mapping[str, Any] | None
) -> bool:
    """Whether an update made a difference. Parameters that may not be seen count as changed."""
    if parameters is not None and before.parameters != parameters:
        return True
    return (before.flow, before.environment, before.tags) != (
        after.flow,
        after.environment,
        after.tags,
    )
