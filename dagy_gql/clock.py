"""The only source of the time: aware, UTC, and the database's.

Times are stored by some processes and compared by others, and by the database itself: there is one
clock for all of them, PostgreSQL's. Statements say `now()`; code says `clock.now()`, which is the
time that the database was last seen to have, counted on by the clock that nobody sets. A process
looks when it opens its connections, and every half minute from then on (`dagy_gql.db`).
"""

import time
from datetime import UTC, datetime, timedelta

_MILLISECOND = timedelta(milliseconds=1)
_HALF = _MILLISECOND / 2
_NO_TIME = timedelta()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NS_A_MICROSECOND = 1_000
_NS_A_MILLISECOND = 1_000_000
# Clocks of machines that are this close count as one: what a runner says is stored as it says it.
_TOLERANCE_NS = 10 * _NS_A_MILLISECOND
# Goes on while a laptop sleeps, unlike the clock of time.monotonic().
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def machine_ns() -> int:
    """What this machine's clock says, ns since 1970. It may be set at any time."""
    return time.time_ns()


def steady_ns() -> int:
    """Of a clock that nobody sets; it began some time ago."""
    return time.clock_gettime_ns(_STEADY)


class _Database:
    """`begin_ns`: the database's time when the steady clock began. Before the first look at a
    database it is this machine's. `ahead_ns`: by how much the database is ahead of the machine."""

    begin_ns = machine_ns() - steady_ns()
    ahead_ns = 0


def now() -> datetime:
    return _EPOCH + timedelta(microseconds=_now_ns() // _NS_A_MICROSECOND)


def now_ms() -> int:
    """Since 1970."""
    return _now_ns() // _NS_A_MILLISECOND


def _now_ns() -> int:
    return _Database.begin_ns + steady_ns()


def seen(at: datetime, *, between: tuple[int, int]) -> None:
    """The database said `at` between two times of the steady clock. Changes nothing where that
    agrees with what is known, so that nothing jitters by the time an answer takes."""
    first, last = between
    at_ns = (at - _EPOCH) // timedelta(microseconds=1) * _NS_A_MICROSECOND
    if not at_ns - last <= _Database.begin_ns <= at_ns + _NS_A_MICROSECOND - first:
        _Database.begin_ns = at_ns - (first + last) // 2


def ahead_of_machine_ns() -> int:
    """By how much the database's clock is ahead of this machine's; 0 where they are as good as
    one. It changes in steps of more than 10 ms only."""
    ahead = _now_ns() - machine_ns()
    if abs(ahead) <= _TOLERANCE_NS:
        ahead = 0
    if abs(ahead - _Database.ahead_ns) > _TOLERANCE_NS or ahead == 0:
        _Database.ahead_ns = ahead
    return _Database.ahead_ns


def of_machine(at: datetime) -> datetime:
    """The database's time of a moment that a process of this machine, such as a runner, took from
    the machine's clock a moment ago."""
    ahead_ns = ahead_of_machine_ns()
    return at + timedelta(microseconds=ahead_ns // _NS_A_MICROSECOND) if ahead_ns else at


def milliseconds_between(start: datetime, end: datetime) -> int:
    between = end - start
    return (between + _HALF) // _MILLISECOND if between > _NO_TIME else 0
