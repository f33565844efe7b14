"""What a provider says of a person, read from its claims."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_MAX_SUBJECT = 300
_MAX_EMAIL = 320


@dataclass(frozen=True, slots=True)
class Person:
    """`email` is None where there is none that could be one; `is_verified`: the provider has
    proven that it is theirs."""

    issuer: str
    subject: str
    email: str | None
    is_verified: bool
    name: str


def person(issuer: str, claims: Mapping[str, Any]) -> Person | None:
    """None for a subject that cannot be kept."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT or "\x00" in subject:
        return None
    name = claims.get("name")
    return Person(
        issuer=issuer,
        subject=subject,
        email=_email(claims.get("email")),
        # Some providers write the text "true".
        is_verified=claims.get("email_verified") in (True, "true"),
        name=name[:200] if isinstance(name, str) and name.isprintable() else "",
    )


def _email(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    address = value.strip().lower()
    is_one = 3 <= len(address) <= _MAX_EMAIL and "@" in address[1:-1] and address.isprintable()
    return address if is_one else None


def at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of that name, or else what a path such as `o.slg` leads to; None if nothing."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def texts(value: Any) -> list[str]:
    """Of a claim that is one text (by spaces or commas), or a list of them."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    if isinstance(value, Iterable):
        return [item for item in value if isinstance(item, str)]
    return []
