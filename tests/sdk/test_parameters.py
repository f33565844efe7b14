"""Parameters of a flow: schema from type hints, binding, and the check without user code."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict
from uuid import UUID

import jsonschema
import msgspec
import pydantic
import pytest

from dagy import flow, task
from dagy.errors import BadParameterError
from dagy.runner.protocol import TaskSucceeded
from dagy.validation import validate_parameters
from tests.sdk.memory_host import execute


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    tags: list[str] = field(default_factory=list)


class Options(TypedDict, total=False):
    deep: bool


class Model(pydantic.BaseModel):
    n: int


POINT = Point(1)
ID = UUID(int=1)


@task
def echo(x: Any) -> Any:
    return x


@flow
def main(
    n: int,
    ratio: float = 0.5,
    name: str | None = None,
    color: Color = Color.RED,
    mode: Literal["a", "b", 3] = "a",
    point: Point = POINT,
    points: list[Point] | None = None,
    by_name: dict[str, int] = {},  # noqa: B006  # a default that people write
    pair: tuple[int, str] = (1, "x"),
    at: datetime | None = None,
    day: date = date(2026, 1, 2),
    uid: UUID = ID,
    money: Decimal = Decimal("1.5"),
    wait: timedelta = timedelta(seconds=90),
    percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 5,
    options: Options = {},  # noqa: B006  # as above
    path: Path = Path("x"),
    flag: bool = False,
    anything: Any = None,
    model: Model | None = None,
):
    return echo(n)


SCHEMA = main.spec().parameters


def test_the_schema_says_types_defaults_and_what_is_required():
    assert SCHEMA["required"] == ["n"]
    assert SCHEMA["additionalProperties"] is False
    properties = SCHEMA["properties"]
    assert properties["n"] == {"type": "integer"}
    assert properties["ratio"] == {"type": "number", "default": 0.5}
    assert properties["name"] == {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    assert properties["color"] == {"$ref": "#/$defs/Color", "default": "red"}
    assert properties["mode"] == {"enum": [3, "a", "b"], "default": "a"}
    assert properties["point"]["default"] == {"x": 1, "tags": []}
    assert properties["at"]["anyOf"][0] == {"type": "string", "format": "date-time"}
    assert properties["day"] == {"type": "string", "format": "date", "default": "2026-01-02"}
    assert properties["percent"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 100,
        "default": 5,
    }
    assert properties["path"] == {"type": "string", "format": "path", "default": "x"}
    assert properties["anything"] == {"default": None}
    assert SCHEMA["$defs"]["Point"]["required"] == ["x"]
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_binding_converts_and_applies_defaults():
    bound = main.bind(
        {
            "n": 1,
            "color": "blue",
            "point": {"x": 5},
            "at": "2026-01-02T03:04:05Z",
            "pair": [2, "y"],
            "wait": "PT5S",
            "path": "a/b",
            "model": {"n": 4},
        }
    )
    assert bound["color"] is Color.BLUE
    assert bound["point"] == Point(5)
    assert bound["at"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert bound["pair"] == (2, "y")
    assert bound["wait"] == timedelta(seconds=5)
    assert bound["path"] == Path("a/b")
    assert bound["model"] == Model(n=4)
    assert bound["ratio"] == 0.5
    assert main.bind({"n": 1, "color": Color.RED, "point": Point(3)})["point"] == Point(3)


def test_text_from_a_command_line_is_read_when_not_strict():
    bound = main.bind({"n": "5", "flag": "true", "ratio": "1.5"}, strict=False)
    assert (bound["n"], bound["flag"], bound["ratio"]) == (5, True, 1.5)


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "n", "expected integer"),
    ({"n": "x"}, "n", "expected integer, got string 'x'"),
    ({"n": True}, "n", "expected integer, got boolean True"),
    ({"n": 1.0}, "n", "expected integer, got number 1.0"),
    ({"n": 1.5}, "n", "expected integer, got number 1.5"),
    ({"n": None}, "n", "expected integer, got null"),
    ({"n": 1, "zz": 1}, "zz", "no such parameter"),
    ({"n": 1, "ratio": "x"}, "ratio", "expected number"),
    ({"n": 1, "name": 5}, "name", "expected string or null, got integer 5"),
    ({"n": 1, "color": "green"}, "color", "expected one of 'blue', 'red', got string 'green'"),
    ({"n": 1, "mode": "c"}, "mode", "expected one of 3, 'a', 'b'"),
    ({"n": 1, "point": {}}, "point.x", "it is required (expected integer)"),
    ({"n": 1, "point": {"x": "1"}}, "point.x", "expected integer, got string '1'"),
    ({"n": 1, "point": [1]}, "point", "expected object, got array"),
    ({"n": 1, "points": [{"x": 1}, {"x": None}]}, "points[1].x", "expected integer, got null"),
    ({"n": 1, "by_name": {"a": "b"}}, "by_name.a", "expected integer, got string 'b'"),
    ({"n": 1, "pair": [1]}, "pair", "expected minItems 2, got array"),
    ({"n": 1, "pair": [1, 2]}, "pair[1]", "expected string, got integer 2"),
    ({"n": 1, "pair": [1, "a", 3]}, "pair", "expected maxItems 2, got array"),
    ({"n": 1, "at": "yesterday"}, "at", "expected string (date-time) or null"),
    ({"n": 1, "day": "2026-13-01"}, "day", "expected string (date), got string '2026-13-01'"),
    ({"n": 1, "uid": "x"}, "uid", "expected string (uuid)"),
    ({"n": 1, "wait": "5 minutes"}, "wait", "expected string (duration)"),
    ({"n": 1, "percent": 101}, "percent", "expected maximum 100, got integer 101"),
    ({"n": 1, "percent": -1}, "percent", "expected minimum 0"),
    ({"n": 1, "options": {"deep": 1}}, "options.deep", "expected boolean, got integer 1"),
    ({"n": 1, "flag": "true"}, "flag", "expected boolean, got string 'true'"),
]


@pytest.mark.parametrize(("parameters", "field_path", "message"), BAD)
def test_both_checks_refuse_the_same_and_name_the_field(
    parameters: dict[str, Any], field_path: str, message: str
):
    with pytest.raises(BadParameterError) as caught:
        validate_parameters(SCHEMA, parameters)
    assert caught.value.field == field_path
    assert message in caught.value.message
    with pytest.raises(BadParameterError) as caught:
        main.bind(parameters)
    assert caught.value.field.partition(".")[0].partition("[")[0] in field_path


GOOD: list[dict[str, Any]] = [
    {"n": 1},
    {"n": 1, "name": None},
    {"n": 1, "mode": 3, "points": [{"x": 1, "tags": ["a"]}], "by_name": {"k": 1}},
    {"n": 1, "at": "2026-01-02T03:04:05+02:00", "day": "2026-01-02", "wait": "P1DT2H"},
    {"n": 1, "options": {}, "anything": {"deep": [1]}, "money": "2.50"},
]


@pytest.mark.parametrize("parameters", GOOD)
def test_both_checks_accept_the_same_and_a_standard_validator_agrees(parameters: dict[str, Any]):
    checked = validate_parameters(SCHEMA, parameters)
    assert set(checked) == set(SCHEMA["properties"])
    assert {key: checked[key] for key in parameters} == parameters
    assert checked["ratio"] == 0.5
    main.bind(parameters)
    jsonschema.validate(parameters, SCHEMA)


def test_parameters_reach_the_tasks_as_their_types():
    got = []

    @task
    def take(at: datetime, color: Color) -> None:
        got.append((at, color))

    @flow
    def run(at: datetime, color: Color = Color.BLUE):
        return [take(at, color), echo(at)]

    _, host = execute(run, parameters={"at": "2026-01-02T00:00:00Z"})
    assert got == [(datetime(2026, 1, 2, tzinfo=UTC), Color.BLUE)]
    assert host.of(TaskSucceeded, "echo")[0].result.value == "2026-01-02T00:00:00Z"


def test_names_that_only_type_checkers_know_take_anything():
    @task
    def odd(x: "Missing", n: "int") -> "Missing":  # noqa: F821
        return [x, n]

    assert odd.decoders["x"] is None
    assert odd.decoders["n"] is not None
