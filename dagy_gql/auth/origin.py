"""Where the present request comes from: for the audit log, access logs and limits."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is the client's, as trusted proxies report it; both are None outside a request."""

    request_id: str = ""
    address: str | None = None
    user_agent: str | None = None


# One frozen object for whatever runs outside a request, so that it can be the default.
_NOWHERE = Origin()

origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)
