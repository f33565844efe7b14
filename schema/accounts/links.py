"""Invitations and password resets: links that are shown once and work once."""

from typing import Any

import strawberry

from dagy_gql.auth.permissions import Permission
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.services import invitations, password_resets
from schema.accounts.payloads import SessionPayload, signed_in
from schema.accounts.types import Invitation
from schema.arguments import optional_id
from schema.context import Info
from schema.enums import Role
from schema.fields import field, object_type

_LINK = "Shown this once: pass it on. Only a path where DAGY_PUBLIC_URL is not set."


@strawberry.input(description="Exactly one of role and customRoleId.")
class CreateInvitationInput:
    email: str
    role: Role | None = None
    custom_role_id: strawberry.ID | None = None


@strawberry.input
class RevokeInvitationInput:
    id: strawberry.ID


@strawberry.input(
    description="Somebody new chooses name and password; who has an account gives its password,"
    " or is signed in already."
)
class AcceptInvitationInput:
    token: str
    name: str = ""
    password: str = ""


@strawberry.input
class CreatePasswordResetInput:
    user_id: strawberry.ID


@strawberry.input
class ResetPasswordInput:
    token: str
    password: str


@object_type(requires=Permission.MEMBERS_WRITE)
class CreateInvitationPayload:
    invitation: Invitation
    link: str = field(description=_LINK)


@object_type(requires=Permission.MEMBERS_WRITE)
class RevokeInvitationPayload:
    invitation: Invitation


@object_type(requires=Permission.MEMBERS_WRITE)
class CreatePasswordResetPayload:
    link: str = field(description=_LINK)


@object_type()
class ResetPasswordPayload:
    changed: bool


@object_type(description="What whoever holds the link may see.")
class InvitationPreview:
    organization: str = field(description="Its name.")
    email: str


async def _preview(info: Info, token: str) -> Any:
    context = info.context
    return await invitations.preview(context.rt, context.shared.throttle, token)


async def _create(info: Info, input: CreateInvitationInput) -> Any:
    made = await invitations.create(
        info.context.rt,
        info.context.actor,
        email=input.email,
        role=input.role,
        custom_role_id=optional_id("CustomRole", input.custom_role_id, field="customRoleId"),
    )
    return {"invitation": made.row, "link": made.link}


async def _revoke(info: Info, input: RevokeInvitationInput) -> Any:
    context, key = info.context, decode_id_of("Invitation", input.id)
    return {"invitation": await invitations.revoke(context.rt, context.actor, invitation_id=key)}


async def _accept(info: Info, input: AcceptInvitationInput) -> Any:
    context = info.context
    session = await invitations.accept(
        context.rt,
        context.shared.throttle,
        context.identity,
        token=input.token,
        name=input.name,
        password=input.password,
    )
    return await signed_in(context, session)


async def _create_reset(info: Info, input: CreatePasswordResetInput) -> Any:
    context, key = info.context, decode_id_of("User", input.user_id, field="userId")
    return {"link": await password_resets.create(context.rt, context.actor, user_id=key)}


async def _reset(info: Info, input: ResetPasswordInput) -> Any:
    context = info.context
    await password_resets.reset(
        context.rt, context.shared.throttle, token=input.token, password=input.password
    )
    return {"changed": True}


@strawberry.type
class LinkQueries:
    invitation_preview: InvitationPreview = field(_preview, public=True)


@strawberry.type
class LinkMutations:
    create_invitation: CreateInvitationPayload = field(
        _create,
        requires=Permission.MEMBERS_WRITE,
        description="Nobody gives more than they have. Earlier ones of the address end.",
    )
    revoke_invitation: RevokeInvitationPayload = field(_revoke, requires=Permission.MEMBERS_WRITE)
    accept_invitation: SessionPayload = field(
        _accept, public=True, description="Become a member, and sign in."
    )
    create_password_reset: CreatePasswordResetPayload = field(
        _create_reset,
        requires=Permission.MEMBERS_WRITE,
        description="For a member of this organization alone, with no more rights than one's own.",
    )
    reset_password: ResetPasswordPayload = field(
        _reset, public=True, description="Ends all sessions of the link's user."
    )
