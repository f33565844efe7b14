"""Puts compiled functions in the place of graphql-core's completion of lists of objects.

Operations have been authorized before they are executed, so no permission is asked here. Anything
unexpected gives the whole list back to graphql-core: errors and nulls are always its own.
"""

from collections import Counter
from collections.abc import Awaitable
from typing import Any

from graphql import GraphQLObjectType, is_non_null_type
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.compiled.code import compiled
from schema.compiled.shapes import Plan, Plans
from schema.leaves import ROWS
from schema.prefetch import prefetched

# Lists that graphql-core completed, by reason: abstract, arguments, items, middleware, resolver,
# type (found in the selection), and value (an object was not as its type says).
fallbacks: Counter[str] = Counter()

_plans = Plans()


class CompiledExecution(StrawberryGraphQLCoreExecutionContext):
    """Relations of all objects of a list are loaded first, one batch each, switch or no switch."""

    def complete_iterable_value(
        self,
        item_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        items: Any,
        position_context: Any,
    ) -> Any:
        type_ = item_type.of_type if is_non_null_type(item_type) else item_type
        rest = (item_type, field_details_list, info, path, items, position_context)
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            return super().complete_iterable_value(*rest)
        plan = _plans.of(self, type_, field_details_list)
        if plan.level and type(items) is list:
            waiting = prefetched(plan.level, items, self.context_value)
            if waiting is not None:
                return self._completed_after(waiting, plan, rest)
        return self._completed(plan, rest)

    async def _completed_after(self, waiting: Awaitable[None], plan: Plan, rest: Any) -> Any:
        await waiting
        completed = self._completed(plan, rest)
        return await completed if self.is_awaitable(completed) else completed

    def _completed(self, plan: Plan, rest: Any) -> Any:
        if self.context_value.rt.settings.compiled_lists:
            found = self._compiled(plan, rest[0], rest[4])
            if found is not None:
                return found
        return super().complete_iterable_value(*rest)

    def _compiled(self, plan: Plan, item_type: Any, items: Any) -> list[Any] | None:
        why = plan.why or self._objection(items)
        if not why:
            try:
                return self._built(plan, item_type, items)
            except Exception:
                # graphql-core meets it again, and reports it where it belongs.
                why = "value"
        fallbacks[why] += 1
        return None

    def _objection(self, items: Any) -> str:
        if self.middleware_manager is not None and self.middleware_manager.middlewares:
            return "middleware"
        if type(items) is not list or self.abort_signal is not None:
            return "items"
        return ""

    def _built(self, plan: Plan, item_type: Any, items: list[Any]) -> list[Any]:
        loaders = self.context_value.loaders
        known = [
            loaders.of(self.context_value, load.fetch, load.arguments).known for load in plan.loads
        ]
        kinds = set(map(type, items))
        nothing = kinds and not is_non_null_type(item_type) and type(None) in kinds
        if nothing:
            kinds.discard(type(None))
        assert plan.shape is not None
        complete = compiled(plan.type_, plan.shape, _by_key(kinds))
        if nothing:
            return [None if item is None else complete(item, known) for item in items]
        return [complete(item, known) for item in items]


def _by_key(kinds: set[type]) -> bool:
    """Are these rows, rather than objects that are read by attribute?"""
    if kinds <= _KINDS:
        return True
    if len(kinds) > 1 or any(
        hasattr(kind, "__await__") or issubclass(kind, (Exception, *_MAPPINGS)) for kind in kinds
    ):
        raise TypeError(f"a list of {kinds}")
    return False


_KINDS = frozenset(ROWS)
_MAPPINGS = (dict,)
