"""Rows that people name: each change is one transaction with its note in the audit log."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import asyncpg

from dagy_gql import clock
from dagy_gql.auth.actor import Actor
from dagy_gql.errors import BadUserInput, Conflict
from dagy_gql.repositories.entities import EntityRepository
from dagy_gql.services import audit

# What a client sent, by column; what it left out is not there.
Changes = Mapping[str, Any]

_MAX_TEXT = 10_000


async def add(
    actor: Actor, repository: EntityRepository, type_name: str, values: Mapping[str, Any]
) -> asyncpg.Record:
    """In a transaction of the caller's. Raises Conflict for a name that is taken."""
    with _conflicts(repository, values):
        row = await repository.add(values, now=clock.now())
    _note(actor, repository, type_name, "create", after=row)
    return row


async def alter(
    actor: Actor,
    repository: EntityRepository,
    type_name: str,
    current: asyncpg.Record,
    values: Mapping[str, Any],
    *,
    verb: str = "update",
) -> asyncpg.Record:
    """In the transaction that holds `current`. Raises Conflict for a name that is taken."""
    with _conflicts(repository, values):
        row = await repository.alter(current["id"], values, now=clock.now())
    _note(actor, repository, type_name, verb, before=current, after=row)
    return row


async def remove(
    actor: Actor, repository: EntityRepository, type_name: str, current: asyncpg.Record
) -> None:
    """In the transaction that holds `current`."""
    await repository.remove(current["id"])
    _note(actor, repository, type_name, "delete", before=current)


def checked_text(text: str, *, field: str = "description") -> str:
    """Raises BadUserInput for a text that is too long."""
    if len(text) > _MAX_TEXT:
        raise BadUserInput(f"{field} has {len(text)} characters: at most {_MAX_TEXT}.", field=field)
    return text


def _note(
    actor: Actor,
    repository: EntityRepository,
    type_name: str,
    verb: str,
    *,
    before: asyncpg.Record | None = None,
    after: asyncpg.Record | None = None,
) -> None:
    row = after if after is not None else before
    assert row is not None
    audited = [
        column for column in repository.columns.split(", ") if column not in repository.unaudited
    ]
    old, new = audit.changed(before, after, columns=audited)
    action = f"{repository.noun.replace(' ', '_')}.{verb}"
    name = row.get("name") or ""
    audit.note(actor, action, type_name, row["id"], name=name, before=old, after=new)


@contextmanager
def _conflicts(repository: EntityRepository, values: Mapping[str, Any]) -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise _taken(repository.noun, values.get("name")) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise Conflict(
            "Something it refers to has just been deleted: look and try again."
        ) from error


def _taken(noun: str, name: str | None) -> Conflict:
    if name is None:
        return Conflict(f"There is a {noun} already.")
    return Conflict(f"There is a {noun} {name!r} already.", field="name")
