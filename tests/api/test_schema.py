"""The schema as a whole: the printed SDL, what is sensitive, what is public, and the shape of
mutations. That every field says what it needs is in test_directives.py."""

from pathlib import Path

from graphql import GraphQLObjectType

from schema.guard import need_of_field
from schema.root import schema

CORE = schema._schema
SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"

ROOTS = ("Mutation", "Query", "Subscription")
SENSITIVE = {
    "Deployment.parameters",
    "ErrorInfo.traceback",
    "Flow.sourceFiles",
    "Run.artifacts",
    "Run.logs",
    "Run.parameters",
    "Run.result",
    "RunComparison.parameters",
    "RunComparison.result",
    "RunPreview.parameters",
    "Schedule.parameters",
    "Sensor.config",
    "Sensor.parameters",
    "Subscription.runLogBatches",
    "Subscription.runLogs",
    "TaskRun.result",
}
PUBLIC = {
    "Mutation.acceptInvitation",
    "Mutation.createFirstOwner",
    "Mutation.exchangeToken",
    "Mutation.login",
    "Mutation.resetPassword",
    "Query.invitationPreview",
    "Query.plans",
    "Query.setup",
    "Query.signInOptions",
}
WITHOUT_INPUT = {"leaveOrganization", "logout", "revokeOtherSessions"}
SIGNING_IN = {
    "acceptInvitation",
    "createFirstOwner",
    "exchangeToken",
    "login",
    "switchOrganization",
}


def _object(name: str) -> GraphQLObjectType:
    type_ = CORE.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return type_


def test_the_printed_schema_is_the_schema() -> None:
    assert SDL.read_text() == schema.as_str() + "\n", "run: dagy schema > schema/schema.graphql"


def test_payloads_need_their_own_right() -> None:
    found = set()
    for type_ in CORE.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        for name in type_.fields:
            need = need_of_field(type_, name)
            if need is not None and need[1] is not None and need[1].name == "PAYLOADS_READ":
                found.add(f"{type_.name}.{name}")
    assert found == SENSITIVE


def test_only_what_leads_to_a_session_is_public() -> None:
    public = {
        f"{root}.{name}"
        for root in ROOTS
        for name in _object(root).fields
        if (need_of_field(_object(root), name) or ("",))[0] == "public"
    }
    assert public == PUBLIC


def test_mutations_take_one_input_and_give_a_payload() -> None:
    for name, field in _object("Mutation").fields.items():
        title = name[0].upper() + name[1:]
        payload = "SessionPayload!" if name in SIGNING_IN else f"{title}Payload!"
        assert str(field.type) == payload
        expected = [] if name in WITHOUT_INPUT else [f"{title}Input!"]
        assert [str(argument.type) for argument in field.args.values()] == expected
