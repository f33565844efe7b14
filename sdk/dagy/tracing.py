"""Which trace is being recorded in this thread of control, if any."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Protocol


class Tracer(Protocol):
    def add(
        self, task: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, after: tuple[Any, ...]
    ) -> Any: ...

    def add_map(
        self, task: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, after: tuple[Any, ...]
    ) -> Any: ...

    def push_condition(self, condition: Any) -> None: ...

    def pop_condition(self) -> None: ...


recording: ContextVar[Tracer | None] = ContextVar("dagy_trace", default=None)


def active_trace() -> Tracer | None:
    return recording.get()
