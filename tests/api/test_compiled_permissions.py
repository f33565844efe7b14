"""No fast path can skip a permission: operations are judged before anything executes."""

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import Permission
from dagy_gql.ids import new_id
from schema.compiled import executor
from schema.guard import need_of_field
from schema.limits import MEMBERS, Audience
from schema.root import schema
from tests.api.generated import Generator

CORE = schema._schema


def paths() -> dict[GraphQLObjectType, str]:
    """How to select each object type from a root: "query { a { b { %s } } }"."""
    writer = Generator(CORE, "arguments")
    found: dict[GraphQLObjectType, str] = {}
    waiting = deque(
        (root, f"{word} {{ %s }}")
        for word, root in (("query", CORE.query_type), ("mutation", CORE.mutation_type))
        if root is not None
    )
    while waiting:
        type_, frame = waiting.popleft()
        if type_ in found:
            continue
        found[type_] = frame
        for name, field in type_.fields.items():
            inner = get_named_type(field.type)
            if isinstance(inner, GraphQLObjectType):
                call = f"{name}{writer._arguments(field.args, page=False)} {{ %s }}"
                waiting.append((inner, frame % call))
    return found


def guarded() -> list[tuple[str, Permission, str]]:
    """Every field that needs a permission, with an operation that selects it."""
    writer, found = Generator(CORE, "arguments"), []
    for type_, frame in paths().items():
        for name, field in type_.fields.items():
            need = need_of_field(type_, name)
            if need is not None and need[1] is not None:
                inside = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
                call = f"{name}{writer._arguments(field.args, page=False)} {inside}"
                found.append((f"{type_.name}.{name}", need[1], frame % call))
    return found


FIELDS = guarded()


@pytest.fixture
def activity(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Executions, and statements sent to the database."""
    seen: list[str] = []

    def watch(owner: Any, name: str) -> None:
        def called(*arguments: Any, **named: Any) -> Any:
            seen.append(name)
            raise AssertionError(f"{name} was called")

        monkeypatch.setattr(owner, name, called)

    watch(executor.CompiledExecution, "execute_operation")
    for name in ("fetch", "fetch_row", "fetch_value", "execute", "transaction"):
        watch(db, name)
    return seen


def context(permissions: frozenset[Permission]) -> Any:
    actor = Actor(new_id(), "somebody", permissions)
    settings = SimpleNamespace(compiled_lists=True)
    return SimpleNamespace(
        identity=actor, actor=actor, refusal=None, can_stream=True, request_id="",
        may_introspect=True, audience=Audience(MEMBERS, hints=True),
        rt=SimpleNamespace(settings=settings), charge=_charge,
    )  # fmt: skip


async def _charge(tokens: int) -> None:
    return None


def test_the_fields_are_found() -> None:
    names = {name for name, _, _ in FIELDS}
    assert {"Query.runs", "Run.parameters", "TaskRun.result", "Mutation.triggerRun"} <= names
    assert len(names) == len(FIELDS) > 60


@pytest.mark.parametrize(("name", "permission", "text"), FIELDS, ids=[each[0] for each in FIELDS])
async def test_without_its_permission_a_field_is_refused_before_anything_has_run(
    activity: list[str], name: str, permission: Permission, text: str
) -> None:
    result = await schema.execute(text, context_value=context(frozenset(Permission) - {permission}))

    assert result.data is None
    assert result.errors is not None
    codes = [(error.extensions or {}).get("code") for error in result.errors]
    assert codes == ["FORBIDDEN"], result.errors
    assert (result.errors[0].extensions or {})["permission"] == permission.name
    assert activity == []


async def test_with_it_the_operation_does_run(activity: list[str]) -> None:
    result = await schema.execute(
        "{ runs { nodes { parameters } } }", context_value=context(frozenset(Permission))
    )

    assert result.errors
    assert activity == ["execute_operation"]
