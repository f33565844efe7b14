"""Configurations that differ by kind: read strictly into a model each, errors name their place."""

import re
from ipaddress import ip_address
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from dagy_gql.errors import BadUserInput

MAX_URL_CHARACTERS = 2000

_SCHEMES = frozenset({"http", "https"})
_INSIDE = frozenset({"localhost", "metadata.google.internal"})
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")
# A last label of digits, or of hexadecimal ones, makes resolvers read a host as an IPv4 address.
_NUMERIC_HOST = re.compile(r"(?:.*\.)?(?:0[xX][0-9a-fA-F]*|\d+)\.?")

M = TypeVar("M", bound="Config")


class Config(BaseModel):
    """Members are in camelCase, as in GraphQL; what is not known is refused."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=to_camel,
        hide_input_in_errors=True,
    )

    def document(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True)


def read(model: type[M], value: Any, *, field: str = "config") -> M:
    """Raises BadUserInput that names the first wrong member; it never repeats the value."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join([field, *(str(part)[:50] for part in first["loc"])])
        raise BadUserInput(
            f"{place}: {first['msg'].removeprefix('Value error, ')}.", field=place
        ) from None


def _checked_url(text: str) -> str:
    """Raises ValueError for what no request should go to. Names are looked up when one does."""
    if _UNSEEN.search(text):
        raise ValueError("a URL has no blanks, control characters or backslashes")
    parts = urlsplit(text)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _SCHEMES or not host or parts.port == 0:
        raise ValueError("a URL starts with http:// or https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL here carries no user name and no password")
    if not host.isascii():
        raise ValueError("a host with letters beyond ASCII is written in Punycode (xn--…)")
    if host in _INSIDE or host.endswith(".localhost"):
        raise ValueError(f"{host!r} is a name of this machine, or of its cloud's inside")
    if ":" in host or _NUMERIC_HOST.fullmatch(host):
        _check_address(host)
    return text


def _check_address(host: str) -> None:
    address = ip_address(host)
    mapped = getattr(address, "ipv4_mapped", None) or address
    if (
        mapped.is_loopback
        or mapped.is_link_local
        or mapped.is_multicast
        or mapped.is_unspecified
        or mapped.is_reserved
    ):
        raise ValueError(f"{host} is an address of this machine or of its own network link")


Url = Annotated[str, StringConstraints(max_length=MAX_URL_CHARACTERS), AfterValidator(_checked_url)]
