"""Where the present request comes from: for the audit log, access logs and limits."""

from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address

_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is the client's, as trusted proxies report it; both are None outside a request."""

    request_id: str = ""
    address: str | None = None
    user_agent: str | None = None


# One frozen object for whatever runs outside a request, so that it can be the default.
_NOWHERE = Origin()

origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def network(address: str | None) -> str:
    """Whom an address counts for: of IPv6 a customer has 2^64, so there it is the network."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{int(found) >> _IPV6_NETWORK_BITS:x}"
