"""Operations are authorized as a whole, before anything runs."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, parse

from dagy_gql import db
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission
from dagy_gql.enums import Role
from schema.guard import Requirements, need_of_field
from schema.limits import MEMBERS, Audience
from schema.operations import Documents
from schema.root import schema
from tests.api.client import Client
from tests.api.conftest import deploy

CORE = schema._schema
VIEWER = ROLE_PERMISSIONS[Role.VIEWER]


def requirements(query: str) -> Requirements:
    prepared = Documents().prepared(schema._schema, query, Audience(MEMBERS, hints=True))
    assert prepared.errors == []
    return next(iter(prepared.requirements.values()))


def lacking(query: str, permissions: Any = VIEWER, **variables: Any) -> str | None:
    need = requirements(query).lacking(permissions, variables)
    return need.field if need else None


def test_a_field_deep_in_fragments_is_found() -> None:
    query = """
    { runs { ...Page } }
    fragment Page on RunConnection { nodes { ... on Run { ...Leaf } } }
    fragment Leaf on Run { retryOf { parameters } }
    """
    assert lacking(query) == "Run.parameters"


@pytest.mark.parametrize(
    ("switch", "variables", "expected"),
    [
        ("@include(if: $on)", {"on": True}, "Run.result"),
        ("@include(if: $on)", {"on": False}, None),
        ("@skip(if: $on)", {"on": True}, None),
        ("@skip(if: $on)", {"on": False}, "Run.result"),
        ("@include(if: true)", {}, "Run.result"),
        ("@include(if: false)", {}, None),
        ("@skip(if: true)", {}, None),
        ("@include(if: $on) @skip(if: false)", {"on": True}, "Run.result"),
    ],
)
def test_skip_and_include_are_honoured(
    switch: str, variables: dict[str, Any], expected: str | None
) -> None:
    use = "$on: Boolean = true" if "$on" in switch else "$unused: Int"
    query = f"query Q({use}) {{ runs {{ nodes {{ result {switch} }} }} }}"
    if "$unused" in query:
        query = query.replace("($unused: Int)", "")
    assert lacking(query, **variables) == expected


def test_a_variables_default_counts() -> None:
    query = "query Q($on: Boolean = true) { runs { nodes { result @include(if: $on) } } }"
    assert lacking(query) == "Run.result"
    assert lacking(query, on=False) is None


def test_fragments_under_many_conditions_are_walked_a_bounded_number_of_times() -> None:
    depth = 40
    variables = ", ".join(f"$a{n}: Boolean!, $b{n}: Boolean!" for n in range(depth))
    links = " ".join(
        f"fragment F{n} on Run {{ ...F{n + 1} @include(if: $a{n})"
        f" ...F{n + 1} @include(if: $b{n}) }}"
        for n in range(depth)
    )
    query = f"query Q({variables}) {{ runs {{ nodes {{ ...F0 }} }} }} {links}"
    query += f" fragment F{depth} on Run {{ result }}"
    off = {f"{letter}{n}": False for n in range(depth) for letter in "ab"}
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    need = Requirements(CORE, document, operation).lacking(VIEWER, off)
    assert need is not None
    assert need.field == "Run.result"


def test_nobody_may_see_only_what_is_public() -> None:
    assert lacking("{ viewer { role } }", None) == "Query.viewer"
    assert lacking("{ __typename __schema { types { name } } }", None) is None
    assert (
        lacking('mutation { login(input: {email: "", password: ""}) { accessToken } }', None)
        is None
    )


async def test_forbidden_names_the_field_and_the_permission(viewer: Client) -> None:
    answer = await viewer("{ runs { nodes { parameters } } }")
    assert answer.body == {
        "errors": [
            {
                "message": "You lack the permission PAYLOADS_READ for Run.parameters.",
                "extensions": {
                    "code": "FORBIDDEN",
                    "permission": "PAYLOADS_READ",
                    "field": "Run.parameters",
                },
            }
        ],
    }


async def test_a_refused_field_lets_nothing_of_the_operation_run(
    developer: Client, viewer: Client
) -> None:
    await deploy(developer)
    query = """mutation M($input: TriggerRunInput!) { triggerRun(input: $input) { created } }"""
    answer = await viewer(query, input={"deploymentName": "nightly", "parameters": {"city": "x"}})
    assert answer.code == "FORBIDDEN"
    answer = await viewer(
        'mutation { a: logout { signedOut } b: deleteDeployment(input: {id: "x"}) { deletedId } }'
    )
    assert (answer.code, answer.field) == ("FORBIDDEN", "Mutation.deleteDeployment")
    assert await db.fetch_value("SELECT count(*) FROM runs") == 0
    assert (await viewer("{ viewer { role } }")).data == {"viewer": {"role": "VIEWER"}}


async def test_only_the_chosen_operation_is_judged(viewer: Client) -> None:
    query = "query A { viewer { role } } query B { runs { nodes { result } } }"
    for name, code in (("A", None), ("B", "FORBIDDEN")):
        response = await viewer.http.post(
            "/graphql", json={"query": query, "operationName": name}, headers=viewer.auth
        )
        errors = response.json().get("errors")
        assert (errors[0]["extensions"]["code"] if errors else None) == code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer dagy_at_nonsense"},
        {"Authorization": "Bearer dagy_sk_nonsense"},
        {"Authorization": "Basic eDp5"},
        {"Cookie": "dagy_session=dagy_at_nonsense"},
    ],
)
async def test_without_valid_credentials_it_is_unauthenticated(
    anonymous: Client, headers: dict[str, str]
) -> None:
    anonymous.headers = headers
    assert (await anonymous("{ runs { nodes { id } } }")).code == "UNAUTHENTICATED"


@pytest.mark.parametrize("role", list(Role))
async def test_can_and_permissions_say_what_the_role_has(role: Role, as_: Any) -> None:
    fields = " ".join(f"{each.name}: can(permission: {each.name})" for each in Permission)
    answer = await as_(role)(f"{{ viewer {{ role permissions {fields} }} }}")
    found = answer.data["viewer"]
    assert found.pop("role") == role.name
    allowed = {each.name for each in ROLE_PERMISSIONS[role]}
    assert set(found.pop("permissions")) == allowed
    assert {name for name, can in found.items() if can} == allowed


@pytest.mark.parametrize("role", [*Role, None])
def test_every_operation_is_open_to_exactly_the_roles_its_directive_names(
    role: Role | None,
) -> None:
    permissions = None if role is None else ROLE_PERMISSIONS[role]
    for root in (CORE.query_type, CORE.mutation_type, CORE.subscription_type):
        assert root is not None
        for name in root.fields:
            need = need_of_field(root, name)
            assert need is not None
            kind, permission = need
            allowed = kind == "public" or (
                permissions is not None and (permission is None or permission in permissions)
            )
            refused = _judged(root, name, permissions)
            assert (refused is None) is allowed, (role, name)


def _judged(
    root: GraphQLObjectType, name: str, permissions: frozenset[Permission] | None
) -> str | None:
    """The verdict on the smallest operation with this root field; arguments play no part."""
    document = parse(f"{root.name.lower()} {{ {name} {{ __typename }} }}")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    need = Requirements(CORE, document, operation).lacking(permissions, {})
    return need.field if need else None
