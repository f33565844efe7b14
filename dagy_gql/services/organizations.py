"""Who is asking, as people see it, and the organizations they belong to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from dagy_gql import clock, db, tenancy
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, Conflict, NotAllowed, NotFound, QuotaExceeded
from dagy_gql.repositories import accounts, organizations
from dagy_gql.repositories.environments import EnvironmentRepository
from dagy_gql.repositories.organizations import MembershipRepository, OrganizationRepository
from dagy_gql.repositories.pagination import OLDEST_FIRST, Page, Slice
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit

DEFAULT_ENVIRONMENT = "production"
# How many organizations one person may own, so that nobody fills the installation with them.
MAX_OWNED = 20
_MAX_NAME = 200
_MAX_INTEGER = 2**31 - 1
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_AUDITED = ("name", "slug", "max_running_runs")

# What a client sent, by column; what it left out is not there.
Changes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Viewer:
    """`user` is None for an API key."""

    user: asyncpg.Record | None
    organization: asyncpg.Record


async def viewer(rt: Runtime, actor: Actor) -> Viewer:
    organization = await organizations.organization(actor.org_id)
    if organization is None:
        raise NotFound("organization", actor.org_id)
    user = await accounts.user(actor.user_id) if actor.is_person and actor.user_id else None
    return Viewer(user=user, organization=organization)


async def of_actor(rt: Runtime, actor: Actor) -> list[asyncpg.Record]:
    """Those the person belongs to, oldest first; a key is of one only."""
    if actor.is_person and actor.user_id is not None:
        return await organizations.of_user_all_orgs(actor.user_id)
    return [await OrganizationRepository(actor.org_id).by_id(actor.org_id)]


async def page_of(rt: Runtime, actor: Actor, page: Page) -> Slice:
    """One page of `of_actor`."""
    kept = [
        row
        for row in await of_actor(rt, actor)
        if (page.after is None or row["id"] > page.after[0])
        and (page.before is None or row["id"] < page.before[0])
    ]
    if page.backward:
        kept.reverse()
    return Slice.cut(kept[: page.size + 1], page, OLDEST_FIRST)


async def one(
    rt: Runtime, actor: Actor, *, org_id: UUID | None = None, slug: str | None = None
) -> asyncpg.Record:
    """One of `of_actor`; raises NotFound for every other."""
    for row in await of_actor(rt, actor):
        if row["id"] == org_id or row["slug"] == slug:
            return row
    raise NotFound("organization", org_id or slug)


def may_create(rt: Runtime, actor: Actor) -> bool:
    """Who owns an organization deploys code, so on a server that is for its operator to say."""
    return actor.is_person and (actor.is_super_admin or rt.settings.organizations == "anybody")


async def create(rt: Runtime, actor: Actor, *, name: str, slug: str) -> asyncpg.Record:
    """A person's new organization, with them as its owner and the default environment.

    Raises NotAllowed, BadUserInput, Conflict (slug), QuotaExceeded.
    """
    if not actor.is_person or actor.user_id is None:
        raise NotAllowed("Only a person who is signed in makes organizations.")
    if not may_create(rt, actor):
        raise NotAllowed(
            "Here only whoever runs the installation makes organizations: ask them for one, or to"
            " set DAGY_ORGANIZATIONS=anybody.",
            hint="DAGY_ORGANIZATIONS",
        )
    name, slug, now = _checked_name(name), _checked_slug(slug), clock.now()
    with tenancy.all_organizations():
        return await _create(actor, actor.user_id, name=name, slug=slug, now=now)


async def _create(
    actor: Actor, user_id: UUID, *, name: str, slug: str, now: datetime
) -> asyncpg.Record:
    async with db.transaction():
        await organizations.hold_user(user_id)
        await _require_room(user_id)
        try:
            org_id = await organizations.add_organization(name, slug=slug, now=now)
        except asyncpg.UniqueViolationError as error:
            raise _taken(slug) from error
        await MembershipRepository(org_id).add(user_id, Role.OWNER, now=now)
        environment = {"name": DEFAULT_ENVIRONMENT, "description": "", "is_protected": True}
        await EnvironmentRepository(org_id).add(environment | {"created_by": actor.name}, now=now)
        row = await OrganizationRepository(org_id).by_id(org_id)
        _note(replace(actor, org_id=org_id), "create", after=row)
    return row


async def update(rt: Runtime, actor: Actor, changes: Changes) -> asyncpg.Record:
    """Raises BadUserInput, Conflict (slug)."""
    repository = OrganizationRepository(actor.org_id)
    values = _checked(changes)
    async with db.transaction():
        before = await repository.held()
        try:
            row = await repository.change(values) if values else before
        except asyncpg.UniqueViolationError as error:
            raise _taken(values["slug"]) from error
        _note(actor, "update", before=before, after=row)
    return row


async def _require_room(user_id: UUID) -> None:
    """The caller holds the user, so that nobody counts twice."""
    theirs = await organizations.of_user_all_orgs(user_id)
    if sum(row["role"] == Role.OWNER for row in theirs) >= MAX_OWNED:
        raise QuotaExceeded(f"You own {MAX_OWNED} organizations already: that is the most.")


def _checked(changes: Changes) -> dict[str, Any]:
    values = dict(changes)
    if "name" in values:
        values["name"] = _checked_name(values["name"])
    if "slug" in values:
        values["slug"] = _checked_slug(values["slug"])
    limit = values.get("max_running_runs")
    if limit is not None and not 1 <= limit <= _MAX_INTEGER:
        raise BadUserInput(
            f"maxRunningRuns is {limit}: it must be at least 1.", field="maxRunningRuns"
        )
    return values


def _checked_name(name: str) -> str:
    text = name.strip()
    if not 1 <= len(text) <= _MAX_NAME or not text.isprintable():
        raise BadUserInput(
            f"{name[:100]!r} is not a name: from 1 to {_MAX_NAME} characters.", field="name"
        )
    return text


def _checked_slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise BadUserInput(
            f"{slug[:100]!r} is not a slug: a-z, 0-9 and - only, from 1 to 100 characters,"
            " with no - at the ends.",
            field="slug",
        )
    return slug


def _taken(slug: str) -> Conflict:
    return Conflict(f"The slug {slug!r} is taken.", field="slug")


def _note(
    actor: Actor, verb: str, *, after: asyncpg.Record, before: asyncpg.Record | None = None
) -> None:
    sides = audit.changed(before, after, columns=_AUDITED)
    audit.note(
        actor,
        f"organization.{verb}",
        "Organization",
        after["id"],
        name=after["slug"],
        before=sides[0],
        after=sides[1],
    )
