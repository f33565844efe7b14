"""Moments as people type them: `2h`, `today 08:00`, `2026-05-01T12:00:00+02:00`."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import click

from dagy.cli.times import now

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_AGE = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_DAYS = {"today": 0, "yesterday": 1}


class Moment(click.ParamType[datetime]):
    """An option that takes an age (`90m`, `1d12h`), a day, or a date with a time.

    Without an offset a time is local.
    """

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return parsed_moment(str(value), now=now())
        except (ValueError, OverflowError):
            self.fail(
                f"'{value}' is no moment: give an age such as 30m, 2h or 7d, or 'today', "
                "'yesterday 08:00', 2026-05-01, or 2026-05-01T12:00:00+02:00",
                param,
                ctx,
            )


def parsed_moment(text: str, *, now: datetime) -> datetime:
    """Aware; raises ValueError for what is no moment and OverflowError beyond the calendar."""
    wanted = text.strip().lower()
    age = re.sub(r"\s+|ago$", "", wanted)
    if _AGE.fullmatch(age):
        return now - sum(
            (float(count) * _UNITS[unit] for count, unit in _PART.findall(age)), timedelta()
        )
    day, _, clock = wanted.partition(" ")
    if day in _DAYS:
        date = now.astimezone().date() - timedelta(days=_DAYS[day])
        at = time.fromisoformat(clock) if clock else time()
        return datetime.combine(date, at).astimezone()
    found = datetime.fromisoformat(text.strip())
    # Without an offset astimezone() takes the local zone as it was at that time.
    return found if found.tzinfo else found.astimezone()
