"""What runs leave behind, written in bulk: events, log chunks, task runs, files, cached results.

Every function takes rows of many runs at once, since a worker flushes all of its runs together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from dagy_gql import db
from dagy_gql.enums import RunEventType, RunState, TaskState


@dataclass(frozen=True, slots=True)
class EventRow:
    """`data` is JSON text."""

    org_id: UUID
    run_id: UUID
    seq: int
    at: datetime
    type: RunEventType
    run_state: RunState
    task_key: str | None = None
    task_state: TaskState | None = None
    attempt: int = 0
    data: str | None = None


@dataclass(frozen=True, slots=True)
class LogRow:
    """`lines` is JSON text: a list of [at, level, stream, attempt, message]."""

    org_id: UUID
    run_id: UUID
    first_line: int
    line_count: int
    task_key: str | None
    lines: str


@dataclass(slots=True)
class TaskRow:
    """`result` and `error` are JSON text."""

    id: UUID
    org_id: UUID
    run_id: UUID
    key: str
    name: str
    position: int
    map_index: int | None
    state: TaskState
    mapped_count: int | None = None
    attempt: int = 0
    result: str | None = None
    error: str | None = None
    reason: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FileRow:
    id: UUID
    org_id: UUID
    run_id: UUID
    task_key: str | None
    name: str
    content_type: str
    size_bytes: int
    sha256: str
    key: str


@dataclass(frozen=True, slots=True)
class CacheRow:
    """`result` is JSON text; `ttl_seconds` None keeps it until it is replaced."""

    org_id: UUID
    cache_key: str
    result: str
    ttl_seconds: float | None


def _columns(rows: Sequence[Any]) -> Iterable[list[Any]]:
    """One list a field, in the order of the dataclass."""
    names = [one.name for one in fields(rows[0])]
    return ([getattr(row, name) for row in rows] for name in names)


async def add_events(rows: Sequence[EventRow]) -> None:
    if rows:
        await db.execute(
            """
            INSERT INTO run_events (org_id, run_id, seq, recorded_at, at, type, run_state,
                                    task_key, task_state, attempt, data)
            SELECT org_id, run_id, seq, now(), at, type, run_state, task_key, task_state, attempt,
                   data::jsonb
            FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[],
                        $6::text[], $7::text[], $8::text[], $9::int[], $10::text[])
                AS d(org_id, run_id, seq, at, type, run_state, task_key, task_state, attempt, data)
            """,
            *_columns(rows),
        )


async def add_log_chunks(rows: Sequence[LogRow]) -> None:
    if rows:
        await db.execute(
            """
            INSERT INTO log_chunks (org_id, run_id, first_line, line_count, recorded_at, task_key,
                                    lines)
            SELECT org_id, run_id, first_line, line_count, now(), task_key, lines::jsonb
            FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::int[], $5::text[], $6::text[])
                AS d(org_id, run_id, first_line, line_count, task_key, lines)
            """,
            *_columns(rows),
        )


async def put_task_runs(rows: Sequence[TaskRow]) -> None:
    """Insert or move on; a task run that has ended never changes again."""
    if rows:
        await db.execute(
            """
            INSERT INTO task_runs AS t (id, org_id, run_id, key, name, position, map_index, state,
                mapped_count, attempt, result, error, reason, started_at, finished_at, created_at)
            SELECT id, org_id, run_id, key, name, position, map_index, state, mapped_count,
                   attempt, result::jsonb, error::jsonb, reason, started_at, finished_at, now()
            FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int[],
                        $7::int[], $8::text[], $9::int[], $10::int[], $11::text[], $12::text[],
                        $13::text[], $14::timestamptz[], $15::timestamptz[])
                AS d(id, org_id, run_id, key, name, position, map_index, state, mapped_count,
                     attempt, result, error, reason, started_at, finished_at)
            ON CONFLICT (run_id, key) DO UPDATE SET state = excluded.state,
                attempt = greatest(t.attempt, excluded.attempt),
                result = excluded.result, error = excluded.error, reason = excluded.reason,
                mapped_count = coalesce(excluded.mapped_count, t.mapped_count),
                started_at = coalesce(t.started_at, excluded.started_at),
                finished_at = excluded.finished_at
            WHERE t.state IN ('PENDING', 'RUNNING', 'RETRYING')
            """,
            *_columns(rows),
        )


async def add_files(rows: Sequence[FileRow]) -> None:
    if rows:
        await db.execute(
            """
            INSERT INTO artifacts (id, org_id, run_id, task_key, name, content_type, size_bytes,
                                   sha256, key, created_at)
            SELECT *, now() FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[],
                                        $6::text[], $7::bigint[], $8::text[], $9::text[])
            """,
            *_columns(rows),
        )


async def put_cached(rows: Sequence[CacheRow]) -> None:
    for row in rows:
        await db.execute(
            """
            INSERT INTO result_cache (org_id, cache_key, result, created_at, expires_at)
            VALUES ($1, $2, $3::text::jsonb, now(), now() + make_interval(secs => $4))
            ON CONFLICT (org_id, cache_key) DO UPDATE SET result = excluded.result,
                created_at = excluded.created_at, expires_at = excluded.expires_at
            """,
            row.org_id,
            row.cache_key,
            row.result,
            row.ttl_seconds,
        )


async def cached(org_id: UUID, cache_key: str) -> dict[str, Any] | None:
    """The stored Result document, unless it is too old."""
    row = await db.fetch_row(
        """
        SELECT result FROM result_cache
        WHERE org_id = $1 AND cache_key = $2 AND (expires_at IS NULL OR expires_at > now())
        """,
        org_id,
        cache_key,
    )
    return None if row is None else row["result"]
