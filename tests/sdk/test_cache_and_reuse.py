"""Results that are not computed again: cache keys, and what a retried run brings along."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from dagy import flow, task
from dagy.runner.cache import LocalCache
from dagy.runner.protocol import Ref, Result, TaskCached, TaskMapped, TaskStarted, TaskSucceeded
from tests.sdk.memory_host import MemoryHost, execute, value

CALLS: list[Any] = []


@task
def work(x: Any = None, y: int = 0) -> Any:
    CALLS.append((x, y))
    return [x, y]


@task
def total(xs: list[int]) -> int:
    return sum(xs)


def test_a_cached_result_is_used_by_key():
    CALLS.clear()
    cached = work.with_options(cache_key="{x}-{y}", cache_ttl=timedelta(minutes=1))
    main = flow(name="main")(lambda x: [cached(x, 1), cached(x, y=2)])
    host = MemoryHost()
    execute(main, host, parameters={"x": "a"})
    assert sorted(CALLS) == [("a", 1), ("a", 2)]
    assert sorted(each.rpartition(":")[0] for each in host.cache) == [
        f"main:work:{work.version}:a-1",
        f"main:work:{work.version}:a-2",
    ]
    assert host.of(TaskSucceeded, "work")[0].cache_ttl_seconds == 60.0
    host.events.clear()
    finished, _ = execute(main, host, parameters={"x": "a"})
    assert value(finished.result) == [["a", 1], ["a", 2]]
    assert len(CALLS) == 2
    used = {each.key: each.cache_key for each in host.of(TaskCached)}
    assert sorted(used) == ["work", "work-2"]
    assert set(used.values()) == set(host.cache)
    assert host.of(TaskStarted) == []


def test_a_key_may_be_a_function_of_the_arguments_and_works_for_children():
    CALLS.clear()
    cached = work.with_options(cache_key=lambda x, y: f"{x % 2}{y}")
    host = MemoryHost()
    main = flow(lambda: cached.map([1, 2], 5))
    execute(main, host)
    finished, _ = execute(main, host)
    assert value(finished.result) == [[1, 5], [2, 5]]
    assert len(CALLS) == 2


def test_a_key_function_that_raises_fails_the_task():
    def key(x: Any, y: int) -> str:
        raise ValueError("nope")

    finished, host = execute(flow(lambda: work.with_options(cache_key=key, retries=3)(1)))
    assert finished.error is not None
    assert (finished.error.code, finished.error.message) == ("TASK_FAILED", "nope")
    assert host.of(TaskStarted) == []


def test_failures_are_not_cached():
    @task(cache_key="k")
    def boom() -> None:
        raise ValueError

    _, host = execute(flow(lambda: boom()))
    assert host.cache == {}


def test_isolated_tasks_use_the_cache_too():
    @task(isolate=True, cache_key="k")
    def pid() -> int:
        import os

        return os.getpid()

    host = MemoryHost()
    main = flow(lambda: pid())
    first = value(execute(main, host)[0].result)
    assert value(execute(main, host)[0].result) == first


def test_long_keys_are_shortened_and_stay_different():
    host = MemoryHost()
    main = flow(lambda: [work.with_options(cache_key="{x}")(c * 500) for c in "ab"])
    execute(main, host)
    assert {len(key) for key in host.cache} == {165}


def test_local_runs_share_a_cache_until_it_expires():
    CALLS.clear()
    cached = work.with_options(cache_key="k", cache_ttl=3600)
    main = flow(name="main")(lambda: cached("x" * 70_000))
    first = main.run_local()
    assert main.run_local().result == first.result
    assert len(CALLS) == 1
    expired = work.with_options(cache_key="gone", cache_ttl=0)
    flow(name="main")(lambda: expired(1)).run_local()
    flow(name="main")(lambda: expired(1)).run_local()
    assert len(CALLS) == 3


def test_a_cache_whose_file_is_gone_or_broken_misses(tmp_path: Path):
    cache = LocalCache(tmp_path / "cache")
    (tmp_path / "data").write_text('"big"')
    cache.put("k", Result(ref=Ref(str(tmp_path / "data"), 5, "abc")), ttl_seconds=None)
    found = cache.get("k")
    assert found is not None
    assert isinstance(found.ref, Ref)
    Path(found.ref.path).unlink()
    assert cache.get("k") is None
    cache.put("k", Result(value=None), ttl_seconds=None)
    assert cache.get("k") == Result(value=None)
    for each in (tmp_path / "cache").glob("*.json"):
        each.write_text("{")
    assert cache.get("k") is None


def test_reused_results_are_not_run_again_and_not_told_again():
    CALLS.clear()

    @flow
    def main():
        first = work(1)
        return [first, work(first)]

    finished, host = execute(main, reuse={"work": Result(value=["kept", 0])})
    assert value(finished.result) == [["kept", 0], [["kept", 0], 0]]
    assert CALLS == [(["kept", 0], 0)]
    assert host.names == ["task_started work-2", "task_succeeded work-2", "run_finished"]


def test_reused_children_and_results_by_reference(tmp_path: Path):
    CALLS.clear()
    (tmp_path / "stored").write_text("[1, 2, 3]")

    @task
    def double(x: int) -> int:
        CALLS.append(x)
        return x * 2

    @flow
    def main():
        return total(double.map(work()))

    reuse = {
        "work": Result(ref=Ref(str(tmp_path / "stored"), 9, "0" * 64)),
        "double[0]": Result(value=100),
        "double[2]": Result(value=300),
    }
    finished, host = execute(main, reuse=reuse, mapped={"double": 3})
    assert value(finished.result) == 404
    assert CALLS == [2]
    assert [(each.key, each.count) for each in host.of(TaskMapped)] == [("double", 3)]
    assert host.of(TaskSucceeded, "double")[0].result.value == [100, 4, 300]
    CALLS.clear()
    all_three = reuse | {"double[1]": Result(value=200)}
    finished, _ = execute(main, reuse=all_three, mapped={"double": 3})
    assert (value(finished.result), CALLS) == (600, [])
    finished, _ = execute(main, reuse=reuse, mapped={"double": 4})
    assert (value(finished.result), sorted(CALLS)) == (12, [1, 2, 3])


def test_everything_reused_ends_at_once():
    finished, host = execute(flow(lambda: work(1)), reuse={"work": Result(value=5)})
    assert value(finished.result) == 5
    assert host.names == ["run_finished"]
