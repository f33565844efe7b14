"""The flows that are measured: the same light tasks as in the measurements of the peers."""

import time

from dagy import flow, task


def naive_fibo(n: int) -> int:
    return n if n < 2 else naive_fibo(n - 1) + naive_fibo(n - 2)


@task
def fibo(n: int, previous: int = 0) -> int:
    """`previous` only makes one task wait for another."""
    return naive_fibo(n)


@task
def numbers(count: int) -> list[int]:
    return [10] * count


@task
def join(values: list[int]) -> int:
    return sum(values)


@task
def wait(seconds: float, previous: float = 0) -> float:
    time.sleep(seconds)
    return seconds


@flow
def ticking() -> float:
    """Time for many to come and see, then 60 events in 6 seconds."""
    value = wait(15.0)
    for _ in range(30):
        value = wait(0.2, value)
    return value


@flow
def forty() -> int:
    """40 light tasks, one after the other."""
    value = fibo(10)
    for _ in range(39):
        value = fibo(10, value)
    return value


@flow
def single() -> int:
    """One light task."""
    return fibo(10)


@flow
def fan_out(count: int = 100) -> int:
    """100 light tasks at once and a join."""
    return join(fibo.map(numbers(count)))
