"""The only source of the time: aware, UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)


def milliseconds_between(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))
