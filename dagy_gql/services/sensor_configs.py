"""What the configuration of a sensor may say, kind by kind."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from dagy_gql.enums import RunState, SensorKind
from dagy_gql.services.configs import Config, Url, read

MIN_INTERVAL_SECONDS = 5.0
MAX_INTERVAL_SECONDS = 86_400.0
DEFAULT_INTERVAL_SECONDS = 60.0
# The kinds that have to look; to the others something comes.
LOOKING = frozenset({SensorKind.HTTP, SensorKind.S3})

_MAX_HEADERS = 20
_MAX_HEADER_CHARACTERS = 1000
# The token of RFC 9110, section 5.6.2.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_SECRET_NAME = re.compile(r"auth|cookie|token|secret|key|passw|signature|credential", re.IGNORECASE)
# RFC 6901: empty for the whole document, else parts that each start with a slash.
_JSON_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]")


def _checked_headers(headers: dict[str, str]) -> dict[str, str]:
    if len(headers) > _MAX_HEADERS:
        raise ValueError(f"at most {_MAX_HEADERS} headers")
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name[:50]!r} is not the name of a header")
        if _SECRET_NAME.search(name):
            raise ValueError(f"{name!r} would carry a secret, and this is stored in the clear")
        if len(value) > _MAX_HEADER_CHARACTERS or not value.isprintable():
            raise ValueError(f"the value of {name!r} is too long or no plain text")
    return headers


def _checked_pointer(pointer: str) -> str:
    if not _JSON_POINTER.fullmatch(pointer):
        raise ValueError("a JSON pointer reads like /items/0/id (RFC 6901)")
    return pointer


def _checked_bucket(bucket: str) -> str:
    if not _BUCKET.fullmatch(bucket):
        raise ValueError("a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens")
    return bucket


def _checked_states(states: list[str]) -> list[str]:
    ends = [state.value for state in RunState if state.is_terminal]
    for state in states:
        if state not in ends:
            raise ValueError(f"{state[:50]!r} is no state that a run ends in: {', '.join(ends)}")
    return list(dict.fromkeys(states))


class WebhookConfig(Config):
    """A call to the sensor's address starts a run: nothing to set."""


class HttpConfig(Config):
    """A run starts when the address first answers with `expected_status`; with a `json_pointer`,
    when the value there has changed."""

    url: Url
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: Annotated[dict[str, str], AfterValidator(_checked_headers)] = Field(
        default_factory=dict
    )
    expected_status: Annotated[int, Field(ge=100, le=599)] = 200
    json_pointer: (
        Annotated[str, StringConstraints(max_length=500), AfterValidator(_checked_pointer)] | None
    ) = None


class RunConfig(Config):
    """A run starts when one of the flow, or of the deployment, ends in one of the states."""

    flow_name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    deployment_name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    states: Annotated[list[str], Field(min_length=1), AfterValidator(_checked_states)]

    @model_validator(mode="after")
    def _watches_something(self) -> "RunConfig":
        if (self.flow_name is None) == (self.deployment_name is None):
            raise ValueError("name either flowName or deploymentName")
        return self


class S3Config(Config):
    """A run starts for new objects whose key starts with `prefix`."""

    bucket: Annotated[str, AfterValidator(_checked_bucket)]
    prefix: Annotated[str, StringConstraints(max_length=1024)] = ""


_MODELS: Mapping[SensorKind, type[Config]] = {
    SensorKind.WEBHOOK: WebhookConfig,
    SensorKind.HTTP: HttpConfig,
    SensorKind.RUN: RunConfig,
    SensorKind.S3: S3Config,
}


def checked(kind: SensorKind, config: Any) -> Config:
    """Raises BadUserInput with the field, as in `config.url`."""
    return read(_MODELS[kind], config)
