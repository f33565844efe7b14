"""A million runs of one organization, made by PostgreSQL itself, and the environment, flows and
deployments they belong to. Every filter meets some of them, and they lie mixed."""

import asyncpg

RUNS = 1_000_000
# The pages that are read with their task runs are the newest.
WITH_TASKS = 2_000
TASKS = 10

# i-th hash of a run: what it is used for must not depend on another use.
_HASH = "(hashint8(i * 7 + {}) & 2147483647)"
_ID = """(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
    || substr(md5({0}::text), 1, 3) || '8' || substr(md5({0}::text), 4, 15))::uuid"""

# Whoever asks when pages are measured: the key of the first owner.
MINE = "(SELECT coalesce(max('key:' || prefix), 'owner@example.com') FROM api_keys)"

_FLOWS = """
INSERT INTO flows (id, org_id, name, version, namespace, description, tags, spec, spec_sha256,
    artifact_sha256, status, is_latest, created_by, created_at)
SELECT gen_random_uuid(), $1, 'flow-' || i, '1.' || i, 'bench', '', '{}', '{"tasks": []}', md5('s'),
    md5('a'), 'ACTIVE', true, 'bench', now()
FROM generate_series(1, 20) i
"""
_ENVIRONMENTS = """
INSERT INTO environments (id, org_id, name, description, created_at)
SELECT gen_random_uuid(), $1, 'place-' || i, '', now() FROM generate_series(1, 3) i
"""
_DEPLOYMENTS = """
INSERT INTO deployments (id, org_id, name, flow_id, flow_name, environment_id, parameters, tags,
    paused, created_by, created_at, updated_at)
SELECT gen_random_uuid(), $1, 'nightly-' || row_number() OVER (), f.id, f.name, e.id, '{}', '{}',
    false, 'bench', now(), now()
FROM flows f CROSS JOIN environments e
WHERE f.org_id = $1 AND e.org_id = $1 AND e.name <> 'production'
"""
_RUNS = f"""
WITH targets AS (
    SELECT row_number() OVER () - 1 AS number, d.id, d.environment_id, f.id AS flow_id, f.name
    FROM deployments d JOIN flows f ON f.id = d.flow_id WHERE d.org_id = $1
), numbered AS (
    SELECT i, now() - make_interval(secs => ($2::int - i) * 2) AS at,
        {_HASH.format(1)} % (SELECT count(*) FROM targets) AS target,
        {_HASH.format(2)} % 100 AS s, {_HASH.format(3)} % 4 AS t, {_HASH.format(4)} % 60000 AS ms,
        {_HASH.format(5)} % 20 AS p, {_HASH.format(6)} % 10 AS tag, {_HASH.format(8)} % 50 AS e
    FROM generate_series(1, $2::int) i
)
INSERT INTO runs (id, org_id, slug, flow_id, flow_name, deployment_id, environment_id, state,
    trigger, executor, routing, parameters, tags, created_by, attempt, crashes, fence, event_seq,
    log_seq, created_at, queued_at, started_at, finished_at)
SELECT {_ID.format("i")}, $1, substr(md5(i::text), 1, 3) || '-fox-' || i, targets.flow_id,
    targets.name, targets.id, targets.environment_id,
    CASE WHEN s < 88 THEN 'SUCCEEDED' WHEN s < 94 THEN 'FAILED' WHEN s < 97 THEN 'CANCELLED'
        WHEN s < 99 THEN 'TIMED_OUT' ELSE 'CRASHED' END,
    (ARRAY['API', 'SCHEDULE', 'SENSOR', 'RETRY'])[t + 1],
    CASE WHEN e = 0 THEN 'ecs' ELSE 'local' END,
    '{{"executor": "local", "level": "DEFAULT", "reason": "the default"}}', '{{}}',
    CASE WHEN tag < 6 THEN '{{}}' WHEN tag < 9 THEN '{{"team": "data"}}'
        ELSE jsonb_build_object('team', 'ops', 'order', (i / 10)::text) END,
    CASE WHEN p = 0 THEN {MINE} ELSE 'key:dagy_sk_bench' END, 1, 0, 1, 5, 0, at, at,
    at + interval '12 milliseconds',
    at + interval '12 milliseconds' + make_interval(secs => ms / 1000.0)
FROM numbered JOIN targets ON targets.number = numbered.target
"""
_TASK_RUNS = f"""
INSERT INTO task_runs (id, org_id, run_id, key, name, position, state, attempt, started_at,
    finished_at, created_at)
SELECT {_ID.format("(r.slug || j)")}, $1, r.id, 'task_' || j, 'task_' || j, j, 'SUCCEEDED', 1, at,
    at + make_interval(secs => j), at
FROM (SELECT id, slug, created_at AS at FROM runs WHERE org_id = $1 ORDER BY id DESC LIMIT $2) r
CROSS JOIN generate_series(1, $3::int) j
"""


async def fill(database_url: str, *, runs: int = RUNS) -> None:
    """For the one organization there is."""
    connection = await asyncpg.connect(database_url, timeout=30)
    try:
        org_id = await connection.fetchval("SELECT id FROM organizations")
        for statement in (_FLOWS, _ENVIRONMENTS, _DEPLOYMENTS):
            await connection.execute(statement, org_id)
        await connection.execute(_RUNS, org_id, runs, timeout=900)
        await connection.execute(_TASK_RUNS, org_id, WITH_TASKS, TASKS, timeout=300)
        await connection.execute("VACUUM ANALYZE", timeout=300)
    finally:
        await connection.close()
