"""viewer, and the lists of users, sessions (accessTokens), accessLogs and invitations."""

from typing import Any

import strawberry

from dagy_gql import clock
from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.access_logs import AccessLogFilter as StoredFilter
from dagy_gql.repositories.access_logs import AccessLogRepository
from dagy_gql.repositories.accounts import AccessTokenRepository, UserRepository
from dagy_gql.repositories.invitations import InvitationRepository
from dagy_gql.repositories.pagination import Page, decode_id_of
from dagy_gql.services import access_logs
from schema.accounts.types import AccessLog, AccessToken, Invitation, User
from schema.accounts.viewer import Viewer, viewer_of
from schema.arguments import optional_id
from schema.context import Info
from schema.entities import page_of
from schema.enums import AccessEvent
from schema.fields import field
from schema.pagination import Connection, Listing
from schema.scalars import DateTime


@strawberry.input
class AccessLogFilter:
    event: AccessEvent | None = None
    user_id: strawberry.ID | None = None
    after: DateTime | None = strawberry.field(default=None, description="At this time or later.")
    before: DateTime | None = None
    unassigned: bool = strawberry.field(
        default=False,
        description="Entries of no organization, such as sign-ins as somebody unknown: for super"
        " admins.",
    )

    def stored(self) -> StoredFilter:
        return access_logs.wanted(
            event=self.event,
            user_id=optional_id("User", self.user_id, field="userId"),
            since=self.after,
            until=self.before,
        )


async def _viewer(info: Info) -> Any:
    return await viewer_of(info.context)


async def _user(info: Info, id: strawberry.ID) -> Any:
    return await UserRepository(info.context.actor.org_id).by_id(decode_id_of("User", id))


async def _users(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    return await page_of(
        info,
        UserRepository,
        lambda rows: rows.where(),
        first=first,
        after=after,
        last=last,
        before=before,
    )


async def _access_token(info: Info, id: strawberry.ID) -> Any:
    repository = AccessTokenRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("AccessToken", id))


async def _access_tokens(
    info: Info,
    user_id: strawberry.ID | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    user = optional_id("User", user_id, field="userId")
    return await page_of(
        info,
        AccessTokenRepository,
        lambda rows: rows.of(user),
        first=first,
        after=after,
        last=last,
        before=before,
    )


async def _access_log(info: Info, id: strawberry.ID) -> Any:
    repository = AccessLogRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("AccessLog", id))


async def _access_logs(
    info: Info,
    filter: AccessLogFilter | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    wanted, context = filter or AccessLogFilter(), info.context
    stored = wanted.stored()
    if wanted.unassigned:
        page = Page.of(first, after, last=last, before=before)
        return Listing(await access_logs.unassigned(context.rt, context.actor, stored, page))
    return await page_of(
        info,
        AccessLogRepository,
        lambda rows: rows.matching(stored),
        first=first,
        after=after,
        last=last,
        before=before,
    )


async def _invitation(info: Info, id: strawberry.ID) -> Any:
    repository = InvitationRepository(info.context.actor.org_id)
    return await repository.by_id(decode_id_of("Invitation", id))


async def _invitations(
    info: Info,
    open: bool | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Any:
    now = clock.now()
    return await page_of(
        info,
        InvitationRepository,
        lambda rows: rows.open(now) if open else rows.where(),
        first=first,
        after=after,
        last=last,
        before=before,
    )


@strawberry.type
class AccountQueries:
    viewer: Viewer = field(_viewer, signed_in=True)
    user: User | None = field(
        _user, requires=Permission.MEMBERS_READ, description="A member of the organization."
    )
    users: Connection[User] = field(
        _users, requires=Permission.MEMBERS_READ, description="The members, as people."
    )
    access_token: AccessToken | None = field(_access_token, requires=Permission.MEMBERS_READ)
    access_tokens: Connection[AccessToken] = field(
        _access_tokens,
        requires=Permission.MEMBERS_READ,
        description="Sessions in the organization, newest first; one's own are viewer.sessions.",
    )
    access_log: AccessLog | None = field(_access_log, requires=Permission.ACCESS_LOG_READ)
    access_logs: Connection[AccessLog] = field(
        _access_logs, requires=Permission.ACCESS_LOG_READ, description="Newest first."
    )
    invitation: Invitation | None = field(_invitation, requires=Permission.MEMBERS_READ)
    invitations: Connection[Invitation] = field(
        _invitations,
        requires=Permission.MEMBERS_READ,
        description="Newest first; with `open`, those that can still be accepted.",
    )
