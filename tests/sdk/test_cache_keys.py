"""What a cached result is found by: the task, its code, and typed arguments."""

import functools
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dagy import flow, task
from dagy.cache_keys import CacheKey, rendered
from dagy.code_version import code_version
from dagy.errors import TraceError
from dagy.runner.protocol import TaskCached
from tests.sdk.memory_host import MemoryHost, execute, value


def cached_flow(calls: list[Any], key: Any = "{x}", **options: Any) -> Any:
    @task(cache_key=key, **options)
    def work(x: Any, y: int = 7) -> Any:
        calls.append(x)
        return [x, y]

    return flow(name="main")(lambda x: work(x))


@pytest.mark.parametrize("key", ["{x}", "k-{x}", "{x!s}-{y}", lambda x, y: x])
def test_values_of_different_types_have_entries_of_their_own(key: Any):
    calls: list[Any] = []
    main, host = cached_flow(calls, key), MemoryHost()
    if key == "{x!s}-{y}":  # a conversion asks for text: what reads alike is alike
        given: list[Any] = [1, "2", None, [1]]
    else:
        given = [1, "1", 1.0, True, "True", "1.0", None, "None", [1], ["1"], {"a": 1}]
    for x in given:
        finished, _ = execute(main, host, parameters={"x": x})
        assert value(finished.result) == [x, 7]
        assert type(value(finished.result)[0]) is type(x)
    assert len(host.cache) == len(given)
    for x in given:
        execute(main, host, parameters={"x": x})
    assert len(calls) == len(given)


def test_neighbouring_values_do_not_run_together():
    @task(cache_key="{x}{y}")
    def work(x: int, y: int) -> int:
        return x * 100 + y

    main, host = flow(name="main")(lambda x, y: work(x, y)), MemoryHost()
    assert value(execute(main, host, parameters={"x": 1, "y": 23})[0].result) == 123
    assert value(execute(main, host, parameters={"x": 12, "y": 3})[0].result) == 1203


def test_sets_and_mappings_count_by_what_they_hold_whatever_their_order():
    calls: list[Any] = []

    @task(cache_key="{x}")
    def work(x: set[str], y: dict[str, int]) -> int:
        calls.append(x)
        return 1

    main, host = flow(name="main")(lambda x, y: work(x, y)), MemoryHost()
    execute(main, host, parameters={"x": ["a", "b"], "y": {}})
    execute(main, host, parameters={"x": ["b", "a"], "y": {}})
    assert len(calls) == 1


COLLIDING = [chr(code) for code in range(0x4E00, 0x4E00 + 400)]


@pytest.mark.parametrize("key", ["{x}", "{x!s}", "{x!r}", lambda x: x, lambda x: str(sorted(x))])
@pytest.mark.parametrize("kind", [set, frozenset, dict.fromkeys, lambda items: {"in": set(items)}])
def test_equal_arguments_have_one_key_in_whatever_order_they_were_filled(
    key: CacheKey, kind: Callable[[list[str]], Any]
):
    """Of 400 names some collide in any hash table, so that their set has two orders."""
    one, other = kind(COLLIDING), kind(COLLIDING[::-1])
    assert one == other
    assert rendered(key, {"x": one}) == rendered(key, {"x": other})


def test_formats_are_applied_to_what_the_annotation_says():
    calls: list[Any] = []

    @task(cache_key="{day:%Y-%m}/{amount:.1f}")
    def work(day: date, amount: Decimal) -> int:
        calls.append(day)
        return 1

    main, host = flow(name="main")(lambda day, amount: work(day, amount)), MemoryHost()
    for day, amount in [("2026-01-02", "1.11"), ("2026-01-30", "1.14"), ("2026-02-01", "1.1")]:
        execute(main, host, parameters={"day": day, "amount": amount})
    assert len(calls) == 2
    assert sorted(each.split(":")[3] for each in host.cache) == ["2026-01/1.1", "2026-02/1.1"]


def test_defaults_are_bound():
    calls: list[Any] = []
    main, host = cached_flow(calls, "{x}-{y}"), MemoryHost()
    finished, _ = execute(main, host, parameters={"x": 1})
    assert value(finished.result) == [1, 7]
    assert [each.split(":")[3] for each in host.cache] == ["1-7"]
    by_function, host = cached_flow(calls, lambda x, y: f"{x}{y}"), MemoryHost()
    execute(by_function, host, parameters={"x": 1})
    assert [each.split(":")[3] for each in host.cache] == ["17"]

    @task(cache_key="{rest}{named}{x}")
    def star(x: int, *rest: int, **named: int) -> int:
        return x

    assert execute(flow(lambda: star(1)))[0].state == "SUCCEEDED"
    assert execute(flow(lambda: star(1, 2, a=3)))[0].state == "SUCCEEDED"


def load_a() -> Any:
    @task(name="load", cache_key="k")
    def load() -> str:
        return "a"

    return load


def load_b() -> Any:
    @task(name="load", cache_key="k")
    def load() -> str:
        return "b"

    return load


def test_tasks_of_one_name_do_not_share_results():
    host = MemoryHost()
    one, other = flow(name="main")(lambda: load_a()()), flow(name="main")(lambda: load_b()())
    assert value(execute(one, host)[0].result) == "a"
    assert value(execute(other, host)[0].result) == "b"
    two = flow(name="main")(lambda: [load_a()(), load_b()()])
    assert value(execute(two, MemoryHost())[0].result) == ["a", "b"]


def test_flows_do_not_share_results_unless_they_ask_for_it():
    calls: list[int] = []

    @task(cache_key="k")
    def work() -> int:
        calls.append(1)
        return 1

    host = MemoryHost()
    for name in ("one", "two"):
        execute(flow(name=name)(lambda: work()), host)
    execute(flow(name="one", namespace="team")(lambda: work()), host)
    assert len(calls) == 3
    shared = work.with_options(cache_scope="shared")
    for name in ("one", "two"):
        _, seen = execute(flow(name=name)(lambda: shared()), host)
    assert len(calls) == 4
    assert [each.cache_key for each in seen.of(TaskCached)] == [
        each for each in host.cache if each.startswith("work:")
    ]


def made(source: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"functools": functools, "__name__": "made"}
    exec(source, space)  # versions of one function, as an editor makes them
    return space["work"]


BEFORE = """
def part(x):
    return x + 1

def work(x):
    return part(x) in {"a", "b"}
"""


@pytest.mark.parametrize(
    ("after", "is_same"),
    [
        (BEFORE, True),
        ("\n\n# a comment\n" + BEFORE.replace("x + 1", "x  +  1  # more"), True),
        (BEFORE.replace("def work(x):", 'def work(x):\n    """What it does."""'), True),
        (BEFORE.replace("def part(x):", 'def part(x):\n    """A part."""'), True),
        (BEFORE.replace("x + 1", "x + 2"), False),
        (BEFORE.replace("x + 1", "x - 1"), False),
        (BEFORE.replace('"b"}', '"c"}'), False),
        (BEFORE.replace('{"a", "b"}', '("a", "b")'), False),
    ],
)
def test_the_version_of_code_follows_what_the_code_does(after: str, is_same: bool):
    assert (code_version(made(after)) == code_version(made(BEFORE))) is is_same


def test_the_version_of_code_counts_what_a_function_holds_and_wraps():
    def maker(n: Any) -> Callable[..., Any]:
        def work(x: int) -> Any:
            return n if not callable(n) else n(x)

        return work

    versions = {code_version(maker(n)) for n in (1, 2, "1", [1], lambda x: 1, lambda x: 2)}
    assert len(versions) == 6
    assert code_version(maker(1)) == code_version(maker(1))

    def wrapped(inner: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(inner)
        def call(*args: Any) -> Any:
            return inner(*args)

        return call

    assert code_version(wrapped(lambda x: 1)) != code_version(wrapped(lambda x: 2))
    assert code_version(functools.partial(print, 1)) != code_version(functools.partial(print, 2))


def test_the_version_of_code_is_the_same_in_every_process():
    code = (
        "from dagy.code_version import code_version\n"
        "from tests.sdk.test_cache_keys import BEFORE, made\n"
        "print(code_version(made(BEFORE)))"
    )
    found = {
        subprocess.check_output(
            [sys.executable, "-c", code], text=True, env={"PYTHONHASHSEED": seed, "PATH": ""}
        ).strip()
        for seed in ("1", "2", "3")
    }
    assert found == {code_version(made(BEFORE))}


def calling(cached: Any) -> Any:
    return flow(name="main")(lambda: cached(1))


@pytest.mark.parametrize(("version", "wanted"), [(None, [True, False]), ("1", [True, True])])
def test_changed_code_is_run_again_unless_its_version_is_pinned(
    version: str | None, wanted: list[bool]
):
    host, found = MemoryHost(), []
    for source in (BEFORE.replace("in {", "== 2 or {"), BEFORE.replace("in {", "== 3 and {")):
        cached = task(cache_key="{x}", cache_version=version)(made(source))
        finished, _ = execute(calling(cached), host)
        found.append(value(finished.result))
    assert found == wanted


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("{nope}", "the task has no argument 'nope' (it has: x, y)"),
        ("{x}-{z.a[0]}", "the task has no argument 'z'"),
        ("{x:{width}}", "the task has no argument 'width'"),
        ("{}", "the task has no argument ''"),
        ("{0}", "the task has no argument '0'"),
        ("{x", "expected '}' before end of string"),
        ("x}", "Single '}' encountered in format string"),
        (lambda x: x, "got an unexpected keyword argument 'y'"),
        (lambda x, y, z: x, "missing a required argument: 'z'"),
    ],
)
def test_a_key_that_cannot_be_made_is_refused_where_the_task_is_made(key: Any, message: str):
    with pytest.raises(TraceError) as caught:
        cached_flow([], key)
    assert message in caught.value.message
    assert caught.value.message.startswith("task 'work': cache_key cannot be made: ")
    assert caught.value.where is not None
    assert "test_cache_keys.py:" in caught.value.where


def test_async_key_functions_and_unknown_scopes_are_refused():
    async def key(x: Any, y: int) -> str:
        return "k"

    with pytest.raises(TraceError, match="it is an async function"):
        cached_flow([], key)
    with pytest.raises(TraceError, match="cache_scope is 'all', not 'flow' or 'shared'"):
        cached_flow([], cache_scope="all")
