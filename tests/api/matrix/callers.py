"""Who calls: a column of the matrix each."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import httpx

from dagy_gql import clock
from dagy_gql.auth import tokens
from dagy_gql.auth.permissions import ROLE_PERMISSIONS, Permission
from dagy_gql.enums import Role
from dagy_gql.ids import new_id
from dagy_gql.models.accounts import AccessToken, ApiKey, User
from dagy_gql.models.organizations import CustomRole, Membership
from dagy_gql.repositories.pagination import encode_id
from tests.api.client import Client

# "Last used" in the future: nothing is written about the use of these credentials.
_LATER = timedelta(days=1)
PASSWORD = "correct horse battery"


class Column(StrEnum):
    OWNER = "Owner"
    ADMIN = "Admin"
    DEVELOPER = "Developer"
    VIEWER = "Viewer"
    EMPTY_ROLE = "Custom role, empty"
    EMPTY_KEY = "Key, no scopes"
    NOBODY = "Nobody"
    REVOKED_KEY = "Revoked key"
    STRANGER = "Owner elsewhere"


ROLES = {
    Column.OWNER: Role.OWNER,
    Column.ADMIN: Role.ADMIN,
    Column.DEVELOPER: Role.DEVELOPER,
    Column.VIEWER: Role.VIEWER,
}


@dataclass(frozen=True)
class Caller:
    """`permissions` None: nobody is signed in. `token` is for what takes one as an argument."""

    column: Column
    client: Client
    permissions: frozenset[Permission] | None
    user_id: UUID | None = None
    session_id: UUID | None = None


class Callers:
    """Makes callers of one organization; every one is a person of its own."""

    def __init__(self, http: httpx.AsyncClient, org_id: UUID, password_hash: str) -> None:
        self._http = http
        self.org_id = org_id
        self._password_hash = password_hash

    async def make(self, column: Column) -> Caller:
        match column:
            case Column.NOBODY:
                return Caller(column, Client(self._http), None)
            case Column.EMPTY_KEY | Column.REVOKED_KEY:
                return await self._key(column)
            case Column.EMPTY_ROLE:
                role = await CustomRole.create(
                    org_id=self.org_id, name=f"empty {new_id()}", permissions=[]
                )
                return await self.person(column, None, custom_role_id=role.id)
            case Column.STRANGER:
                return await self.person(column, Role.OWNER)
        return await self.person(column, ROLES[column])

    async def person(
        self, column: Column, role: Role | None, *, custom_role_id: UUID | None = None
    ) -> Caller:
        user = await User.create(email=self.address(), password_hash=self._password_hash)
        await Membership.create(
            org_id=self.org_id, user_id=user.id, role=role, custom_role_id=custom_role_id
        )
        token, now = tokens.new(tokens.SESSION_PREFIX), clock.now()
        session = await AccessToken.create(
            user_id=user.id,
            org_id=self.org_id,
            token_hash=token.sha256,
            expires_at=now + _LATER,
            last_used_at=now + _LATER,
        )
        permissions = ROLE_PERMISSIONS[role] if role else frozenset()
        return Caller(column, Client(self._http, token.text), permissions, user.id, session.id)

    async def _key(self, column: Column) -> Caller:
        """Made by an owner: what it may not do, it may not do for its scopes."""
        owner, token = await self.person(column, Role.OWNER), tokens.new(tokens.KEY_PREFIX)
        is_revoked = column is Column.REVOKED_KEY
        await ApiKey.create(
            org_id=self.org_id,
            created_by_id=owner.user_id,
            name="key",
            prefix=token.prefix,
            key_hash=token.sha256,
            role=Role.OWNER if is_revoked else None,
            scopes=[],
            last_used_at=clock.now() + _LATER,
            revoked_at=clock.now() if is_revoked else None,
        )
        permissions = None if is_revoked else frozenset[Permission]()
        return Caller(column, Client(self._http, token.text), permissions)

    def address(self) -> str:
        return f"{new_id()}@matrix.example"


async def member(callers: Callers, role: Role = Role.VIEWER) -> tuple[Caller, str]:
    """Somebody in the organization, with the global id of their membership."""
    caller = await callers.person(Column.VIEWER, role)
    row = await Membership.get(user_id=caller.user_id, org_id=callers.org_id)
    return caller, encode_id("Membership", row.id)
