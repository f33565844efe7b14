"""Every field of the printed schema says what it needs, and every entity is all there."""

import pytest
from graphql import (
    FieldDefinitionNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    get_named_type,
    parse,
)

from schema.root import schema

CORE = schema._schema
SDL = parse(schema.as_str())

WORDS = {"requires", "signedIn", "public"}
ROOTS = ("Query", "Mutation", "Subscription")
# Their own field has been judged before.
CONTAINERS = ("Connection", "Edge")

# Entity -> (queries, mutations): how it is read, listed, and changed.
ENTITIES: dict[str, tuple[str, str]] = {
    "AccessLog": ("accessLog accessLogs", ""),
    "AccessToken": (
        "accessToken accessTokens",
        "login logout exchangeToken switchOrganization revokeAccessToken revokeOtherSessions",
    ),
    "AlertRule": ("alertRule alertRules", "createAlertRule updateAlertRule deleteAlertRule"),
    "ApiKey": ("apiKey apiKeys", "createApiKey updateApiKey rotateApiKey revokeApiKey"),
    "AuditLog": ("auditLog auditLogs auditTrail verifyAuditChain", ""),
    "BillingSubscription": (
        "billingSubscription billingSubscriptions plans",
        "setBillingPlan cancelBillingSubscription",
    ),
    "DagDraft": (
        "dagDraft dagDrafts",
        "createDagDraft updateDagDraft duplicateDagDraft deleteDagDraft",
    ),
    "Deployment": (
        "deployment deployments",
        "createDeployment updateDeployment deleteDeployment",
    ),
    "Environment": (
        "environment environments",
        "createEnvironment updateEnvironment deleteEnvironment",
    ),
    "Flow": ("flow flows", "createArtifactUpload registerFlow updateFlow"),
    "Membership": (
        "membership memberships",
        "createInvitation revokeInvitation acceptInvitation updateMembership deleteMembership"
        " leaveOrganization",
    ),
    "NotificationChannel": (
        "notificationChannel notificationChannels",
        "createNotificationChannel updateNotificationChannel deleteNotificationChannel",
    ),
    "Organization": ("organization organizations", "createOrganization updateOrganization"),
    "Run": ("run runs runCounts previewRun compareRuns", "triggerRun cancelRun retryRun"),
    "Schedule": (
        "schedule schedules previewSchedule",
        "createSchedule updateSchedule deleteSchedule",
    ),
    "Secret": (
        "secret secrets",
        "createSecret updateSecret rollbackSecret revealSecret deleteSecret",
    ),
    "Sensor": ("sensor sensors", "createSensor updateSensor deleteSensor rotateSensorToken"),
    "TaskRun": ("taskRun taskRuns", ""),
    "UsageAggregate": ("usageAggregate usageAggregates", ""),
    "UsageEvent": ("usageEvent usageEvents", ""),
    "User": (
        "user users",
        "createFirstOwner updateProfile changePassword createPasswordReset resetPassword",
    ),
}
# What is no entity, and belongs to none.
OTHERS = (
    "viewer node nodes health dashboard setup signInOptions roles customRole customRoles"
    " createCustomRole updateCustomRole deleteCustomRole serviceAccount serviceAccounts"
    " createServiceAccount updateServiceAccount deleteServiceAccount invitation invitations"
    " invitationPreview savedView savedViews createSavedView updateSavedView deleteSavedView"
    " bulkOperation bulkOperations createBulkOperation cancelBulkOperation"
)


def _fields() -> list[tuple[str, FieldDefinitionNode]]:
    return [
        (f"{definition.name.value}.{field.name.value}", field)
        for definition in SDL.definitions
        if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode)
        for field in definition.fields or ()
    ]


def _words(field: FieldDefinitionNode) -> list[str]:
    return [each.name.value for each in field.directives or () if each.name.value in WORDS]


def _type(field: str) -> str:
    owner, _, name = field.partition(".")
    definition = CORE.type_map[owner]
    assert isinstance(definition, GraphQLObjectType | GraphQLInterfaceType)
    return str(get_named_type(definition.fields[name].type).name)


def _root(name: str) -> GraphQLObjectType:
    found = CORE.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def test_every_field_says_exactly_one_word() -> None:
    wrong = {name: _words(field) for name, field in _fields() if len(_words(field)) != 1}
    assert wrong == {}


def test_whoever_leads_to_an_entity_asks_for_a_right() -> None:
    entities = {name for name in ENTITIES if name in CORE.type_map} | {"Node"}
    leading = entities | {f"{name}Connection" for name in entities}
    unguarded = {
        name
        for name, field in _fields()
        if _type(name) in leading
        and not name.partition(".")[0].endswith(CONTAINERS)
        and _words(field) == ["public"]
    }
    assert unguarded == set()


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_an_entity_is_a_node_with_a_list_and_its_operations(entity: str) -> None:
    type_ = CORE.type_map[entity]
    assert isinstance(type_, GraphQLObjectType)
    assert [each.name for each in type_.interfaces] == ["Node"]
    queries, mutations = (names.split() for names in ENTITIES[entity])
    types = {name: _type(f"Query.{name}") for name in queries}
    assert types[queries[0]] == entity
    assert types[queries[1]] == f"{entity}Connection"
    assert set(mutations) <= set(_root("Mutation").fields)


def test_every_operation_belongs_somewhere() -> None:
    listed = " ".join([OTHERS, *(f"{queries} {rest}" for queries, rest in ENTITIES.values())])
    there = {*_root("Query").fields, *_root("Mutation").fields}
    assert sorted(listed.split()) == sorted(there)


def test_there_are_twenty_one() -> None:
    assert len(ENTITIES) == 21
