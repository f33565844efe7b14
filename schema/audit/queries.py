"""auditLog, auditLogs, auditTrail, verifyAuditChain."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories import audit as stored
from dagy_gql.repositories.audit import AuditRepository
from dagy_gql.repositories.pagination import Page, decode_id, decode_id_of
from dagy_gql.services import audit_chain
from schema.audit.types import AuditLog, AuditVerification
from schema.context import Info
from schema.fields import field
from schema.pagination import Connection, Listing, selected
from schema.scalars import DateTime


@strawberry.input
class AuditLogFilter:
    actor: str | None = strawberry.field(default=None, description="Its whole name.")
    action: str | None = strawberry.field(default=None, description="Such as deployment.update.")
    resource_type: str | None = None
    resource_id: strawberry.ID | None = None
    after: DateTime | None = strawberry.field(default=None, description="At this time or later.")
    before: DateTime | None = None

    def stored(self) -> stored.AuditFilter:
        type_name, key = self.resource_type, None
        if self.resource_id is not None:
            type_of_id, key = decode_id(self.resource_id, field="filter.resourceId")
            type_name = type_name or type_of_id
        return stored.AuditFilter(
            actor_name=self.actor,
            action=self.action,
            resource_type=type_name,
            resource_id=key,
            after=self.after,
            before=self.before,
        )


async def _listing(info: Info, wanted: stored.AuditFilter, page: Page) -> Listing:
    repository = AuditRepository(info.context.actor.org_id)
    slice_ = await repository.slice(
        wanted.apply(repository.where()), page=page, columns=selected(info, repository.order)
    )
    return Listing(slice_, lambda: repository.count(wanted.apply(repository.where())))


async def _audit_log(info: Info, id: strawberry.ID) -> Any:
    repository = AuditRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("AuditLog", id))


async def _audit_logs(
    info: Info,
    filter: AuditLogFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    readers = AuditRepository.order.readers
    page = Page.of(first, after, last=last, before=before, readers=readers)
    return await _listing(info, (filter or AuditLogFilter()).stored(), page)


async def _audit_trail(
    info: Info, resource_id: strawberry.ID, first: int | None = None, after: str | None = None
) -> Any:
    type_name, key = decode_id(resource_id, field="resourceId")
    wanted = stored.AuditFilter(resource_type=type_name, resource_id=key)
    return await _listing(
        info, wanted, Page.of(first, after, readers=AuditRepository.order.readers)
    )


async def _verify(info: Info, known_hash: str | None = None) -> Any:
    context = info.context
    return await audit_chain.verify(context.rt, context.actor, known_hash=known_hash)


@strawberry.type
class AuditQueries:
    audit_log: AuditLog | None = field(_audit_log, requires=Permission.AUDIT_READ)
    audit_logs: Connection[AuditLog] = field(
        _audit_logs, requires=Permission.AUDIT_READ, description="Newest first."
    )
    audit_trail: Connection[AuditLog] = field(
        _audit_trail,
        requires=Permission.AUDIT_READ,
        description="What was done to one object, newest first; also after its deletion.",
    )
    verify_audit_chain: AuditVerification = field(
        _verify,
        requires=Permission.AUDIT_READ,
        description="Hashes every row of the organization again; knownHash, kept from an earlier"
        " head, must be among them.",
    )
