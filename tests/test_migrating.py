"""The shortcuts of migrations change nothing that a migration may look at."""

from tortoise import fields
from tortoise.migrations.operations import AddField, CreateModel, Operation, RemoveField
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

from dagy_gql.migrating import without_queries

_OPERATIONS: list[Operation] = [
    CreateModel(
        name="Shelf",
        fields=[("id", fields.IntField(primary_key=True))],
        options={"table": "shelves", "app": "dagy"},
        bases=["Model"],
    ),
    CreateModel(
        name="Book",
        fields=[
            ("id", fields.IntField(primary_key=True)),
            ("shelf", fields.ForeignKeyField("dagy.Shelf", related_name="books")),
        ],
        options={"table": "books", "app": "dagy"},
        bases=["Model"],
    ),
    AddField(model_name="Shelf", name="height_mm", field=fields.IntField(null=True)),
    RemoveField(model_name="Book", name="shelf"),
]


def _shapes(state: State) -> dict[str, set[str]]:
    return {name: set(one._meta.fields_map) for name, one in state.apps.apps["dagy"].items()}


def _before_and_after_each() -> list[dict[str, set[str]]]:
    """The copies are looked at last, when the state that they were taken of has moved on."""
    state = State(models={}, apps=StateApps())
    seen = []
    for operation in _OPERATIONS:
        copy = state.clone()
        operation.state_forward("dagy", state)
        seen += [_shapes(copy) if copy.models else {}, _shapes(state)]
    return seen


def test_an_operation_sees_the_models_as_they_were_and_as_they_are() -> None:
    expected = _before_and_after_each()
    with without_queries():
        assert _before_and_after_each() == expected
    assert expected[-2:] == [
        {"Shelf": {"id", "height_mm", "books"}, "Book": {"id", "shelf", "shelf_id"}},
        {"Shelf": {"id", "height_mm"}, "Book": {"id"}},
    ]


def test_models_that_are_made_meanwhile_can_be_filtered() -> None:
    with without_queries():

        class Made(Model):
            name = fields.TextField()

    assert "name__startswith" in Made._meta._filters
