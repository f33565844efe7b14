"""When a schedule is due: cron expressions, intervals and single moments, with no I/O.

Cron expressions are read as wall-clock times of their zone. A time that a day skips (clocks go
forward) is due at the first moment after the gap; one that a day has twice is due once, the first
time. An expression that is due in every hour of the day follows elapsed time instead, as cron does:
it goes on through the repeated hour, and nothing is made up for the skipped one.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from dagy_gql.enums import ScheduleKind
from dagy_gql.errors import BadUserInput

MIN_INTERVAL_SECONDS = 1.0
MAX_INTERVAL_SECONDS = 366 * 86_400.0
MAX_CRON_CHARACTERS = 200
# Python's calendar ends with the year 9999; CronSim looks 50 years ahead for one due time.
FIRST_YEAR, LAST_YEAR = 1970, 2999
# A hundred times of 29 February are 400 years: 55 ms to count.
HORIZON = timedelta(days=20 * 366)

_CRON_FIELDS = 5
_MICROSECOND = timedelta(microseconds=1)
# Files of a machine's zone folder that are no zones of the IANA database.
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})
# What each kind is made of: (column, name of the field).
_PARTS = {
    ScheduleKind.CRON: ("cron", "cron"),
    ScheduleKind.INTERVAL: ("interval_seconds", "intervalSeconds"),
    ScheduleKind.ONCE: ("at", "at"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """`at` is UTC; `local` the same moment in the schedule's zone; `note` says where daylight
    saving time moved it or repeats it."""

    at: datetime
    local: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """Intervals count from `start_at`, which is due itself, else from `anchor`, which is not.

    `start_at` and `end_at` belong to the timetable. All moments are aware.
    """

    kind: ScheduleKind
    anchor: datetime
    cron: str | None = None
    interval_seconds: float | None = None
    at: datetime | None = None
    timezone: str = "UTC"
    start_at: datetime | None = None
    end_at: datetime | None = None

    def after(self, moment: datetime) -> Iterator[Due]:
        """Every due time later than `moment`, in order."""
        if self.start_at is not None:
            moment = max(moment, self.start_at - _MICROSECOND)
        end = self.end_at
        return takewhile(lambda due: end is None or due.at <= end, self._after(moment))

    def first(self, count: int, *, after: datetime) -> list[Due]:
        """At most `count`, and none further ahead than HORIZON."""
        near = takewhile(lambda due: due.at - after <= HORIZON, self.after(after))
        return list(islice(near, count))

    def next(self, *, after: datetime) -> datetime | None:
        return next((due.at for due in self.after(after)), None)

    def _after(self, moment: datetime) -> Iterator[Due]:
        zone = ZoneInfo(self.timezone)
        match self.kind:
            case ScheduleKind.CRON:
                assert self.cron is not None
                return _cron(self.cron, zone, moment)
            case ScheduleKind.INTERVAL:
                return self._intervals(zone, moment)
            case ScheduleKind.ONCE:
                assert self.at is not None
                return iter([_due(self.at, zone)] if self.at > moment else [])
            case ScheduleKind.MANUAL:
                return iter([])

    def _intervals(self, zone: ZoneInfo, moment: datetime) -> Iterator[Due]:
        assert self.interval_seconds is not None
        step = timedelta(seconds=self.interval_seconds)
        anchor = self.start_at or self.anchor
        first = 0 if self.start_at is not None else 1
        number = max(first, (moment - anchor) // step + 1)
        while True:
            try:
                yield _due(anchor + number * step, zone)
            except OverflowError:
                return
            number += 1


def checked(timetable: Timetable) -> Timetable:
    """The timetable, its cron expression tidied. Raises BadUserInput that names the field."""
    _check_parts(timetable)
    if timetable.timezone not in _zones():
        raise BadUserInput(
            f"{timetable.timezone[:80]!r} is not a time zone: name one as the IANA database does,"
            " for example Europe/Berlin.",
            field="timezone",
        )
    for name, moment in (
        ("at", timetable.at),
        ("startAt", timetable.start_at),
        ("endAt", timetable.end_at),
    ):
        check_moment(moment, field=name)
    if timetable.start_at and timetable.end_at and timetable.end_at < timetable.start_at:
        raise BadUserInput("endAt lies before startAt.", field="endAt")
    if timetable.interval_seconds is not None:
        _check_interval(timetable.interval_seconds)
    if timetable.cron is None:
        return timetable
    return replace(timetable, cron=_checked_cron(timetable.cron))


def check_moment(moment: datetime | None, *, field: str) -> None:
    """Raises BadUserInput for a year that due times are not counted in."""
    if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadUserInput(
            f"{field} is in the year {moment.year}: it must be from {FIRST_YEAR} to {LAST_YEAR}.",
            field=field,
        )


def _check_parts(timetable: Timetable) -> None:
    """Each kind has its own field, and only that."""
    for kind, (column, name) in _PARTS.items():
        value = getattr(timetable, column)
        if kind is timetable.kind and value is None:
            raise BadUserInput(f"A schedule of kind {kind} needs {name}.", field=name)
        if kind is not timetable.kind and value is not None:
            raise BadUserInput(
                f"{name} goes with kind {kind}; this schedule is of kind {timetable.kind}.",
                field=name,
            )


def _check_interval(seconds: float) -> None:
    if not MIN_INTERVAL_SECONDS <= seconds <= MAX_INTERVAL_SECONDS:
        raise BadUserInput(
            f"intervalSeconds is {seconds}: it must be from {MIN_INTERVAL_SECONDS:.0f} to"
            f" {MAX_INTERVAL_SECONDS:.0f} (a year).",
            field="intervalSeconds",
        )


def _checked_cron(expression: str) -> str:
    if len(expression) > MAX_CRON_CHARACTERS:
        raise BadUserInput(
            f"A cron expression has at most {MAX_CRON_CHARACTERS} characters.", field="cron"
        )
    parts = expression.split()
    if len(parts) != _CRON_FIELDS:
        raise BadUserInput(
            f"{expression!r} has {len(parts)} fields. A cron expression has {_CRON_FIELDS}:"
            " minute, hour, day of month, month, day of week.",
            field="cron",
        )
    tidy = " ".join(parts)
    try:
        next(CronSim(tidy, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise BadUserInput(f"{tidy!r} is not a cron expression: {error}.", field="cron") from error
    except StopIteration:
        raise BadUserInput(f"{tidy!r} is never due.", field="cron") from None
    return tidy


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


def _cron(expression: str, zone: ZoneInfo, moment: datetime) -> Iterator[Due]:
    local = moment.astimezone(zone)
    times = CronSim(expression, local.replace(tzinfo=None, fold=0))
    if len(times.hours) == 24:
        return _elapsed(expression, zone, local)
    return _once_each((_placed(wall, zone) for wall in times), moment)


def _elapsed(expression: str, zone: ZoneInfo, local: datetime) -> Iterator[Due]:
    minute, _, rest = expression.partition(" ")
    # With a star for the hours, CronSim leaves daylight saving time to the clock.
    every_hour = f"{minute} * {rest.partition(' ')[2]}"
    for found in CronSim(every_hour, local):
        due = _due(found.astimezone(UTC), zone)
        note = f"{due.local:%H:%M} for the second time that day" if due.local.fold else None
        yield replace(due, note=note)


def _once_each(dues: Iterator[Due], moment: datetime) -> Iterator[Due]:
    """Several times of one gap fall on one moment; the second pass of an hour lies behind."""
    last = moment
    for due in dues:
        if due.at > last:
            last = due.at
            yield due


def _placed(wall: datetime, zone: ZoneInfo) -> Due:
    """The moment at which a wall clock shows `wall`, or should have."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return _due(first, zone)
    if first < second:
        return replace(_due(first, zone), note=f"{wall:%H:%M} comes twice: due the first time")
    due = _due(_end_of_gap(second, first, zone), zone)
    return replace(due, note=f"{wall:%H:%M} does not exist that day: due right after the gap")


def _end_of_gap(before: datetime, later: datetime, zone: ZoneInfo) -> datetime:
    """Clocks go forward between the two moments: when exactly, to the second."""
    offset = later.astimezone(zone).utcoffset()
    seconds = range(round((later - before).total_seconds()) + 1)
    found = bisect_left(
        seconds,
        True,
        key=lambda passed: (
            (before + timedelta(seconds=passed)).astimezone(zone).utcoffset() == offset
        ),
    )
    return before + timedelta(seconds=found)


def _due(at: datetime, zone: ZoneInfo) -> Due:
    return Due(at=at, local=at.astimezone(zone))
