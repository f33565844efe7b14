"""The span of time that a dashboard shows, cut into buckets. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# Bars of a flow's small chart.
FLOW_BUCKETS = 12


class TimeRange(StrEnum):
    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class Cut:
    """Runs are counted in `slots` of `slot_seconds`, of which `per_bucket` make a bucket."""

    slots: int
    slot_seconds: int
    per_bucket: int

    @property
    def bucket_seconds(self) -> int:
        return self.slot_seconds * self.per_bucket

    @property
    def buckets(self) -> int:
        return self.slots // self.per_bucket

    @property
    def span(self) -> timedelta:
        return timedelta(seconds=self.slots * self.slot_seconds)


# The slots of each make whole buckets, and twelve bars of a flow.
_CUTS = {
    TimeRange.HOUR: Cut(60, 60, 1),
    TimeRange.DAY: Cut(48, 1_800, 1),
    TimeRange.WEEK: Cut(84, 7_200, 2),
    TimeRange.MONTH: Cut(60, 43_200, 2),
}


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, the end of the bucket that holds `now`; beside it the window before,
    up to the same point of its last bucket, so that both hold the same time."""

    cut: Cut
    start: datetime
    now: datetime
    end: datetime

    @property
    def previous(self) -> tuple[datetime, datetime]:
        return self.start - self.cut.span, self.now - self.cut.span

    def bucket_start(self, index: int) -> datetime:
        return self.start + timedelta(seconds=index * self.cut.bucket_seconds)


def window(range_: TimeRange, now: datetime) -> Window:
    """Buckets begin at multiples of their length (UTC), so they stay as time goes on."""
    cut = _CUTS[range_]
    seconds = int(now.timestamp()) // cut.bucket_seconds * cut.bucket_seconds
    end = datetime.fromtimestamp(seconds + cut.bucket_seconds, UTC)
    return Window(cut, end - cut.span, now, end)
