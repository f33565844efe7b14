"""Values on their way: items of maps, parts put together in the flow, conditions, kept results."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from dagy import flow, task, unmapped
from dagy.runner.protocol import Ref, Result
from tests.sdk.memory_host import MemoryHost, execute, value

DAY = date(2026, 1, 2)
MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


def test_items_of_a_map_are_checked_and_restored_one_by_one():
    got: list[Any] = []

    @task
    def prices() -> tuple[Decimal, ...]:
        return (Decimal("1.0"), Decimal("2.0"))

    @task
    def double(x: Any, by: Any) -> Decimal:
        got.append((x, by))
        return x * by

    @task
    def total(xs: Any) -> Any:
        return sum(xs)

    @flow
    def main(by: Decimal = Decimal(3)):
        return total(double.map(prices(), unmapped(by)))

    finished, _ = execute(main, max_workers=1)
    assert got == [(Decimal("1.0"), Decimal(3)), (Decimal("2.0"), Decimal(3))]
    assert value(finished.result) == "9.0"
    assert main() == "9.0"

    @task
    def odd(x: Any) -> Any:
        return {x} if x == 2 else x

    @task
    def echo(x: Any) -> Any:
        return x

    finished, _ = execute(flow(lambda: echo(odd.map([1, 2, 3]))), max_workers=1)
    assert (finished.task_key, finished.error and finished.error.message) == (
        "odd[1]",
        "result is a set, which task 'echo' would get as a list",
    )
    finished, _ = execute(flow(lambda: echo.map(odd.map([1, 2, 3]))), max_workers=1)
    assert finished.task_key == "odd[1]"
    assert execute(flow(lambda: echo(odd.map([1, 2, 3])[0])))[0].state == "SUCCEEDED"


def test_parts_of_a_list_or_dict_in_the_flow_are_restored_each_as_its_own():
    got: list[Any] = []

    @task
    def money() -> Decimal:
        return Decimal("1.5")

    @task
    def day() -> date:
        return DAY

    @task
    def take(x: Any, y: dict[str, Any], *rest: Any) -> None:
        got.append((x, y, rest))

    @flow
    def main(at: datetime):
        take([money(), "1.5", day()], {"m": money(), "n": {"at": at}}, day(), 5)

    finished, _ = execute(main, parameters={"at": MOMENT})
    assert finished.error is None
    assert got == [
        ([Decimal("1.5"), "1.5", DAY], {"m": Decimal("1.5"), "n": {"at": MOMENT}}, (DAY, 5))
    ]


def test_a_condition_asks_what_was_returned():
    @task
    def amount() -> Decimal:
        return Decimal("0")

    @task
    def work() -> int:
        return 1

    @flow
    def main():
        with flow.when(amount()):
            return work()

    assert value(execute(main)[0].result) is None


def test_reused_and_cached_results_are_restored_as_well(tmp_path: Path):
    calls: list[int] = []

    @task(cache_key="k")
    def money() -> Decimal:
        calls.append(1)
        return Decimal("1.50")

    got: list[Any] = []

    @task
    def take(x: Any) -> None:
        got.append(x)

    main = flow(name="main")(lambda: take(money()))
    host = MemoryHost()
    execute(main, host)
    execute(main, host)
    (tmp_path / "stored").write_text('"2.50"')
    kept = Result(ref=Ref(str(tmp_path / "stored"), 6, "0" * 64))
    execute(main, reuse={"money": kept})
    assert got == [Decimal("1.50"), Decimal("1.50"), Decimal("2.50")]
    assert len(calls) == 1


def test_a_cached_result_must_say_its_type_itself():
    @task(cache_key="k")
    def money() -> Any:
        return Decimal(1)

    @task
    def take(x: Decimal) -> None: ...

    finished, host = execute(flow(lambda: take(money())))
    assert finished.error is not None
    assert finished.error.message == (
        "result is a decimal.Decimal, which a later run, from the cache, would get as a str"
    )
    assert host.cache == {}


def test_a_flow_that_is_called_gives_what_its_annotations_say():
    @task
    def pair() -> Any:
        return (1, DAY)

    @flow
    def main() -> tuple[int, date]:
        return pair()

    assert main() == (1, DAY)
