"""The event log and the task logs of one organization's runs, read from a cursor on.

`since` is the run's creation time: it lets PostgreSQL skip the partitions of earlier weeks, and
must cut nothing. What is recorded has the time at which its transaction began, and a claim may have
begun before the run that it takes was made.
"""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from dagy_gql import db

_SLACK = timedelta(days=1)


class EventRepository:
    def __init__(self, org_id: UUID) -> None:
        self.org_id = org_id

    async def after(
        self, run_id: UUID, seq: int, *, since: datetime, limit: int
    ) -> list[asyncpg.Record]:
        """Events with a larger number, in order."""
        return await db.fetch(
            """
            SELECT seq, at, type, run_state, task_key, task_state, attempt, data FROM run_events
            WHERE run_id = $1 AND org_id = $2 AND seq > $3 AND recorded_at >= $4
            ORDER BY seq LIMIT $5
            """,
            run_id,
            self.org_id,
            seq,
            since - _SLACK,
            limit,
        )


class LogRepository:
    def __init__(self, org_id: UUID) -> None:
        self.org_id = org_id

    async def chunks_after(
        self, run_id: UUID, line: int, *, task_key: str | None, since: datetime, limit: int
    ) -> list[asyncpg.Record]:
        """Chunks that hold a line with a larger number, in order."""
        return await db.fetch(
            """
            SELECT first_line, line_count, task_key, lines FROM log_chunks
            WHERE run_id = $1 AND org_id = $2 AND first_line + line_count - 1 > $3
              AND first_line >= coalesce((
                SELECT max(first_line) FROM log_chunks
                WHERE run_id = $1 AND org_id = $2 AND first_line <= $3 AND recorded_at >= $4
              ), 0)
              AND recorded_at >= $4 AND ($5::text IS NULL OR task_key = $5)
            ORDER BY first_line LIMIT $6
            """,
            run_id,
            self.org_id,
            line,
            since - _SLACK,
            task_key,
            limit,
        )
