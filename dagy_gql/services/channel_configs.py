"""What the configuration of a notification channel may say, and what of it may be shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from dagy_gql.enums import ChannelKind
from dagy_gql.services.configs import Config, Url, read

MAX_RECIPIENTS = 50

_ADDRESS = re.compile(r"[^\s@\x00-\x1f,;<>\"]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_MAX_ADDRESS = 254
# PagerDuty's Events API v2: an integration key of 32 letters and digits.
_ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}")
_SHOWN = 4
# Of anything shorter, four characters would give too much away.
_LONG_ENOUGH = 16


def _checked_recipients(addresses: list[str]) -> list[str]:
    for address in addresses:
        if len(address) > _MAX_ADDRESS or not _ADDRESS.fullmatch(address):
            raise ValueError("an e-mail address reads like name@example.com")
    return list(dict.fromkeys(addresses))


def _checked_https(url: str) -> str:
    if urlsplit(url).scheme != "https":
        raise ValueError("the address carries a secret: it must start with https://")
    return url


def _checked_key(key: str) -> str:
    if not _ROUTING_KEY.fullmatch(key):
        raise ValueError("a routing key has 32 letters and digits")
    return key


class SlackConfig(Config):
    webhook_url: Annotated[Url, AfterValidator(_checked_https)]

    def hints(self) -> dict[str, Any]:
        return {"webhookUrl": _hint_of_url(self.webhook_url)}


class EmailConfig(Config):
    to: Annotated[
        list[str],
        Field(min_length=1, max_length=MAX_RECIPIENTS),
        AfterValidator(_checked_recipients),
    ]


class WebhookConfig(Config):
    """`secret` signs what is sent."""

    url: Url
    secret: Annotated[str, StringConstraints(min_length=8, max_length=200)] | None = None

    def hints(self) -> dict[str, Any]:
        secret = None if self.secret is None else _hint(self.secret)
        return {"url": _hint_of_url(self.url), "secret": secret}


class PagerDutyConfig(Config):
    routing_key: Annotated[str, AfterValidator(_checked_key)]

    def hints(self) -> dict[str, Any]:
        return {"routingKey": _hint(self.routing_key)}


@dataclass(frozen=True, slots=True)
class Parts:
    """`shown` may be read back; `sealed`, where there is something, never."""

    shown: dict[str, Any]
    sealed: dict[str, Any] | None


_MODELS: Mapping[ChannelKind, type[SlackConfig | EmailConfig | WebhookConfig | PagerDutyConfig]] = {
    ChannelKind.SLACK: SlackConfig,
    ChannelKind.EMAIL: EmailConfig,
    ChannelKind.WEBHOOK: WebhookConfig,
    ChannelKind.PAGERDUTY: PagerDutyConfig,
}


def checked(kind: ChannelKind, config: Any) -> Parts:
    """Raises BadUserInput with the field, as in `config.url`."""
    found = read(_MODELS[kind], config)
    if isinstance(found, EmailConfig):
        return Parts(shown=found.document(), sealed=None)
    return Parts(shown=found.hints(), sealed=found.document())


def masked(config: Mapping[str, Any]) -> dict[str, Any]:
    """A channel's stored config for readers who may not see e-mail addresses."""
    if "to" not in config:
        return dict(config)
    return {"to": [f"{to[0]}…@{to.rpartition('@')[2]}" for to in config["to"]]}


def _hint_of_url(url: str) -> str:
    parts = urlsplit(url)
    rest = url.partition("://")[2].partition("/")[2]
    return f"{parts.scheme}://{parts.netloc}/{_hint(rest)}"


def _hint(text: str) -> str:
    return "…" + (text[-_SHOWN:] if len(text) >= _LONG_ENOUGH else "")
