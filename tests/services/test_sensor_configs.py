"""Configurations of sensors, and the addresses that none may name."""

from typing import Any

import pytest

from dagy_gql.enums import SensorKind
from dagy_gql.errors import BadUserInput
from dagy_gql.services.sensor_configs import checked

URL = "https://example.com/status"


def refusal(kind: SensorKind, config: Any) -> tuple[str, str]:
    """(field, message)"""
    with pytest.raises(BadUserInput) as caught:
        checked(kind, config)
    return caught.value.extensions["field"], caught.value.message


def test_what_is_left_out_gets_its_default() -> None:
    assert checked(SensorKind.WEBHOOK, {}).document() == {}
    assert checked(SensorKind.HTTP, {"url": URL}).document() == {
        "url": URL,
        "method": "GET",
        "headers": {},
        "expectedStatus": 200,
        "jsonPointer": None,
    }
    assert checked(SensorKind.S3, {"bucket": "my.bucket-1"}).document() == {
        "bucket": "my.bucket-1",
        "prefix": "",
    }


def test_states_are_kept_once_each() -> None:
    config = {"flowName": "a", "states": ["FAILED", "CRASHED", "FAILED"]}
    assert checked(SensorKind.RUN, config).document() == {
        "flowName": "a",
        "deploymentName": None,
        "states": ["FAILED", "CRASHED"],
    }


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/x?y=1",
        "http://10.0.0.5:9000/",
        "http://[2001:db8::1]/",
        "http://xn--bcher-kva.example/",
    ],
)
def test_urls_that_may_be_asked(url: str) -> None:
    assert checked(SensorKind.HTTP, {"url": url}).document()["url"] == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http://:80/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://user:word@example.com/",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http://example.com\\@127.0.0.1/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1./",
        "http://１２７.0.0.1/",
        "http://127。0。0。1/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data",
        "http://metadata.google.internal/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
        "http://[::1",
        "https://example.com/" + "x" * 2000,
    ],
)
def test_urls_that_nobody_may_ask(url: str) -> None:
    assert refusal(SensorKind.HTTP, {"url": url})[0] == "config.url"


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        (SensorKind.WEBHOOK, {"secret": "x"}, "config.secret"),
        (SensorKind.WEBHOOK, [], "config"),
        (SensorKind.WEBHOOK, None, "config"),
        (SensorKind.HTTP, {}, "config.url"),
        (SensorKind.HTTP, {"url": URL, "method": "DELETE"}, "config.method"),
        (SensorKind.HTTP, {"url": URL, "expectedStatus": 42}, "config.expectedStatus"),
        (SensorKind.HTTP, {"url": URL, "expectedStatus": "200"}, "config.expectedStatus"),
        (SensorKind.HTTP, {"url": URL, "jsonPointer": "items"}, "config.jsonPointer"),
        (SensorKind.HTTP, {"url": URL, "jsonPointer": "/a~2"}, "config.jsonPointer"),
        (SensorKind.HTTP, {"url": URL, "headers": {"Authorization": "x"}}, "config.headers"),
        (SensorKind.HTTP, {"url": URL, "headers": {"X-Api-Key": "x"}}, "config.headers"),
        (SensorKind.HTTP, {"url": URL, "headers": {"Bad Name": "x"}}, "config.headers"),
        (SensorKind.HTTP, {"url": URL, "headers": {"X": "a\r\nb"}}, "config.headers"),
        (SensorKind.HTTP, {"url": URL, "headers": {"X": 1}}, "config.headers.X"),
        (SensorKind.RUN, {"flowName": "a"}, "config.states"),
        (SensorKind.RUN, {"flowName": "a", "states": []}, "config.states"),
        (SensorKind.RUN, {"flowName": "a", "states": ["RUNNING"]}, "config.states"),
        (SensorKind.RUN, {"states": ["FAILED"]}, "config"),
        (
            SensorKind.RUN,
            {"flowName": "a", "deploymentName": "b", "states": ["FAILED"]},
            "config",
        ),
        (SensorKind.S3, {}, "config.bucket"),
        (SensorKind.S3, {"bucket": "No"}, "config.bucket"),
        (SensorKind.S3, {"bucket": "a..b"}, "config.bucket"),
        (SensorKind.S3, {"bucket": "abc", "prefix": "x" * 1025}, "config.prefix"),
    ],
)
def test_what_is_wrong_is_named(kind: SensorKind, config: Any, field: str) -> None:
    assert refusal(kind, config)[0] == field


def test_a_refusal_does_not_repeat_what_may_be_a_secret() -> None:
    config = {"url": URL, "headers": {"X-Session": "hunter2\r\n"}}
    field, message = refusal(SensorKind.HTTP, config)
    assert field == "config.headers"
    assert "hunter2" not in message
