"""Python that would take the wrong branch in silence while a flow is traced, and what stays
allowed because it is about plain values."""

import copy
import inspect
import json
import logging
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dagy import TaskOutput, TraceError, flow, task

CITIES = {"oslo", "rome"}
COUNTS = {1, 2, 3}
PRICES = {"oslo": 1}


@task
def load(x: Any = None, y: Any = None) -> Any:
    return x


@task
def pair() -> tuple[int, int]:
    return 1, 2


def fault(body: Callable[..., Any]) -> TraceError:
    with pytest.raises(TraceError) as caught:
        flow(body).spec()
    return caught.value


def line(body: Callable[..., Any], marked: str) -> str:
    lines, first = inspect.getsourcelines(body)
    return f"{__file__}:{first + next(i for i, each in enumerate(lines) if marked in each)}"


def is_none(p: int | None = None) -> None:
    load(0 if p is None else 1)  # here


def is_not_none() -> None:
    out = load()
    if out is not None:  # here
        load(out)


def is_true(p: bool) -> None:
    if p["x"] is True:  # type: ignore[index]  # here
        load()


def compared_after_a_branch(p: int) -> None:
    out = load(1) if PRICES else load(2)
    assert out is not None  # here


def type_of(p: int) -> None:
    load(type(p).__name__)  # here


def is_callable(p: int) -> None:
    if callable(p):  # here
        load()


def matched(p: Any) -> None:
    match p:  # here
        case {"kind": "a"}:
            load()


def caught() -> None:
    try:  # here
        load()
    except Exception:
        load(2)


def caught_in_a_helper() -> None:
    try:  # here
        _step(1)
    except ValueError:
        load(2)


def cleaned_up() -> None:
    try:  # here
        load()
    finally:
        load.with_options(name="clean")()


def suppressed() -> None:
    with suppress(KeyError):  # here
        load()


def over_a_set() -> None:
    for city in CITIES:  # here
        load(city)


def over_a_literal() -> None:
    [load(city) for city in {"oslo", "rome"}]  # here


def over_a_made_set(p: int) -> None:
    names = set(PRICES) | {"x"}
    for _, city in enumerate(names):  # here
        _step(city)


def with_a_helper(p: int) -> None:
    _decide(p)


def _step(x: Any) -> Any:
    return load(x)


def _decide(x: Any) -> None:
    load(0 if x is None else 1)  # here


TRY = "on_failure hooks"
WHEN = "flow.when"
ORDER = "sorted(the_set)"


@pytest.mark.parametrize(
    ("body", "at", "message", "hint"),
    [
        (is_none, is_none, "`is` with p", WHEN),
        (is_not_none, is_not_none, "`is not` with out", WHEN),
        (is_true, is_true, "`is` with p['x']", WHEN),
        (compared_after_a_branch, compared_after_a_branch, "`is not` with out", WHEN),
        (type_of, type_of, "type() of p", WHEN),
        (is_callable, is_callable, "callable() of p", WHEN),
        (matched, matched, "`match` of p", WHEN),
        (caught, caught, "`try` around the call of a task", TRY),
        (caught_in_a_helper, caught_in_a_helper, "`try` around the call of a task", TRY),
        (cleaned_up, cleaned_up, "the call of a task in `finally`", TRY),
        (suppressed, suppressed, "suppress() around the call of a task", TRY),
        (over_a_set, over_a_set, "in the order of a set, CITIES", ORDER),
        (over_a_literal, over_a_literal, "in the order of a set, {'oslo', 'rome'}", ORDER),
        (over_a_made_set, over_a_made_set, "in the order of a set, enumerate(names)", ORDER),
        (with_a_helper, _decide, "`is` with x", WHEN),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_python_never_asks_is_found_in_the_source(
    body: Callable[..., Any], at: Callable[..., Any], message: str, hint: str
):
    error = fault(body)
    assert message in error.message
    assert hint in (error.hint or "")
    assert error.where == line(at, "# here")


def chained() -> None:
    previous = None
    for city in sorted(CITIES):
        previous = load(city) if previous is None else load.after(previous)(city)


def ended_early() -> None:
    out = load()
    for number in range(3):
        if number == 1:
            out = None
            break
        out = load(out)
    load(1 if out is None else 2)


def reused_name(p: int) -> None:
    load(p)
    p = None  # type: ignore[assignment]
    load(0 if p is None else 1)


def of_plain_values(p: int) -> None:
    config: Any = {"a": 1, "b": None}
    for key in config:
        if config[key] is None or isinstance(config[key], str) or type(config[key]) is bool:
            continue
        match config[key]:
            case 1:
                load(key)
    load([x is None for x in [1, None]] and p)


def tried_without_tasks() -> None:
    try:
        price = PRICES["none"]
    except KeyError:
        price = 0
    with suppress(KeyError):
        price = PRICES["none"]
    opened = []
    try:
        opened.append(1)
        load(price)
    finally:
        opened.pop()


def sets_that_order_nothing() -> None:
    total = 0
    for price in set(PRICES.values()):
        total += price
    for count in COUNTS:
        load(count)
    for count in {1, 2}:
        load(count)
    for city in sorted(CITIES):
        load(city)
    load(total, "oslo" in CITIES)


def optional_helper() -> None:
    _maybe()
    _maybe(load())


def _maybe(after: Any = None) -> Any:
    return load() if after is None else load.after(after)()


def told_apart(p: int) -> None:
    for each in (load(), 3, p):
        if isinstance(each, TaskOutput):
            load(each)


def copied(p: int) -> None:
    config = copy.deepcopy({"out": load(), "p": [p]})
    load(config)
    load(copy.copy(config["out"]))


def recursive() -> None:
    _down(3)


def _down(depth: int) -> Any:
    return load() if depth == 0 else _down(depth - 1)


@pytest.mark.parametrize(
    "body",
    [
        chained,
        ended_early,
        reused_name,
        of_plain_values,
        tried_without_tasks,
        sets_that_order_nothing,
        optional_helper,
        told_apart,
        copied,
        recursive,
    ],
    ids=lambda each: each.__name__,
)
def test_plain_python_stays_allowed(body: Callable[..., Any]):
    assert flow(body).spec().tasks


@pytest.mark.parametrize(
    ("use", "what", "hint"),
    [
        (lambda out: isinstance(out, str), "isinstance()", "TaskOutput"),
        (lambda out: isinstance(out, Mapping), "isinstance()", "TaskOutput"),
        (lambda out: isinstance(out, list | dict), "isinstance()", "TaskOutput"),
        (lambda out: PRICES.get(out), "look-up by its value", "inside a task"),
        (lambda out: PRICES[out], "look-up by its value", "inside a task"),
        (lambda out: out in CITIES, "look-up by its value", "inside a task"),
        (lambda out: out in [1, 2], "`==`", "inside a task"),
        (lambda out: f(*out), "spreading it with `*`", "pass the list itself"),
        (lambda out: [1, *out], "spreading it with `*`", "pass the list itself"),
        (lambda out: f(**out), ".keys", '["keys"]'),
        (lambda out: sorted([out, out]), "`<`", "inside a task"),
        (lambda out: sum([out, 1]), "`+`", "inside a task"),
        (lambda out: max(1, out), "`>`", "inside a task"),
        (lambda out: -out, "`-`", "inside a task"),
        (lambda out: abs(out), "abs()", "inside a task"),
        (lambda out: round(out), "round()", "inside a task"),
        (lambda out: divmod(out, 2), "divmod()", "inside a task"),
        (lambda out: out @ out, "`@`", "inside a task"),
        (lambda out: out << 1, "`<<`", "inside a task"),
        (lambda out: Path(out), "its use as a path", "inside a task"),
        (lambda out: bytes(out), "bytes()", "inside a task"),
        (lambda out: next(out), "next()", "by their place"),
        (lambda out: out.__class__, "isinstance()", "TaskOutput"),
        (lambda out: pickle.dumps(out), "pickling it", "pass it to a task"),
        (lambda out: hasattr(out, "rows"), ".rows", '["rows"]'),
        (lambda out: getattr(out, "rows", 1), ".rows", '["rows"]'),
        (lambda out: load(f"{out!r}"), "holds <", "inside a task"),
        (lambda out: load([f"a {(out,)}"]), "holds <", "inside a task"),
        (lambda out: load(f"{[out]}"), "holds <", "inside a task"),
        (lambda out: json.dumps(out), "not JSON serializable", "inside a task"),
    ],
)
@pytest.mark.parametrize("source", ["task", "parameter"])
def test_symbols_refuse_it_themselves(use: Callable[[Any], Any], what: str, hint: str, source: str):
    def body(p: int) -> None:
        out = load()
        use(out if source == "task" else p)

    error = fault(body)
    assert what in error.message
    assert hint in (error.hint or "")


def f(*_args: Any, **_named: Any) -> None: ...


def test_with_is_refused_by_its_name():
    def body() -> None:
        with load():
            pass

    assert "so `with` cannot work here" in fault(body).message


def test_unpacking_says_to_take_items_by_their_place():
    def body() -> None:
        a, b = pair()  # here
        load(a, b)

    error = fault(body)
    assert "so unpacking cannot work here" in error.message
    assert "pair[0] and pair[1]" in (error.hint or "")
    assert error.where == line(body, "# here")

    def rest() -> None:
        first, *_others = pair()
        load(first)

    assert "so unpacking cannot work here" in fault(rest).message


def test_a_refusal_that_the_body_swallows_still_counts():
    def body(p: int) -> None:
        try:
            big = p > 3
        except Exception:
            big = False
        load(big)

    assert "so `>` cannot work here" in fault(body).message


def test_a_library_that_swallows_a_refusal_is_not_the_bodys_fault(
    caplog: pytest.LogCaptureFixture,
):
    def body(p: int) -> None:
        logging.getLogger("x").error("p is %r", p)
        load(p)

    assert flow(body).spec().tasks[0].key == "load"


def test_a_function_without_source_is_traced_unchecked():
    space: dict[str, Any] = {"load": load}
    exec("def body(p): load(0 if p is None else 1)", space)
    assert flow(space["body"]).spec().tasks[0].key == "load"


def test_isinstance_with_task_output_tells_outputs_from_the_rest():
    seen: list[bool] = []

    def body(p: int) -> None:
        seen.extend(isinstance(each, TaskOutput) for each in (load(), p, 3))

    flow(body).spec()
    assert seen == [True, False, False]
