"""dagy graphql: the raw way in."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from dagy.api.operations import operation_kind
from tests.cli.fake import COMPLETE, Fake, Refusal

Dagy = Callable[..., Result]


def test_prints_the_whole_answer(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.answers["Q"] = {"viewer": {"role": "owner"}}

    result = dagy("graphql", "query Q { viewer { role } }", "-v", "a=1", "-v", "b=x")

    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {"data": {"viewer": {"role": "owner"}}},
    )
    assert fake.called("Q") == [{"a": 1, "b": "x"}]


def test_prints_errors_as_they_are_and_sets_the_exit_code(
    dagy: Dagy, fake: Fake, signed_in: str
) -> None:
    fake.answers["Q"] = Refusal("NOT_FOUND", "no such thing", noun="run")

    result = dagy("graphql", "query Q { viewer { role } }")

    assert (result.exit_code, json.loads(result.stdout)) == (
        5,
        Refusal("NOT_FOUND", "no such thing", noun="run").answer(),
    )


def test_reads_a_file_and_stdin_and_chooses_the_operation(
    dagy: Dagy, fake: Fake, signed_in: str, tmp_path: Path
) -> None:
    fake.answers |= {"A": {"a": 1}, "B": {"b": 2}}
    (tmp_path / "both.graphql").write_text("query A { a } query B { b }")

    first = dagy("graphql", f"@{tmp_path / 'both.graphql'}", "--operation", "B")
    second = dagy("graphql", "-", "--format", "yaml", stdin="query A { a }")

    assert json.loads(first.stdout) == {"data": {"b": 2}}
    assert second.stdout == "data:\n  a: 1\n"


def test_a_subscription_prints_one_object_an_event(dagy: Dagy, fake: Fake, signed_in: str) -> None:
    fake.streams["S"] = [[{"n": 1}, {"n": 2}, COMPLETE]]

    result = dagy("graphql", "subscription S { n }")

    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"data": {"n": 1}},
        {"data": {"n": 2}},
    ]


@pytest.mark.parametrize(
    ("document", "name", "kind"),
    [
        ("{ viewer { id } }", None, "query"),
        ("# mutation\nquery Q { a }", None, "query"),
        ("mutation M($a: [Int!] = [1]) { m(a: $a) { id } }", None, "mutation"),
        ("subscription { runs { state } }", None, "subscription"),
        ("fragment F on Run { id } mutation M { m { ...F } }", None, "mutation"),
        ("query A { a } mutation B { b }", "B", "mutation"),
        ('query Q { search(text: "mutation { }") { id } }', None, "query"),
        ('query Q { search(text: """a } mutation M {""") { id } }', None, "query"),
        ("", None, "query"),
    ],
)
def test_the_kind_of_an_operation(document: str, name: str | None, kind: str) -> None:
    assert operation_kind(document, name) == kind
