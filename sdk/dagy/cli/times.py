"""Times and durations as people read them."""

from datetime import UTC, datetime

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"))


def now() -> datetime:
    return datetime.now(UTC)


def moment(at: datetime | None, *, at_now: datetime | None = None) -> str:
    """`3m ago (16:02:11)`, or with the date when that was not today; in local time."""
    if at is None:
        return "-"
    current = at_now or now()
    local, local_now = at.astimezone(), current.astimezone()
    if local.date() == local_now.date():
        absolute = f"{local:%H:%M:%S}"
    elif local.year == local_now.year:
        absolute = f"{local:%b %d %H:%M}"
    else:
        absolute = f"{local:%Y-%m-%d}"
    return f"{ago((current - at).total_seconds())} ({absolute})"


def ago(seconds: float) -> str:
    if seconds < 0:
        return "in the future" if seconds < -5 else "now"
    if seconds < 5:
        return "now"
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)}{unit} ago"
    return f"{int(seconds)}s ago"


def duration(milliseconds: float | None) -> str:
    """`12 ms`, `1.2 s`, `2m 05s`, `3h 10m`."""
    if milliseconds is None:
        return "-"
    if milliseconds < 1_000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1_000
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02d}s"
    return f"{minutes // 60}h {minutes % 60:02d}m"


def clock(at: datetime) -> str:
    """`HH:MM:SS.mmm`, local time."""
    local = at.astimezone()
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def size(size_bytes: float | None) -> str:
    if size_bytes is None:
        return "-"
    if size_bytes < 1_024:
        return f"{size_bytes:.0f} B"
    if size_bytes < 1_048_576:
        return f"{size_bytes / 1_024:.1f} KB"
    return f"{size_bytes / 1_048_576:.1f} MB"
