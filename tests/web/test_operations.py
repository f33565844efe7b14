"""Every operation that the web UI sends or offers is valid against the printed schema."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

ROOT = Path(__file__).parents[2]
UI = ROOT / "frontend" / "src"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "schema.graphql").read_text())


def operations() -> dict[str, str]:
    """By name of file: documents of their own, and those written in backticks in the code."""
    found = {path.name: path.read_text() for path in sorted(UI.rglob("*.graphql"))}
    for path in sorted(UI.rglob("*.ts*")):
        written = re.findall(r"`((?:query|mutation|subscription) [^`]+)`", path.read_text())
        found |= {f"{path.name}[{index}]": text for index, text in enumerate(written)}
    return found


def test_the_operations_are_found():
    assert {"who-am-i.graphql", "watch-runs.graphql", "session.tsx[2]"} <= set(operations())
    assert len(operations()) == 11


@pytest.mark.parametrize("name", operations())
def test_an_operation_of_the_ui_is_valid(schema, name):
    errors = validate(schema, parse(operations()[name]))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("path", sorted(UI.rglob("examples/*.graphql")), ids=lambda path: path.stem)
def test_an_example_starts_with_a_title_and_what_it_does(path):
    title, about, blank = path.read_text().splitlines()[:3]
    assert re.fullmatch(r"# [A-Z].+[^.]", title)
    assert re.fullmatch(r"# [A-Z].+\.", about)
    assert blank == ""
