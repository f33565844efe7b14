"""What a run leaves behind and what guards it: tables the ORM does not model.

Events and log chunks are partitioned by the week they were recorded in, so retention drops a
partition instead of deleting rows; the default partition only catches a missing week.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

CREATE = [
    """
    CREATE TABLE run_events (
        org_id uuid NOT NULL,
        run_id uuid NOT NULL,
        seq bigint NOT NULL,
        recorded_at timestamptz NOT NULL,
        at timestamptz NOT NULL,
        type text NOT NULL,
        run_state text NOT NULL,
        task_key text,
        task_state text,
        attempt integer NOT NULL DEFAULT 0,
        data jsonb,
        PRIMARY KEY (run_id, seq, recorded_at)
    ) PARTITION BY RANGE (recorded_at)
    """,
    "CREATE TABLE run_events_default PARTITION OF run_events DEFAULT",
    """
    CREATE TABLE log_chunks (
        org_id uuid NOT NULL,
        run_id uuid NOT NULL,
        first_line bigint NOT NULL,
        line_count integer NOT NULL,
        recorded_at timestamptz NOT NULL,
        task_key text,
        lines jsonb NOT NULL,
        PRIMARY KEY (run_id, first_line, recorded_at)
    ) PARTITION BY RANGE (recorded_at)
    """,
    "CREATE TABLE log_chunks_default PARTITION OF log_chunks DEFAULT",
    """
    CREATE TABLE run_leases (
        run_id uuid PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        fence bigint NOT NULL,
        worker_id text NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX run_leases_expiry ON run_leases (expires_at)",
    """
    CREATE TABLE workers (
        id text PRIMARY KEY,
        hostname text NOT NULL,
        pid integer NOT NULL,
        capacity integer NOT NULL,
        running integer NOT NULL,
        started_at timestamptz NOT NULL,
        heartbeat_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE result_cache (
        org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        cache_key text NOT NULL,
        result jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        PRIMARY KEY (org_id, cache_key)
    )
    """,
    "CREATE INDEX runs_queued ON runs (queued_at, id) WHERE state = 'QUEUED'",
    """
    CREATE INDEX runs_active ON runs (org_id, deployment_id)
        WHERE state IN ('RUNNING', 'CANCELLING')
    """,
    "CREATE UNIQUE INDEX flows_one_latest ON flows (org_id, name) WHERE is_latest",
    "CREATE INDEX artifacts_stored ON artifacts (key)",
]
DROP = [
    "DROP INDEX artifacts_stored",
    "DROP INDEX flows_one_latest",
    "DROP INDEX runs_active",
    "DROP INDEX runs_queued",
    "DROP TABLE result_cache, workers, run_leases, log_chunks, run_events",
]


class Migration(migrations.Migration):
    dependencies = [("dagy", "0001_initial")]

    operations = [ops.RunSQL(CREATE, DROP)]
