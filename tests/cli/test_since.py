"""`--since`: every way to write a moment that people try."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result

from dagy.cli.since import parsed_moment
from tests.cli.fake import Fake
from tests.cli.samples import page

NOW = datetime(2026, 5, 10, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1h", NOW - timedelta(hours=1)),
        ("90m", NOW - timedelta(minutes=90)),
        ("1d12h", NOW - timedelta(hours=36)),
        ("2 h ago", NOW - timedelta(hours=2)),
        ("0.5h", NOW - timedelta(minutes=30)),
        ("2W", NOW - timedelta(days=14)),
        ("today", datetime(2026, 5, 10, tzinfo=UTC)),
        ("yesterday 08:15", datetime(2026, 5, 9, 8, 15, tzinfo=UTC)),
        ("2026-05-01", datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01 12:00:00", datetime(2026, 5, 1, 12, tzinfo=UTC)),
        ("2026-05-01T12:00:00+02:00", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T12:00:00Z", datetime(2026, 5, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read(text: str, moment: datetime) -> None:
    assert parsed_moment(text, now=NOW) == moment


@pytest.mark.parametrize("text", ["", "h", "soon", "1x", "2026-13-01", "99999999w", "today 25:00"])
def test_anything_else_is_a_usage_error_and_nothing_is_sent(
    dagy: Callable[..., Result], fake: Fake, signed_in: str, text: str
) -> None:
    result = dagy("runs", "list", "--since", text)

    assert result.exit_code == 2
    assert f"'{text}' is no moment: give an age such as 30m, 2h or 7d" in result.stderr
    assert fake.calls == []


def test_an_age_is_sent_as_a_moment_with_its_offset(
    dagy: Callable[..., Result], fake: Fake, signed_in: str
) -> None:
    fake.answers["Runs"] = {"runs": page()}

    assert dagy("runs", "list", "--since", "1h").exit_code == 0

    [asked] = fake.called("Runs")
    sent = datetime.fromisoformat(asked["filter"]["createdAfter"])
    assert abs(datetime.now(UTC) - timedelta(hours=1) - sent) < timedelta(minutes=1)
