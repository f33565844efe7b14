"""Compiled lists answer, byte for byte, what graphql-core answers."""

import inspect
from collections import Counter
from typing import Any

import pytest
from graphql import execute, parse, validate
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.compiled import executor
from schema.compiled.executor import CompiledExecution, fallbacks
from tests.api.generated import Generator
from tests.api.synthetic import Context, World, make_schema

OPERATIONS = 800
schema = make_schema()


async def answered(document: Any, variables: dict[str, Any], how: type[Any]) -> tuple[str, Any]:
    """Data and errors as text, in their order."""
    result = execute(
        schema._schema,
        document,
        context_value=Context(),
        variable_values=variables,
        executor_class=how,
        is_awaitable=optimized_is_awaitable,
    )
    if inspect.isawaitable(result):
        result = await result
    return repr(result.data), [error.formatted for error in result.errors or ()]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many lists have been compiled, by type."""
    found: Counter[str] = Counter()
    original = CompiledExecution._built

    def counted(self: Any, plan: Any, item_type: Any, items: Any) -> Any:
        completed = original(self, plan, item_type, items)
        found[plan.type_.name] += 1
        return completed

    monkeypatch.setattr(executor.CompiledExecution, "_built", counted)
    return found


# With wrong values graphql-core 3.3 itself leaves a coroutine of ours unawaited now and then.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("wrong", "least"), [(0.0, 600), (0.002, 600), (0.02, 300), (0.2, 30)])
async def test_generated_operations_are_answered_as_graphql_core_answers_them(
    built: Counter[str], wrong: float, least: int
) -> None:
    fallbacks.clear()
    for number in range(OPERATIONS):
        seed = f"{wrong}-{number}"
        text, variables = Generator(schema._schema, seed).operation()
        document = parse(text)
        World.now = World(schema, seed, wrong)

        stock = await answered(document, variables, StrawberryGraphQLCoreExecutionContext)
        ours = await answered(document, variables, CompiledExecution)

        assert ours == stock, text

    assert built.total() > least
    assert set(fallbacks) >= ({"value", "resolver"} if wrong > 0.01 else {"resolver"})


def test_generated_operations_are_valid() -> None:
    for number in range(100):
        text, _ = Generator(schema._schema, f"0.0-{number}").operation()
        assert validate(schema._schema, parse(text)) == [], text
