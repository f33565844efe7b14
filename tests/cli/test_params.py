"""-p name=value: JSON if it parses, else text; text where the schema asks for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dagy.cli import times
from dagy.cli.params import parameters

SCHEMA = {
    "properties": {
        "text": {"type": "string"},
        "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "both": {"type": ["string", "integer"]},
        "number": {"type": "number"},
        "choice": {"enum": ["1", "2"]},
        "ref": {"$ref": "#/$defs/Name"},
        "any": {},
    },
    "$defs": {"Name": {"type": "string"}},
}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("text", "2024", "2024"),
        ("text", "true", "true"),
        ("text", '"quoted"', '"quoted"'),
        ("text", "", ""),
        ("maybe", "null", None),
        ("maybe", "7", "7"),
        ("both", "7", 7),
        ("both", "7.5", "7.5"),
        ("number", "7", 7),
        ("number", "NaN", "NaN"),
        ("choice", "1", "1"),
        ("ref", "1", "1"),
        ("any", "[1, 2]", [1, 2]),
        ("any", "plain text", "plain text"),
        ("any", '"quoted"', "quoted"),
        ("unknown", '{"a": null}', {"a": None}),
    ],
)
def test_value_by_schema(name: str, text: str, value: Any) -> None:
    assert parameters({name: text}, SCHEMA) == {name: value}


def test_without_a_schema_everything_that_parses_is_json() -> None:
    assert parameters({"a": "1", "b": "x"}, None) == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2020, 3, 1, 9, 59, 58, tzinfo=UTC), "now (09:59:58)"),
        (datetime(2020, 3, 1, 9, 59, 15, tzinfo=UTC), "45s ago (09:59:15)"),
        (datetime(2020, 3, 1, 7, 0, tzinfo=UTC), "3h ago (07:00:00)"),
        (datetime(2020, 2, 1, 7, 0, tzinfo=UTC), "29d ago (Feb 01 07:00)"),
        (datetime(2019, 3, 1, 7, 0, tzinfo=UTC), "366d ago (2019-03-01)"),
        (datetime(2020, 3, 1, 11, 0, tzinfo=UTC), "in the future (11:00:00)"),
        (None, "-"),
    ],
)
def test_moments_are_relative_and_absolute(at: datetime | None, text: str) -> None:
    assert times.moment(at, at_now=datetime(2020, 3, 1, 10, 0, tzinfo=UTC)) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0.4, "0 ms"),
        (12, "12 ms"),
        (1_200, "1.2 s"),
        (125_000, "2m 05s"),
        (11_400_000, "3h 10m"),
        (None, "-"),
    ],
)
def test_durations(milliseconds: float | None, text: str) -> None:
    assert times.duration(milliseconds) == text
