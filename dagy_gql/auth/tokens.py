"""Access tokens, API keys and one-time links: random, shown once, kept as their SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass

SESSION_PREFIX = "dagy_at_"
KEY_PREFIX = "dagy_sk_"
INVITATION_PREFIX = "dagy_in_"
RESET_PREFIX = "dagy_pr_"
SETUP_PREFIX = "dagy_su_"
_SHOWN_CHARACTERS = 14


@dataclass(frozen=True, slots=True)
class Secret:
    """`text` goes to its owner and nowhere else; `prefix` is what lists show."""

    text: str
    sha256: str
    prefix: str


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def new(prefix: str) -> Secret:
    """256 random bits behind a prefix that secret scanners know."""
    text = prefix + secrets.token_urlsafe(32)
    return Secret(text=text, sha256=digest(text), prefix=text[:_SHOWN_CHARACTERS])
