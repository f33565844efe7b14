"""Executes each event once for everybody who asked for it in the same words.

Two subscribers get the same bytes when their operation, its variables (but for the cursor it began
behind), their organization and their permissions are the same: nothing else reaches a resolver.
"""

import asyncio
import re
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import orjson
from graphql import ExecutionResult, FieldNode, OperationDefinitionNode, VariableNode

from dagy_gql.services.live_items import LiveEvent, LiveLine, LiveLines, LiveOperation, LiveRun
from schema.compiled.executor import CompiledExecution
from schema.encoding import encoded

# Results by what came of them: executed, reused, or failed (each subscriber executes those).
shared: Counter[str] = Counter()

# Takes the text of `data` straight to the subscriber, past all that stands between an event and its
# socket and has nothing to do where there are no errors: a third of the cost of an event.
Push = Callable[[str], Awaitable[None]]
push: ContextVar[Push | None] = ContextVar("push", default=None)

_LIVE = (LiveEvent, LiveLine, LiveLines, LiveOperation, LiveRun)
_KEPT = 2000
_KEPT_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Kept:
    """`operation` is held so that its id stays its own as long as it is part of a key."""

    operation: OperationDefinitionNode
    result: ExecutionResult
    text: str


class Results:
    """The results of the last events, within a bound of memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, _Kept] = OrderedDict()
        self._running: dict[Any, asyncio.Task[ExecutionResult | None]] = {}
        self._bytes = 0

    def find(self, key: Any) -> ExecutionResult | None:
        kept = self._kept.get(key)
        return None if kept is None else kept.result

    def text(self, key: Any) -> str | None:
        kept = self._kept.get(key)
        return None if kept is None else kept.text

    def keep(self, key: Any, operation: OperationDefinitionNode, data: bytes) -> ExecutionResult:
        result = ExecutionResult(data=cast(Any, orjson.Fragment(data)))
        self._kept[key] = _Kept(operation, result, data.decode())
        self._bytes += 2 * len(data)
        while len(self._kept) > _KEPT or self._bytes > _KEPT_BYTES:
            self._bytes -= 2 * len(self._kept.popitem(last=False)[1].text)
        return result

    async def once(self, key: Any, make: Awaitable[ExecutionResult | None]) -> Any:
        """What `make` comes to; who asks meanwhile waits for the same, whoever hangs up."""
        task = self._running[key] = asyncio.ensure_future(make)
        task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)

    def running(self, key: Any) -> "asyncio.Task[ExecutionResult | None] | None":
        return self._running.get(key)


_results = Results()


class SharedExecution(CompiledExecution):
    """The executor of all operations; `_group` says whose events it can share."""

    _group: tuple[Any, ...] | None = None

    def build_per_event_executor(self, payload: Any) -> Any:
        if self._group is None:
            self._group = self._words()
        return super().build_per_event_executor(payload)

    def cancellable_iterable(self, iterable: AsyncIterable[Any]) -> AsyncIterable[Any]:
        send = push.get()
        return super().cancellable_iterable(
            iterable if send is None else self._pushed(cast(Any, iterable), send)
        )

    async def _pushed(
        self, events: AsyncGenerator[Any, None], send: Push
    ) -> AsyncGenerator[Any, None]:
        """Only what failed goes the long way: its errors have to be shown."""
        if self._group is None:
            self._group = self._words()
        async with aclosing(events):
            async for event in events:
                key = (self._group, type(event), event.identity)
                text = _results.text(key)
                if text is None:
                    result = self.build_per_event_executor(event).execute_operation(False)
                    if self.is_awaitable(result):
                        await cast(Any, result)
                    text = _results.text(key)
                else:
                    shared["reused"] += 1
                if text is None:
                    yield event
                else:
                    await send(text)

    def execute_operation(self, serially: bool | None = None) -> Any:
        if type(self.root_value) not in _LIVE:
            return super().execute_operation(serially)
        key = (self._group, type(self.root_value), self.root_value.identity)
        found = _results.find(key)
        if found is not None:
            shared["reused"] += 1
            return found
        return self._awaited(key) if _results.running(key) else self._executed(key)

    async def _awaited(self, key: Any) -> Any:
        running = _results.running(key)
        found = await asyncio.shield(running) if running is not None else _results.find(key)
        if found is not None:
            shared["reused"] += 1
            return found
        alone = super().execute_operation(False)
        return await cast(Any, alone) if self.is_awaitable(alone) else alone

    def _executed(self, key: Any) -> Any:
        result = super().execute_operation(False)
        if self.is_awaitable(result):
            return self._first(key, cast(Any, result))
        return self._kept(key, cast(ExecutionResult, result)) or result

    async def _first(self, key: Any, awaitable: Awaitable[ExecutionResult]) -> Any:
        own: list[ExecutionResult] = []

        async def made() -> ExecutionResult | None:
            own.append(await awaitable)
            return self._kept(key, own[0])

        return await _results.once(key, made()) or own[0]

    def _kept(self, key: Any, result: ExecutionResult) -> ExecutionResult | None:
        """None where there are errors: each subscriber is told of its own."""
        if result.errors:
            shared["failed"] += 1
            return None
        shared["executed"] += 1
        return _results.keep(key, self.operation, encoded(result.data))

    def _words(self) -> tuple[Any, ...]:
        actor = self.context_value.actor
        variables = dict(self.variable_values.coerced)
        variables.pop(self._cursor_variable() or "", None)
        return _one(id(self.operation), _text(variables), actor.org_id, actor.permissions)

    def _cursor_variable(self) -> str | None:
        """The variable that says where to begin, if it says nothing else."""
        field = self.operation.selection_set.selections[0]
        if not isinstance(field, FieldNode) or self.operation.loc is None:
            return None
        for argument in field.arguments or ():
            if argument.name.value == "after" and isinstance(argument.value, VariableNode):
                name = argument.value.name.value
                uses = re.findall(rf"\${name}\b", self.operation.loc.source.body)
                return name if len(uses) == len(("defined", "used")) else None
        return None


_groups: OrderedDict[tuple[Any, ...], tuple[Any, ...]] = OrderedDict()


def _one(*words: Any) -> tuple[Any, ...]:
    """The same object for all who ask in these words: a text of its own takes 4 KB of each."""
    found = _groups.setdefault(words, words)
    if len(_groups) > _KEPT:
        _groups.popitem(last=False)
    return found


def _text(variables: dict[str, Any]) -> bytes | str:
    """The same for the same values. What JSON cannot hold is refused where it is read."""
    try:
        return orjson.dumps(variables, default=repr, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return repr(variables)
