"""Every operation that the web UI sends or offers is valid against the printed schema."""

import re
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    NoUnusedFragmentsRule,
    build_schema,
    parse,
    specified_rules,
    validate,
)

ROOT = Path(__file__).parents[2]
UI = ROOT / "frontend" / "src"
# A document may use the fragments of the others, and uses few of them.
RULES = [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "schema.graphql").read_text())


def documents() -> dict[str, DocumentNode]:
    return {
        str(path.relative_to(UI)): parse(path.read_text()) for path in sorted(UI.rglob("*.graphql"))
    }


def test_the_operations_are_found() -> None:
    assert "features/session/viewer.graphql" in documents()


@pytest.mark.parametrize("name", documents())
def test_an_operation_of_the_ui_is_valid(schema: GraphQLSchema, name: str) -> None:
    known = documents()
    borrowed = [
        node
        for other, document in known.items()
        for node in document.definitions
        if other != name and isinstance(node, FragmentDefinitionNode)
    ]
    whole = DocumentNode(definitions=(*known[name].definitions, *borrowed))
    assert [error.message for error in validate(schema, whole, RULES)] == []


@pytest.mark.parametrize("path", sorted(UI.rglob("examples/*.graphql")), ids=lambda path: path.stem)
def test_an_example_starts_with_a_title_and_what_it_does(path):
    title, about, blank = path.read_text().splitlines()[:3]
    assert re.fullmatch(r"# [A-Z].+[^.]", title)
    assert re.fullmatch(r"# [A-Z].+\.", about)
    assert blank == ""
