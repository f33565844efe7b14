"""What was done, by whom: every mutation notes it in the transaction that does it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.origin import origin
from dagy_gql.enums import ActorKind
from dagy_gql.repositories import audit
from dagy_gql.repositories.audit import Entry

_MAX_NAME = 320


def note(
    actor: Actor,
    action: str,
    resource_type: str,
    resource_id: UUID | None,
    *,
    name: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Note a change; it is stored with the transaction this is called in, or not at all.

    `action` reads "<noun>.<verb>"; `resource_type` is the GraphQL type; `before` and `after` hold
    the columns that changed and never a secret. Raises RuntimeError outside a transaction.
    """
    request = origin.get()
    entry = Entry(
        org_id=actor.org_id,
        actor_kind=actor.kind,
        actor_id=_actor_id(actor),
        actor_name=actor.name,
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        resource_name=name[:_MAX_NAME],
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        request_id=request.request_id or None,
        address=request.address,
        at=clock.now(),
    )
    db.note(entry, audit.append)


def _actor_id(actor: Actor) -> UUID | None:
    match actor.kind:
        case ActorKind.USER:
            return actor.user_id
        case ActorKind.API_KEY:
            return actor.credential_id
        case ActorKind.SERVICE_ACCOUNT:
            return actor.service_account_id
        case ActorKind.SYSTEM:
            return None
