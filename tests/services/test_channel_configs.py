"""Configurations of notification channels, and what of them is shown."""

from typing import Any

import pytest

from dagy_gql.enums import ChannelKind
from dagy_gql.errors import BadUserInput
from dagy_gql.services.channel_configs import Parts, checked, masked

KEY = "0123456789abcdef0123456789ABCDEF"
HOOK = "https://hooks.slack.com/services/T0/B0/verysecret"


@pytest.mark.parametrize(
    ("kind", "config", "shown"),
    [
        (
            ChannelKind.SLACK,
            {"webhookUrl": HOOK},
            {"webhookUrl": "https://hooks.slack.com/…cret"},
        ),
        (
            ChannelKind.WEBHOOK,
            {"url": "http://10.0.0.5:8080/alerts", "secret": "a-long-enough-secret"},
            {"url": "http://10.0.0.5:8080/…", "secret": "…cret"},
        ),
        (
            ChannelKind.WEBHOOK,
            {"url": "https://x.example/", "secret": "short-one"},
            {"url": "https://x.example/…", "secret": "…"},
        ),
        (
            ChannelKind.WEBHOOK,
            {"url": "https://x.example/a", "secret": None},
            {"url": "https://x.example/…", "secret": None},
        ),
        (ChannelKind.PAGERDUTY, {"routingKey": KEY}, {"routingKey": "…CDEF"}),
    ],
)
def test_secret_parts_are_sealed_and_hinted_at(
    kind: ChannelKind, config: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert checked(kind, config) == Parts(shown=shown, sealed=config)


def test_addresses_are_no_secret_and_are_kept_once_each() -> None:
    config = {"to": ["ann@example.com", "bob@example.com", "ann@example.com"]}
    assert checked(ChannelKind.EMAIL, config) == Parts(
        shown={"to": ["ann@example.com", "bob@example.com"]}, sealed=None
    )


def test_addresses_are_masked_for_readers() -> None:
    assert masked({"to": ["ann@example.com"]}) == {"to": ["a…@example.com"]}
    assert masked({"routingKey": "…CDEF"}) == {"routingKey": "…CDEF"}


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        (ChannelKind.SLACK, {}, "config.webhookUrl"),
        (ChannelKind.SLACK, {"webhookUrl": "http://hooks.slack.com/x"}, "config.webhookUrl"),
        (ChannelKind.SLACK, {"webhookUrl": HOOK, "channel": "#x"}, "config.channel"),
        (ChannelKind.EMAIL, {"to": []}, "config.to"),
        (ChannelKind.EMAIL, {"to": "ann@example.com"}, "config.to"),
        (ChannelKind.EMAIL, {"to": ["ann"]}, "config.to"),
        (ChannelKind.EMAIL, {"to": ["ann@example"]}, "config.to"),
        (ChannelKind.EMAIL, {"to": ["a@b.example\r\nBcc: x@y.example"]}, "config.to"),
        (ChannelKind.EMAIL, {"to": ["a@b.example, c@d.example"]}, "config.to"),
        (
            ChannelKind.EMAIL,
            {"to": [f"a{number}@example.com" for number in range(51)]},
            "config.to",
        ),
        (ChannelKind.WEBHOOK, {"url": "http://169.254.169.254/"}, "config.url"),
        (ChannelKind.WEBHOOK, {"url": "https://x.example/", "secret": "short"}, "config.secret"),
        (ChannelKind.PAGERDUTY, {"routingKey": "x"}, "config.routingKey"),
        (ChannelKind.PAGERDUTY, None, "config"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(
    kind: ChannelKind, config: Any, field: str
) -> None:
    with pytest.raises(BadUserInput) as caught:
        checked(kind, config)
    assert caught.value.extensions["field"] == field
    assert "verysecret" not in caught.value.message
