"""The schema as a whole: the printed SDL, and that every field says what it needs."""

from pathlib import Path

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type

from schema.guard import need_of_field
from schema.root import schema

CORE = schema._schema
SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"

ROOTS = {"Query", "Mutation", "Subscription"}
ENTITIES = {"Deployment", "Environment", "Flow", "Run", "RunArtifact", "TaskRun"}
ENTITIES |= {f"{name}Connection" for name in ENTITIES} | {
    "RunEventConnection",
    "LogLineConnection",
}
# Containers whose own field has been judged already.
CONTAINERS = ("Connection", "Edge", "Payload")
SENSITIVE = {
    "Deployment.parameters",
    "ErrorInfo.traceback",
    "Run.artifacts",
    "Run.logs",
    "Run.parameters",
    "Run.result",
    "Subscription.runLogs",
    "TaskRun.result",
}


def _object_types() -> list[GraphQLObjectType]:
    return [
        type_
        for name, type_ in CORE.type_map.items()
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
    ]


def test_the_printed_schema_is_the_schema() -> None:
    assert SDL.read_text() == schema.as_str() + "\n", "run: dagy schema > schema/schema.graphql"


def test_every_root_field_and_relation_says_what_it_needs() -> None:
    silent = []
    for type_ in _object_types():
        if type_.name.endswith(CONTAINERS):
            continue
        for name, field in type_.fields.items():
            leads_to_entity = get_named_type(field.type).name in ENTITIES
            must_say = type_.name in ROOTS or leads_to_entity
            if must_say and need_of_field(type_, name) is None:
                silent.append(f"{type_.name}.{name}")
    assert silent == []


def test_payloads_need_their_own_right() -> None:
    found = set()
    for type_ in _object_types():
        for name in type_.fields:
            need = need_of_field(type_, name)
            if need is not None and need[1] is not None and need[1].name == "PAYLOADS_READ":
                found.add(f"{type_.name}.{name}")
    assert found == SENSITIVE


def test_only_signing_in_is_public() -> None:
    public = [
        f"{name}.{field}"
        for name in sorted(ROOTS)
        for field in CORE.type_map[name].fields  # type: ignore[attr-defined]
        if (need_of_field(CORE.type_map[name], field) or ("",))[0] == "public"  # type: ignore[arg-type]
    ]
    assert public == ["Mutation.login"]


def test_entities_are_nodes() -> None:
    node = CORE.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    implementing = {type_.name for type_ in CORE.get_possible_types(node)}
    assert implementing == {"Deployment", "Environment", "Flow", "Run", "TaskRun"}


def test_mutations_take_one_input_and_give_a_payload() -> None:
    mutation = CORE.type_map["Mutation"]
    assert isinstance(mutation, GraphQLObjectType)
    for name, field in mutation.fields.items():
        title = name[0].upper() + name[1:]
        assert str(field.type) == f"{title}Payload!"
        expected = [] if name == "logout" else [f"{title}Input!"]
        assert [str(argument.type) for argument in field.args.values()] == expected
