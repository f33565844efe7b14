"""Writes the log of sign-ins and refusals. Refusals are bounded: nobody fills the table by being
refused."""

import logging
import time
from collections import Counter
from uuid import UUID

from dagy_gql import clock, db, tenancy
from dagy_gql.auth.origin import Origin, network, origin
from dagy_gql.enums import AccessEvent, AccessMethod
from dagy_gql.repositories import access_logs
from dagy_gql.repositories.access_logs import Entry

logger = logging.getLogger(__name__)

_MINUTE = 60.0
_MAX_EMAIL = 320
_MAX_REASON = 300


class Bound:
    """How many refusals this process writes in a minute: per network, and in all."""

    def __init__(self, *, per_network: int = 20, total: int = 600) -> None:
        self._per_network = per_network
        self._total = total
        self._written: Counter[str] = Counter()
        self._until = 0.0

    def admits(self, request: Origin) -> bool:
        if time.monotonic() >= self._until:
            self._written.clear()
            self._until = time.monotonic() + _MINUTE
        place = network(request.address)
        if self._written[place] >= self._per_network or self._written.total() >= self._total:
            return False
        self._written[place] += 1
        return True


_bound = Bound()


async def record(
    event: AccessEvent,
    method: AccessMethod | None = None,
    *,
    org_id: UUID | None = None,
    user_id: UUID | None = None,
    email: str | None = None,
    reason: str | None = None,
) -> None:
    """A row of what happened, in the transaction of its cause."""
    request = origin.get()
    entry = Entry(
        event=event,
        method=method,
        org_id=org_id,
        user_id=user_id,
        email=_text(email, _MAX_EMAIL),
        reason=_text(reason, _MAX_REASON),
        address=request.address,
        user_agent=request.user_agent,
        request_id=request.request_id or None,
        at=clock.now(),
    )
    await access_logs.add_all_orgs(entry)


def _text(text: str | None, length: int) -> str | None:
    return text[:length].replace("\x00", "\u2400") if text else None


@tenancy.across_organizations
async def refused(
    event: AccessEvent,
    method: AccessMethod | None,
    reason: str,
    *,
    org_id: UUID | None = None,
    user_id: UUID | None = None,
    email: str | None = None,
) -> None:
    """A row about a refusal, in a transaction of its own, unless there are too many already."""
    if not _bound.admits(origin.get()):
        return
    logger.info("refused", extra={"event": str(event), "why": reason})
    async with db.transaction(audited=False):
        await record(event, method, org_id=org_id, user_id=user_id, email=email, reason=reason)


@tenancy.across_organizations
async def refused_credentials(method: AccessMethod, reason: str, *, sha256: str = "") -> None:
    """A token that is no good; whose it was, where that is known."""
    if not _bound.admits(origin.get()):
        return
    former = await access_logs.former_credential_all_orgs(sha256) if sha256 else None
    org_id = user_id = None
    if former is not None:
        org_id, user_id = former["org_id"], former["user_id"]
        reason = ("revoked" if former["is_revoked"] else "expired") + f" {former['name'] or ''}"
    async with db.transaction(audited=False):
        await record(
            AccessEvent.CREDENTIALS_REFUSED,
            method,
            org_id=org_id,
            user_id=user_id,
            reason=reason.strip(),
        )
