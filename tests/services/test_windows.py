"""Windows of dashboards: whole buckets, and the same time before them."""

from datetime import UTC, datetime, timedelta

import pytest

from dagy_gql.services.windows import FLOW_BUCKETS, TimeRange, window

NOW = datetime(2026, 11, 26, 5, 17, 43, tzinfo=UTC)


@pytest.mark.parametrize(
    ("range_", "start", "end", "buckets", "seconds"),
    [
        (TimeRange.HOUR, "2026-11-26T04:18", "2026-11-26T05:18", 60, 60),
        (TimeRange.DAY, "2026-11-25T05:30", "2026-11-26T05:30", 48, 1_800),
        (TimeRange.WEEK, "2026-11-19T08:00", "2026-11-26T08:00", 42, 14_400),
        (TimeRange.MONTH, "2026-10-28T00:00", "2026-11-27T00:00", 30, 86_400),
    ],
)
def test_a_window_ends_with_the_bucket_that_is_now(
    range_: TimeRange, start: str, end: str, buckets: int, seconds: int
) -> None:
    found = window(range_, NOW)
    assert found.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert found.end == datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert (found.cut.buckets, found.cut.bucket_seconds) == (buckets, seconds)
    assert found.bucket_start(buckets) == found.end


@pytest.mark.parametrize("range_", TimeRange)
def test_the_window_before_holds_the_same_time(range_: TimeRange) -> None:
    found = window(range_, NOW)
    start, end = found.previous
    assert end - start == NOW - found.start
    assert start == found.start - (found.end - found.start)
    assert end <= found.start


@pytest.mark.parametrize("range_", TimeRange)
def test_slots_make_whole_bars_of_a_flow(range_: TimeRange) -> None:
    cut = window(range_, NOW).cut
    assert cut.slots % FLOW_BUCKETS == 0
    assert cut.slots % cut.per_bucket == 0
    assert 24 <= cut.buckets <= 60


def test_a_moment_between_two_buckets_begins_the_next() -> None:
    on_the_minute = datetime(2026, 11, 26, 5, 17, tzinfo=UTC)
    assert window(TimeRange.HOUR, on_the_minute).end == on_the_minute + timedelta(minutes=1)
