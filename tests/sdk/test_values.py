"""What a task returns arrives as it was, or the task says why it cannot."""

import math
import uuid
from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import msgspec
import pydantic
import pytest

from dagy import flow, task
from dagy.runner.protocol import TaskFailed
from tests.sdk.memory_host import execute, value


class Color(Enum):
    RED = "red"


class Size(IntEnum):
    BIG = 3


class Mode(StrEnum):
    FAST = "fast"


@dataclass
class Point:
    x: int
    at: date


@dataclass
class Point3D(Point):
    z: int


class Pair(NamedTuple):
    a: int
    b: str


class Struct(msgspec.Struct):
    money: Decimal


class Row(TypedDict):
    amount: Decimal


class City(pydantic.BaseModel):
    name: str
    founded: date


DAY = date(2026, 1, 2)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
ID = uuid.UUID(int=5)

CHANGED: list[tuple[Any, str]] = [
    (Decimal("1.10"), "result is a decimal.Decimal, which task 'take' would get as a str"),
    (MOMENT, "result is a datetime.datetime, which task 'take' would get as a str"),
    (timedelta(1), "result is a datetime.timedelta, which task 'take' would get as a str"),
    (ID, "result is a uuid.UUID, which task 'take' would get as a str"),
    (Path("a"), "result is a pathlib.PosixPath, which task 'take' would get as a str"),
    (b"\x00", "result is a bytes, which task 'take' would get as a str"),
    ((1, 2), "result is a tuple, which task 'take' would get as a list"),
    ({1}, "result is a set, which task 'take' would get as a list"),
    (frozenset({1}), "result is a frozenset, which task 'take' would get as a list"),
    (range(3), "result is a range, which task 'take' would get as a list"),
    ({1: 2}, "result has the key 1, which task 'take' would get as text"),
    (Color.RED, "result is a tests.sdk.test_values.Color, which task 'take' would get as a str"),
    (Size.BIG, "result is a tests.sdk.test_values.Size, which task 'take' would get as an int"),
    (Mode.FAST, "result is a tests.sdk.test_values.Mode, which task 'take' would get as a str"),
    (Pair(1, "x"), "result is a tests.sdk.test_values.Pair, which task 'take' would get as a list"),
    (
        Point(1, DAY),
        "result is a tests.sdk.test_values.Point, which task 'take' would get as a dict",
    ),
    (
        City(name="x", founded=DAY),
        "result is a tests.sdk.test_values.City, which task 'take' would get as a dict",
    ),
    (
        OrderedDict(a=1),
        "result is a collections.OrderedDict, which task 'take' would get as a dict",
    ),
    (
        defaultdict(int, a=1),
        "result is a collections.defaultdict, which task 'take' would get as a dict",
    ),
    (
        {"a": [1, 2, {"b": (3,)}]},
        "result['a'][2]['b'] is a tuple, which task 'take' would get as a list",
    ),
]


def reading(returned: Any, returns: Any = Any, reads: Any = Any, **options: Any) -> Any:
    """A flow of two tasks with these annotations, and what the second one was given."""
    got: list[Any] = []

    def make():
        return returned

    def take(x):
        got.append(x)

    make.__annotations__, take.__annotations__ = {"return": returns}, {"x": reads}
    main = flow(name="main")(lambda: task(take)(task(**options)(make)()))
    finished, host = execute(main)
    return finished, got, host


@pytest.mark.parametrize(("returned", "message"), CHANGED)
def test_a_value_that_would_arrive_changed_fails_the_task_that_returns_it(
    returned: Any, message: str
):
    finished, got, host = reading(returned)
    assert finished.state == "FAILED"
    assert finished.task_key == "make"
    assert (finished.error.code, finished.error.message) == ("RESULT_NOT_SERIALISABLE", message)
    assert "say the type where it is returned or where it is read" in finished.error.hint
    assert got == []
    assert [each.key for each in host.of(TaskFailed)] == ["make"]


def test_the_hint_names_an_annotation_that_works():
    finished, _, _ = reading((1, "a"))
    assert "`tuple[int, str]`" in finished.error.hint
    finished, _, _ = reading({1: Decimal(1)})
    assert "`dict[int, Decimal]`" in finished.error.hint
    finished, _, _ = reading({"a": {1}})
    assert "`set[int]`" in finished.error.hint


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("reads", [Any, float, float | None])
def test_nan_and_infinity_are_refused_whatever_the_annotations_say(number: float, reads: Any):
    finished, got, _ = reading({"a": [1.0, number]}, reads=dict[str, list[reads]])
    assert finished.error.message == (
        "result['a'][1] is NaN or infinite, for which JSON has no word: task 'take' would get None"
    )
    assert got == []
    finished, _, _ = reading(number, float | None, reads)
    assert finished.state == "FAILED"


def test_nan_in_the_result_of_a_run_is_refused_too():
    @task
    def mean() -> float:
        return math.nan

    finished, _ = execute(flow(lambda: {"mean": mean()}))
    assert finished.error is not None
    assert finished.error.message == (
        "result is NaN or infinite, for which JSON has no word: "
        "the result of the run would get None"
    )


KEPT: list[tuple[Any, Any]] = [
    (Decimal("1.10"), Decimal),
    (MOMENT, datetime),
    (DAY, date),
    (timedelta(seconds=1, microseconds=5), timedelta),
    (ID, uuid.UUID),
    (Path("a/b"), Path),
    (b"\x00\xff", bytes),
    ((1, "a"), tuple[int, str]),
    ((1, 2, 3), tuple[int, ...]),
    ({1, 2}, set[int]),
    (frozenset({Decimal(1)}), frozenset[Decimal]),
    ({1: "a", 2: "b"}, dict[int, str]),
    ({DAY: [ID]}, dict[date, list[uuid.UUID]]),
    (Color.RED, Color),
    (Size.BIG, Size),
    (Mode.FAST, Mode),
    (Pair(1, "x"), Pair),
    (Point(1, DAY), Point),
    (Point3D(1, DAY, 2), Point3D),
    (Struct(Decimal("2.50")), Struct),
    ({"amount": Decimal("3")}, Row),
    (City(name="x", founded=DAY), City),
    ([City(name="x", founded=DAY)], list[City]),
    (None, Decimal | None),
    (Decimal(1), Decimal | None),
    ({"a": (1, {"b": [1, None]})}, dict[str, tuple[int, Any]]),
]


@pytest.mark.parametrize(("returned", "hint"), KEPT)
@pytest.mark.parametrize("isolate", [False, True])
def test_an_annotation_on_either_side_brings_it_back(returned: Any, hint: Any, isolate: bool):
    for returns, reads in [(hint, Any), (Any, hint), (hint, hint)]:
        finished, got, _ = reading(returned, returns, reads, isolate=isolate)
        assert finished.error is None
        assert got == [returned]
        assert type(got[0]) is type(returned)


def test_open_parts_of_the_readers_annotation_are_filled_from_the_returning_task():
    for hint in (dict, dict[str, Any], dict[str, list], dict[Any, Any]):
        _, got, _ = reading({"a": [Decimal(1)]}, dict[str, list[Decimal]], hint)
        assert got == [{"a": [Decimal(1)]}]
    _, got, _ = reading([(1, 2)], list[tuple[int, int]], list | None)
    assert got == [[(1, 2)]]


def test_plain_json_needs_no_annotation_and_wrong_ones_of_json_types_change_nothing():
    for plain in ({"a": [1, 1.5, True, None, "x", 2**70]}, 1, [], "NaN", {"": {}}):
        _, got, _ = reading(plain)
        assert got == [plain]
    finished, got, _ = reading(1, float)
    assert (finished.state, got) == ("SUCCEEDED", [1])
    assert type(got[0]) is int
    finished, got, _ = reading("text", int)
    assert (finished.state, got) == ("SUCCEEDED", ["text"])


def test_what_is_declared_is_what_arrives():
    """A reader, or a returning task, that says a JSON type in full gets just that."""
    _, got, _ = reading((1, 2), Any, list[int])
    assert got == [[1, 2]]
    _, got, _ = reading((1, 2), list[int])
    assert got == [[1, 2]]
    _, got, _ = reading(Mode.FAST, str)
    assert got == ["fast"]
    assert type(got[0]) is str
    _, got, _ = reading({"a": range(3)}, dict[str, list[int]])
    assert got == [{"a": [0, 1, 2]}]


def test_fields_that_an_annotation_would_drop_are_not_dropped():
    finished, got, _ = reading(Point3D(1, DAY, 2), Any, Point)
    assert finished.error.message == (
        "result is a tests.sdk.test_values.Point3D, which task 'take' would get as "
        "a tests.sdk.test_values.Point"
    )
    finished, got, _ = reading({"amount": Decimal(1), "more": 5}, Row)
    assert finished.state == "FAILED"
    assert got == []


def test_a_value_that_does_not_fit_its_own_annotation_is_named():
    finished, _, _ = reading({"a": "soon"}, dict[str, datetime])
    assert finished.error.message == (
        "result[...] does not fit the annotation of what the task returns: Invalid RFC3339 encoded"
        " datetime"
    )
    assert finished.task_key == "make"


def test_what_nobody_reads_is_not_checked():
    @task
    def make() -> Any:
        return {"pair": (1, 2), "name": "x"}

    @task
    def take(name: Any) -> Any:
        return name

    finished, _ = execute(flow(lambda: take(make()["name"])))
    assert value(finished.result) == "x"
    assert execute(flow(lambda: [take("a"), make()][0]))[0].state == "SUCCEEDED"


def test_a_path_into_a_tuple_reads_only_its_part():
    @task
    def pair() -> Any:
        return [{"total": Decimal("2.5")}], 7

    got: list[Any] = []

    @task
    def take(a: Decimal, b: Any) -> None:
        got.append((a, b))

    @flow
    def main():
        p = pair()
        take(p[0][0]["total"], p[1])

    assert execute(main)[0].state == "SUCCEEDED"
    assert got == [(Decimal("2.5"), 7)]
