"""When and how long to wait before the next attempt. Pure: the random source is passed in."""

from collections.abc import Callable, Sequence

from dagy.errors import TraceError
from dagy.spec import MAX_RETRIES, MAX_SECONDS, RetryPolicy

RetryDelay = float | Sequence[float] | Callable[[int], Sequence[float]] | None


def policy(retries: int, delay: RetryDelay, jitter_factor: float | None) -> RetryPolicy:
    """The document form of the decorator's parameters; a callable gets the retry count."""
    if not 0 <= retries <= MAX_RETRIES:
        raise TraceError(f"retries is {retries}, it must be 0 or more, and at most {MAX_RETRIES}")
    if jitter_factor is not None and jitter_factor < 0:
        raise TraceError(f"retry_jitter_factor is {jitter_factor}, it must be 0 or more")
    delays = _delays(retries, delay)
    if any(each < 0 for each in delays):
        raise TraceError(f"retry_delay_seconds is {delays}, a delay cannot be negative")
    if any(not each <= MAX_SECONDS for each in delays):
        raise TraceError(f"retry_delay_seconds is {delays}, a delay is at most {MAX_SECONDS}")
    return RetryPolicy(retries=retries, delays_seconds=delays, jitter_factor=jitter_factor)


def _delays(retries: int, delay: RetryDelay) -> list[float]:
    if delay is None:
        return []
    if isinstance(delay, int | float):
        return [float(delay)]
    given = delay(retries) if callable(delay) else delay
    return [float(each) for each in given]


def base_delay_seconds(retry: RetryPolicy, attempt: int) -> float:
    """The delay after failed attempt number `attempt` (from 1); the last value repeats."""
    if not retry.delays_seconds:
        return 0.0
    return retry.delays_seconds[min(attempt, len(retry.delays_seconds)) - 1]


def delay_seconds(retry: RetryPolicy, attempt: int, uniform: Callable[[], float]) -> float:
    """base + base x factor x uniform[0, 1)"""
    base = base_delay_seconds(retry, attempt)
    if not retry.jitter_factor or not base:
        return base
    return min(base + base * retry.jitter_factor * uniform(), MAX_SECONDS)
