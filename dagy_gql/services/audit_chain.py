"""Is the audit log what was written? Every row is hashed again, and the chain followed to its
end. Memory holds one row, however many there are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import asyncpg

from dagy_gql.auth.actor import Actor
from dagy_gql.repositories.audit import AuditRepository, Link
from dagy_gql.runtime import Runtime

# Rows of one statement: about 50 ms, after which others get their turn.
_CHUNK = 5000


class AuditFault(StrEnum):
    """What is wrong where a chain breaks."""

    MISSING = "MISSING"
    UNCHAINED = "UNCHAINED"
    CHANGED = "CHANGED"
    END_MISSING = "END_MISSING"
    HEAD_MISSING = "HEAD_MISSING"
    HEAD_CHANGED = "HEAD_CHANGED"
    NOT_APPENDED = "NOT_APPENDED"
    KNOWN_HASH_MISSING = "KNOWN_HASH_MISSING"


@dataclass(frozen=True, slots=True)
class Break:
    """`id` is None where the row itself is not there."""

    sequence: int
    fault: AuditFault
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Head:
    sequence: int
    hash: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Verification:
    """`checked` rows were looked at, up to the first break if there is one."""

    checked: int
    first_broken: Break | None
    head: Head | None


async def verify(rt: Runtime, actor: Actor, *, known_hash: str | None = None) -> Verification:
    """Follow the organization's chain from its first row to its head.

    Who can write past the triggers can also compute the hashes anew: `known_hash`, a hash that
    was kept elsewhere, is then missing.
    """
    repository = AuditRepository(actor.org_id)
    end = await repository.end()
    head = None if end["sequence"] is None else Head(end["sequence"], end["hash"], end["at"])
    walk = _Walk(repository, known=known_hash)
    if end["last_sequence"] is not None:
        await walk.to(end["last_sequence"])
    broken = walk.broken or _break_at_end(head, end, walk.link.hash)
    if broken is None and known_hash is not None and not walk.has_known:
        broken = Break(walk.link.sequence, AuditFault.KNOWN_HASH_MISSING)
    return Verification(walk.checked, broken, head)


def _break_at_end(head: Head | None, end: asyncpg.Record, last_hash: str) -> Break | None:
    last, last_id = end["last_sequence"] or 0, end["last_id"]
    if head is None:
        return None if last_id is None else Break(last, AuditFault.HEAD_MISSING, last_id)
    if last < head.sequence:
        return Break(last + 1, AuditFault.END_MISSING)
    if last > head.sequence:
        return Break(last, AuditFault.NOT_APPENDED, last_id)
    if head.hash != last_hash:
        return Break(last, AuditFault.HEAD_CHANGED, last_id)
    return None


class _Walk:
    """Follows the chain, chunk by chunk, to its end or the first break."""

    def __init__(self, repository: AuditRepository, *, known: str | None) -> None:
        self._repository = repository
        self._known = known
        self.link = Link()
        self.checked = 0
        self.has_known = False
        self.broken: Break | None = None

    async def to(self, last: int) -> None:
        while self.broken is None and self.link.above < last:
            row = await self._repository.checked(
                self.link, upto=last, limit=_CHUNK, known=self._known
            )
            if row is None:
                self.broken = Break(self.link.sequence + 1, AuditFault.MISSING)
            else:
                self._take(row)

    def _take(self, row: asyncpg.Record) -> None:
        self.link = Link(row["sequence"], row["sequence"], row["hash"])
        self.checked += row["checked"]
        self.has_known = self.has_known or row["has_known"]
        match row["fault"]:
            case None:
                return
            case AuditFault.MISSING:
                self.broken = Break(row["expected"], AuditFault.MISSING)
            case fault:
                self.broken = Break(row["wrong_sequence"], AuditFault(fault), row["wrong_id"])
