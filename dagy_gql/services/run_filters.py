"""A filter of runs as a client words it: checked, kept as JSON, and turned into that of the rows.
The JSON is that of the GraphQL input RunFilter, names and enum values included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, TypeVar

import msgspec

from dagy_gql.auth.actor import Actor
from dagy_gql.enums import Executor, RunState, RunTrigger
from dagy_gql.errors import BadUserInput
from dagy_gql.repositories.run_filters import RunFilter, RunSearch
from dagy_gql.runtime import Runtime
from dagy_gql.services.labels import checked_tags

T = TypeVar("T")

COUNT_CAP = 1_000
_MAX_TEXT = 200
_MAX_NAMES = 50
_MAX_TAGS = 10
# As in the texts that are searched, where a term is of one line of one text.
_SPACES = dict.fromkeys(map(ord, "\n\r\t\x1e"), " ")

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True)
class RunWish:
    """None does not filter. `mine` are runs that the one who asks has created."""

    state: Sequence[RunState] | None = None
    flow_name: str | None = None
    flow_names: Sequence[str] | None = None
    deployment_name: str | None = None
    environment: str | None = None
    trigger: RunTrigger | None = None
    executor: Sequence[Executor] | None = None
    mine: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    min_duration_ms: int | None = None
    tags: Any = None
    search: str | None = None


class _Document(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What JSON may say; engines by the names that GraphQL has for them."""

    state: list[RunState] | None = None
    flow_name: str | None = None
    flow_names: list[str] | None = None
    deployment_name: str | None = None
    environment: str | None = None
    trigger: RunTrigger | None = None
    executor: list[str] | None = None
    mine: bool | None = None
    created_after: _Moment | None = None
    created_before: _Moment | None = None
    min_duration_ms: Annotated[int, msgspec.Meta(lt=2**31)] | None = None
    tags: dict[str, str] | None = None
    search: str | None = None


def stored(actor: Actor, wish: RunWish) -> RunFilter:
    """Raises BadUserInput with the field."""
    for name in ("flow_name", "deployment_name", "environment", "search"):
        _check_text(getattr(wish, name), field=f"filter.{_camel(name)}")
    search = (wish.search or "").translate(_SPACES).strip()
    return RunFilter(
        states=_distinct(wish.state),
        flow_name=wish.flow_name,
        flow_names=_names(wish.flow_names),
        deployment_name=wish.deployment_name,
        environment=wish.environment,
        trigger=wish.trigger,
        executors=_distinct(wish.executor),
        created_by=actor.name if wish.mine else None,
        created_after=wish.created_after,
        created_before=wish.created_before,
        min_duration_ms=_duration(wish.min_duration_ms),
        tags=_tags(wish.tags),
        search=search or None,
    )


def document(wish: RunWish) -> dict[str, Any]:
    """What was given, as JSON."""
    given = {field.name: getattr(wish, field.name) for field in fields(wish)}
    return {_camel(name): _plain(value) for name, value in given.items() if value is not None}


def of_document(value: Any, *, field: str = "filter") -> RunWish:
    """The wish behind JSON. Raises BadUserInput."""
    try:
        found = msgspec.convert(value, _Document)
        engines = found.executor and [Executor[name] for name in found.executor]
    except msgspec.ValidationError as error:
        raise BadUserInput(f"{field} is not a filter of runs: {error}.", field=field) from error
    except KeyError as error:
        raise BadUserInput(f"There is no engine {error.args[0][:50]!r}.", field=field) from error
    return RunWish(**msgspec.structs.asdict(found) | {"executor": engines})


async def counts(rt: Runtime, actor: Actor, wish: RunWish) -> dict[str, Any]:
    """How many runs of each state match, each counted up to 1,000. Raises BadUserInput."""
    found = await RunSearch(actor.org_id).state_counts(stored(actor, wish), cap=COUNT_CAP + 1)
    states = [
        {"state": state, "count": min(number, COUNT_CAP), "is_capped": number > COUNT_CAP}
        for state in RunState
        for number in [found.get(state, 0)]
    ]
    return {
        "states": states,
        "total": sum(each["count"] for each in states),
        "is_capped": any(each["is_capped"] for each in states),
    }


def _check_text(text: str | None, *, field: str) -> None:
    if text is not None and (len(text) > _MAX_TEXT or "\x00" in text):
        raise BadUserInput(f"{field} has at most {_MAX_TEXT} characters, and no NUL.", field=field)


def _names(names: Sequence[str] | None) -> Sequence[str] | None:
    field = "filter.flowNames"
    if names is not None and len(names) > _MAX_NAMES:
        raise BadUserInput(f"{len(names)} names: at most {_MAX_NAMES}.", field=field)
    for name in names or ():
        _check_text(name, field=field)
    return _distinct(names)


def _duration(milliseconds: int | None) -> int | None:
    if milliseconds is not None and milliseconds < 0:
        raise BadUserInput("A duration is not negative.", field="filter.minDurationMs")
    return milliseconds


def _tags(tags: Any) -> Mapping[str, str] | None:
    if tags is None:
        return None
    field = "filter.tags"
    checked = checked_tags(tags, field=field)
    if len(checked) > _MAX_TAGS:
        raise BadUserInput(f"{len(checked)} tags: at most {_MAX_TAGS}.", field=field)
    for text in (*checked, *checked.values()):
        _check_text(text, field=field)
    return checked


def _distinct(values: Sequence[T] | None) -> Sequence[T] | None:
    return None if values is None else tuple(dict.fromkeys(values))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.name
        case datetime():
            return value.astimezone(UTC).isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
    return value
