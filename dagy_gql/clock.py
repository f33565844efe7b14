"""The only source of the time: aware, UTC."""

from datetime import UTC, datetime, timedelta

_MILLISECOND = timedelta(milliseconds=1)
_HALF = _MILLISECOND / 2
_NO_TIME = timedelta()


def now() -> datetime:
    return datetime.now(UTC)


def milliseconds_between(start: datetime, end: datetime) -> int:
    between = end - start
    return (between + _HALF) // _MILLISECOND if between > _NO_TIME else 0
