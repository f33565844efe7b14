"""Notes live and die with their transaction; the log numbers, chains and guards its rows."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextvars import Context
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
import pytest

from dagy_gql import db, tenancy
from dagy_gql.auth import actor as actors
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.origin import Origin, origin
from dagy_gql.enums import ActorKind
from dagy_gql.ids import new_id
from dagy_gql.repositories.audit import AuditRepository, Entry, append
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, audit_chain
from dagy_gql.services.audit_chain import AuditFault, Verification

ORG = UUID(int=7)
Superuser: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ACTOR = Actor(org_id=ORG, name="a@b.example", permissions=frozenset(), user_id=UUID(int=8))


@pytest.fixture
async def intruder(rt: Runtime) -> AsyncIterator[Superuser]:
    """A superuser's connection, on which no trigger fires."""
    connection = await asyncpg.connect(rt.settings.database_url)
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


async def act(count: int = 1, *, actor: Actor = ACTOR) -> None:
    """So many transactions with a note each."""
    for _ in range(count):
        async with db.transaction():
            audit.note(actor, "thing.touch", "Thing", new_id(), after={"number": count})


async def fail_after_note(action: str) -> None:
    async with db.transaction():
        audit.note(ACTOR, action, "Thing", None)
        raise ValueError("undone")


async def rows(org_id: UUID = ORG) -> list[asyncpg.Record]:
    repository = AuditRepository(org_id)
    return list(reversed(await repository.all(repository.where())))


async def verified(rt: Runtime, *, known_hash: str | None = None) -> Verification:
    return await audit_chain.verify(rt, ACTOR, known_hash=known_hash)


async def broken_at(rt: Runtime) -> tuple[int, AuditFault, UUID | None]:
    found = (await verified(rt)).first_broken
    assert found is not None
    return found.sequence, found.fault, found.id


async def test_a_note_keeps_who_what_and_from_where(rt: Runtime) -> None:
    key = new_id()
    token = origin.set(Origin(request_id="r-1", address="203.0.113.9"))
    async with db.transaction():
        audit.note(ACTOR, "thing.update", "Thing", key, name="x", before={"a": 1}, after={"a": 2})
        before = datetime.now(UTC)
    origin.reset(token)

    (row,) = await rows()
    assert {name: row[name] for name in {*row.keys()} - {"id", "at", "hash"}} == {
        "org_id": ORG,
        "sequence": 1,
        "actor_kind": ActorKind.USER,
        "actor_id": UUID(int=8),
        "actor_name": "a@b.example",
        "action": "thing.update",
        "resource_type": "Thing",
        "resource_id": key,
        "resource_name": "x",
        "before": {"a": 1},
        "after": {"a": 2},
        "request_id": "r-1",
        "address": "203.0.113.9",
        "previous_hash": "",
    }
    assert before <= row["at"] <= datetime.now(UTC)
    assert len(row["hash"]) == 64


async def test_each_kind_of_actor_is_noted_by_its_own_id(rt: Runtime) -> None:
    key, account = UUID(int=11), UUID(int=12)
    for kind in (ActorKind.API_KEY, ActorKind.SERVICE_ACCOUNT):
        await act(
            actor=Actor(
                org_id=ORG,
                name="x",
                permissions=frozenset(),
                user_id=UUID(int=8),
                kind=kind,
                credential_id=key,
                service_account_id=account,
            )
        )
    await act(actor=actors.system(ORG))

    assert [(row["actor_kind"], row["actor_id"]) for row in await rows()] == [
        ("API_KEY", key),
        ("SERVICE_ACCOUNT", account),
        ("SYSTEM", None),
    ]


async def test_a_value_that_is_long_is_told_by_size_and_hash(rt: Runtime) -> None:
    async with db.transaction():
        audit.note(ACTOR, "a.b", "Thing", None, after={"text": "x" * 5000, "short": [1, None]})
    (row,) = await rows()
    assert row["after"]["short"] == [1, None]
    assert row["after"]["text"] == {
        "sizeBytes": 5002,
        "sha256": hashlib.sha256(b'"' + b"x" * 5000 + b'"').hexdigest(),
    }


def test_of_an_update_only_what_changed_is_kept() -> None:
    old, new = {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "c": 4}
    assert audit.changed(old, new, columns=["a", "b"]) == ({"b": 2}, {"b": 5})
    assert audit.changed(None, new, columns=["a", "b"]) == (None, {"a": 1, "b": 5})
    assert audit.changed(old, None, columns=["b"]) == ({"b": 2}, None)


async def test_a_note_outside_a_transaction_is_a_mistake(rt: Runtime) -> None:
    with pytest.raises(RuntimeError, match="belongs to a transaction"):
        audit.note(ACTOR, "thing.touch", "Thing", None)


async def test_a_savepoint_takes_its_notes_with_it(rt: Runtime) -> None:
    async with db.transaction():
        audit.note(ACTOR, "kept.first", "Thing", None)
        with pytest.raises(ValueError, match="undone"):
            await fail_after_note("dropped.one")
        async with db.transaction():
            audit.note(ACTOR, "kept.second", "Thing", None)

    assert [row["action"] for row in await rows()] == ["kept.first", "kept.second"]
    assert (await verified(rt)).first_broken is None


async def test_a_transaction_that_fails_leaves_no_row_and_no_number(rt: Runtime) -> None:
    await act()
    with pytest.raises(ValueError, match="undone"):
        await fail_after_note("thing.touch")
    await act()

    assert [row["sequence"] for row in await rows()] == [1, 2]


async def test_a_mutation_that_notes_nothing_is_rolled_back(rt: Runtime) -> None:
    insert = (
        "INSERT INTO organizations (id, name, slug, created_at)"
        " VALUES (gen_random_uuid(), 'a', gen_random_uuid(), now())"
    )

    async def unnoted() -> None:
        async with db.transaction():
            await db.execute(insert)

    with db.audited(), pytest.raises(db.Unaudited, match=r"audit\.note"):
        await unnoted()
    for write in (db.execute, db.fetch, db.fetch_row, db.fetch_value):
        with db.audited(), pytest.raises(db.Unaudited, match="outside a transaction"):
            await write(insert)
    assert await db.fetch_value("SELECT count(*) FROM organizations") == 0

    with db.audited():
        async with db.transaction(audited=False):
            await db.execute(insert)
        async with db.transaction():
            await db.execute(insert)
            audit.note(ACTOR, "thing.touch", "Thing", None)
        assert await db.fetch_value("SELECT count(*) FROM organizations") == 2


async def test_fifty_writers_at_once_make_one_chain_without_a_gap(rt: Runtime) -> None:
    await asyncio.gather(*(act() for _ in range(50)))
    found = await rows()
    assert [row["sequence"] for row in found] == list(range(1, 51))
    assert [row["previous_hash"] for row in found] == ["", *(row["hash"] for row in found[:-1])]
    assert [row["at"] for row in found] == sorted(row["at"] for row in found)
    result = await verified(rt)
    assert (result.checked, result.first_broken) == (50, None)
    assert result.head is not None
    assert (result.head.sequence, result.head.hash) == (50, found[-1]["hash"])


async def test_a_writer_that_has_not_committed_keeps_nobody_waiting(rt: Runtime) -> None:
    slow = Entry(
        org_id=ORG,
        actor_kind=ActorKind.SYSTEM,
        actor_id=None,
        actor_name="system",
        action="slow.one",
        resource_type="Thing",
        resource_id=None,
        resource_name="",
        before=None,
        after=None,
        request_id=None,
        address=None,
    )

    async def elsewhere() -> None:
        with tenancy.all_organizations():
            await act()

    async with db.transaction():
        await append([slow])
        # In a context of its own: on another connection, outside this transaction.
        await asyncio.wait_for(asyncio.create_task(elsewhere(), context=Context()), 10)
        assert [row["action"] for row in await rows()] == ["thing.touch"]
    assert [row["action"] for row in await rows()] == ["thing.touch", "slow.one"]
    assert await db.fetch_value("SELECT count(*) FROM audit_pending") == 0
    assert (await verified(rt)).first_broken is None


async def test_writers_of_several_organizations_never_wait_for_each_other(rt: Runtime) -> None:
    orgs = [UUID(int=number) for number in (1, 2, 3)]

    async def touch(order: list[UUID]) -> None:
        async with db.transaction():
            for org_id in order:
                audit.note(actors.system(org_id), "thing.touch", "Thing", None)

    await asyncio.gather(*(touch(orgs if number % 2 else orgs[::-1]) for number in range(20)))
    for org_id in orgs:
        assert [row["sequence"] for row in await rows(org_id)] == list(range(1, 21))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_logs SET action = 'other'",
        "UPDATE audit_logs SET action = 'other' WHERE false",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
        "UPDATE audit_heads SET hash = ''",
        "DELETE FROM audit_heads",
        "INSERT INTO audit_heads (org_id, sequence, hash) VALUES (gen_random_uuid(), 1, '')",
        "TRUNCATE audit_heads",
    ],
)
async def test_the_database_refuses_every_change(rt: Runtime, sql: str) -> None:
    await act(2)
    before = await rows()
    connection = await asyncpg.connect(rt.settings.database_url)
    try:
        assert await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = user")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await connection.execute(sql)
    finally:
        await connection.close()
    assert await rows() == before
    assert (await verified(rt)).first_broken is None


async def test_a_row_put_in_by_hand_gets_the_number_time_and_hash_of_the_database(
    rt: Runtime,
) -> None:
    await act()
    await db.execute(
        "INSERT INTO audit_logs (id, org_id, sequence, actor_kind, actor_name, action,"
        " resource_type, resource_name, at, previous_hash, hash) VALUES"
        " ($1, $2, 99, 'SYSTEM', 'x', 'a.b', 'T', '', '1999-01-01Z', 'forged', 'forged')",
        new_id(),
        ORG,
    )
    first, second = await rows()
    assert (second["sequence"], second["previous_hash"]) == (2, first["hash"])
    assert second["at"] >= first["at"]
    assert (await verified(rt)).first_broken is None


async def test_the_clock_of_a_chain_never_goes_back(rt: Runtime, intruder: Superuser) -> None:
    await act()
    await intruder.execute("UPDATE audit_heads SET at = '2200-01-01Z'")
    await act(2)
    assert [row["at"].year for row in (await rows())[1:]] == [2200, 2200]


@pytest.mark.parametrize(
    ("sql", "sequence", "fault", "names_the_row"),
    [
        ("UPDATE audit_logs SET action = 'x' WHERE sequence = 3", 3, AuditFault.CHANGED, True),
        ("UPDATE audit_logs SET at = at - interval '1 microsecond' WHERE sequence = 2", 2,
         AuditFault.CHANGED, True),
        ("UPDATE audit_logs SET after = '{\"number\": 6}' WHERE sequence = 5", 5,
         AuditFault.CHANGED, True),
        ("UPDATE audit_logs SET hash = repeat('0', 64) WHERE sequence = 1", 1,
         AuditFault.CHANGED, True),
        ("UPDATE audit_logs SET previous_hash = 'x' WHERE sequence = 4", 4,
         AuditFault.UNCHAINED, True),
        ("DELETE FROM audit_logs WHERE sequence = 3", 3, AuditFault.MISSING, False),
        ("DELETE FROM audit_logs WHERE sequence = 1", 1, AuditFault.MISSING, False),
        ("DELETE FROM audit_logs WHERE sequence >= 4", 4, AuditFault.END_MISSING, False),
        ("DELETE FROM audit_logs", 1, AuditFault.END_MISSING, False),
        ("DELETE FROM audit_heads", 5, AuditFault.HEAD_MISSING, True),
        ("UPDATE audit_heads SET hash = 'x'", 5, AuditFault.HEAD_CHANGED, True),
        ("UPDATE audit_heads SET sequence = 4", 5, AuditFault.NOT_APPENDED, True),
        ("UPDATE audit_logs SET sequence = -1 WHERE sequence = 5", -1,
         AuditFault.NOT_APPENDED, True),
        ("UPDATE audit_logs SET sequence = 8 WHERE sequence = 5", 5, AuditFault.MISSING, False),
    ],
)  # fmt: skip
async def test_what_was_done_past_the_triggers_is_found(
    rt: Runtime,
    intruder: Superuser,
    sql: str,
    sequence: int,
    fault: AuditFault,
    names_the_row: bool,
) -> None:
    await act(5, actor=actors.system(UUID(int=1)))
    await act(5)
    assert (await verified(rt)).first_broken is None

    await intruder.execute(sql)

    key = await intruder.fetchval(
        "SELECT id FROM audit_logs WHERE sequence = $1 AND org_id = $2", sequence, ORG
    )
    assert await broken_at(rt) == (sequence, fault, key if names_the_row else None)


async def test_a_chain_that_was_made_anew_lacks_the_hash_that_was_kept(
    rt: Runtime, intruder: Superuser
) -> None:
    await act(3)
    kept = (await rows())[2]["hash"]
    assert (await verified(rt, known_hash=kept)).first_broken is None

    await intruder.execute("DELETE FROM audit_logs; DELETE FROM audit_heads")
    await act(4)

    assert (await verified(rt)).first_broken is None
    found = (await verified(rt, known_hash=kept)).first_broken
    assert found is not None
    assert found.fault is AuditFault.KNOWN_HASH_MISSING


async def test_chunks_join_and_count_up_to_the_break(
    rt: Runtime,
    intruder: Superuser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit_chain, "_CHUNK", 3)
    await act(8)
    for number in range(1, 9):
        kept = (await rows())[number - 1]["hash"]
        result = await verified(rt, known_hash=kept)
        assert (result.checked, result.first_broken) == (8, None)
    await intruder.execute("UPDATE audit_logs SET actor_name = 'x' WHERE sequence = 7")
    assert (await verified(rt)).checked == 7
    await intruder.execute("DELETE FROM audit_logs WHERE sequence = 4")
    assert await broken_at(rt) == (4, AuditFault.MISSING, None)


async def test_the_digest_depends_on_no_setting(rt: Runtime) -> None:
    async with db.transaction():
        audit.note(ACTOR, "a.b", "Thing", None, name="Ä", after={"x": [1.10, "ü"], "at": "é"})
    connection = await asyncpg.connect(rt.settings.database_url)
    try:
        for setting in (
            "SET TimeZone = 'Asia/Kathmandu'",
            "SET DateStyle = 'German, DMY'",
            "SET extra_float_digits = -15",
            "SET bytea_output = 'escape'",
            "SET IntervalStyle = 'sql_standard'",
            "SET client_encoding = 'LATIN1'",
        ):
            await connection.execute(setting)
        assert await connection.fetchval("SELECT hash = audit_digest(l) FROM audit_logs l")
    finally:
        await connection.close()


async def test_an_organization_without_rows_has_nothing_broken(rt: Runtime) -> None:
    assert await verified(rt) == Verification(checked=0, first_broken=None, head=None)
