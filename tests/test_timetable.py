"""When schedules are due, daylight saving time included."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from dagy_gql.enums import ScheduleKind
from dagy_gql.errors import BadUserInput
from dagy_gql.timetable import Timetable, checked

START = datetime(2026, 1, 1, tzinfo=UTC)


def table(kind: ScheduleKind = ScheduleKind.CRON, **parts: Any) -> Timetable:
    return checked(Timetable(**({"kind": kind, "anchor": START} | parts)))


def dues(cron: str, zone: str, after: str, count: int = 3) -> list[tuple[str, str, str | None]]:
    """(UTC, local, note) of the next due times."""
    found = table(cron=cron, timezone=zone).first(count, after=datetime.fromisoformat(after))
    return [(f"{due.at:%m-%d %H:%M}", f"{due.local:%H:%M%z}", due.note) for due in found]


def test_a_time_that_does_not_exist_is_due_right_after_the_gap() -> None:
    # Europe/Berlin, 2027-03-28: 02:00 becomes 03:00.
    assert dues("30 2 * * *", "Europe/Berlin", "2027-03-27T00:00Z") == [
        ("03-27 01:30", "02:30+0100", None),
        ("03-28 01:00", "03:00+0200", "02:30 does not exist that day: due right after the gap"),
        ("03-29 00:30", "02:30+0200", None),
    ]


@pytest.mark.parametrize("cron", ["0,30 2 * * *", "*/30 2 * * *"])
def test_several_times_of_one_gap_are_due_once(cron: str) -> None:
    assert [at for at, _, _ in dues(cron, "Europe/Berlin", "2027-03-27T12:00Z", 2)] == [
        "03-28 01:00",
        "03-29 00:00",
    ]


def test_a_time_that_comes_twice_is_due_once_and_first() -> None:
    # Europe/Berlin, 2026-10-25: 03:00 becomes 02:00.
    assert dues("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", 2) == [
        ("10-25 00:30", "02:30+0200", "02:30 comes twice: due the first time"),
        ("10-26 01:30", "02:30+0100", None),
    ]


def test_the_second_pass_of_an_hour_makes_nothing_due_again() -> None:
    # 01:10 UTC is the second 02:10.
    assert [at for at, _, _ in dues("0,30 2,3 * * *", "Europe/Berlin", "2026-10-25T01:10Z")] == [
        "10-25 02:00",
        "10-25 02:30",
        "10-26 01:00",
    ]


@pytest.mark.parametrize("hours", ["*", "0-23", "*/1"])
def test_what_is_due_every_hour_follows_elapsed_time(hours: str) -> None:
    assert dues(f"30 {hours} * * *", "Europe/Berlin", "2026-10-25T00:00Z") == [
        ("10-25 00:30", "02:30+0200", None),
        ("10-25 01:30", "02:30+0100", "02:30 for the second time that day"),
        ("10-25 02:30", "03:30+0100", None),
    ]
    assert dues(f"30 {hours} * * *", "Europe/Berlin", "2027-03-28T00:00Z", 2) == [
        ("03-28 00:30", "01:30+0100", None),
        ("03-28 01:30", "03:30+0200", None),
    ]


def test_a_gap_of_half_an_hour_and_one_of_a_day() -> None:
    assert dues("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", 1) == [
        ("10-03 15:30", "02:30+1100", "02:15 does not exist that day: due right after the gap")
    ]
    # Samoa had no 30 December 2011.
    assert dues("0 9 30 12 *", "Pacific/Apia", "2011-12-01T00:00Z", 1) == [
        ("12-30 10:00", "00:00+1400", "09:00 does not exist that day: due right after the gap")
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "Africa/Cairo", "UTC"])
@pytest.mark.parametrize("cron", ["0 0 * * *", "*/20 * * * *", "*/20 0-4 * * *", "15 */2 * * 1-5"])
def test_due_times_are_the_same_wherever_the_count_starts(zone: str, cron: str) -> None:
    start = datetime(2024, 3, 25, tzinfo=UTC)
    found = [due.at for due in table(cron=cron, timezone=zone).first(700, after=start)]
    assert all(one < two for one, two in pairwise(found))
    for place in Random(1).sample(range(len(found) - 1), 60):
        assert table(cron=cron, timezone=zone).next(after=found[place]) == found[place + 1]
        just_before = found[place] - timedelta(microseconds=1)
        assert table(cron=cron, timezone=zone).next(after=just_before) == found[place]


def test_an_interval_counts_from_its_anchor_and_may_be_short() -> None:
    every = table(ScheduleKind.INTERVAL, interval_seconds=1.5)
    found = every.first(2, after=START + timedelta(seconds=3))
    assert [(due.at - START).total_seconds() for due in found] == [4.5, 6.0]
    assert every.next(after=START - timedelta(days=1)) == START + timedelta(seconds=1.5)


def test_an_interval_starts_with_start_at_and_ends_with_end_at() -> None:
    begin = START + timedelta(minutes=10)
    every = table(
        ScheduleKind.INTERVAL,
        interval_seconds=60,
        start_at=begin,
        end_at=begin + timedelta(minutes=2),
    )
    assert [due.at - begin for due in every.first(9, after=START)] == [
        timedelta(0),
        timedelta(minutes=1),
        timedelta(minutes=2),
    ]


def test_start_and_end_belong_to_a_cron_schedule_too() -> None:
    nine = datetime(2026, 1, 5, 9, tzinfo=UTC)
    daily = table(cron="0 9 * * *", start_at=nine, end_at=nine + timedelta(days=1))
    assert [due.at for due in daily.first(9, after=START)] == [nine, nine + timedelta(days=1)]


def test_a_list_of_due_times_looks_twenty_years_ahead() -> None:
    rare = table(cron="0 0 29 2 *")
    found = rare.first(100, after=START)
    assert [due.at.year for due in found] == [2028, 2032, 2036, 2040, 2044]
    assert rare.next(after=datetime(2096, 3, 1, tzinfo=UTC)) == datetime(2104, 2, 29, tzinfo=UTC)


def test_once_is_due_once_and_manual_never() -> None:
    at = START + timedelta(days=1)
    once = table(ScheduleKind.ONCE, at=at)
    assert [once.next(after=START), once.next(after=at)] == [at, None]
    assert table(ScheduleKind.MANUAL).next(after=START) is None


@pytest.mark.parametrize(
    ("kind", "parts", "field"),
    [
        (ScheduleKind.CRON, {}, "cron"),
        (ScheduleKind.INTERVAL, {}, "intervalSeconds"),
        (ScheduleKind.ONCE, {}, "at"),
        (ScheduleKind.CRON, {"cron": "* * * * *", "interval_seconds": 60}, "intervalSeconds"),
        (ScheduleKind.INTERVAL, {"cron": "* * * * *", "interval_seconds": 60}, "cron"),
        (ScheduleKind.MANUAL, {"at": START}, "at"),
        (ScheduleKind.INTERVAL, {"interval_seconds": 0.5}, "intervalSeconds"),
        (ScheduleKind.INTERVAL, {"interval_seconds": 1e12}, "intervalSeconds"),
        (ScheduleKind.INTERVAL, {"interval_seconds": float("nan")}, "intervalSeconds"),
        (ScheduleKind.MANUAL, {"timezone": "Mars/Olympus"}, "timezone"),
        (ScheduleKind.MANUAL, {"timezone": "../../etc/passwd"}, "timezone"),
        (ScheduleKind.MANUAL, {"timezone": "America"}, "timezone"),
        (ScheduleKind.MANUAL, {"timezone": "localtime"}, "timezone"),
        (ScheduleKind.MANUAL, {"timezone": ""}, "timezone"),
        (ScheduleKind.MANUAL, {"start_at": START.replace(year=1)}, "startAt"),
        (ScheduleKind.MANUAL, {"end_at": START.replace(year=9999)}, "endAt"),
        (ScheduleKind.ONCE, {"at": START.replace(year=3000)}, "at"),
        (ScheduleKind.MANUAL, {"start_at": START, "end_at": START - timedelta(1)}, "endAt"),
    ],
)
def test_what_is_no_timetable_names_its_field(
    kind: ScheduleKind, parts: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadUserInput) as caught:
        table(kind, **parts)
    assert caught.value.extensions["field"] == field


@pytest.mark.parametrize(
    "cron",
    [
        "",
        "@daily",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "0 24 * * *",
        "0 0 30 2 *",
        "0 0 31 4,6 *",
        "0 0 * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "a b c d e",
        "٣ * * * *",
        "0 0 * * " + "1," * 100 + "1",
    ],
)
def test_what_is_no_cron_expression_is_refused(cron: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        table(cron=cron)
    assert caught.value.extensions["field"] == "cron"


def test_an_expression_is_tidied_and_may_have_names() -> None:
    assert table(cron=" 0  9 * jan-mar\tmon ").cron == "0 9 * jan-mar mon"


def test_nothing_that_is_typed_in_breaks_the_reader() -> None:
    random = Random(7)
    pieces = [*"*/,-#L0123456789", "LW", "MON", "JAN", "1-5", "*/7", "31", "ı", " "]
    for _ in range(3000):
        parts = ("".join(random.choices(pieces, k=random.randint(1, 4))) for _ in range(5))
        try:
            found = table(cron=" ".join(parts))
        except BadUserInput:
            continue
        assert found.next(after=START) is not None
