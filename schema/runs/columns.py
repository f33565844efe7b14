"""What lists of runs and task runs read: all but payloads, which may be 64 KiB a row and are
loaded only where they are selected."""

RUN_COLUMNS = (
    "id, org_id, slug, flow_id, deployment_id, environment_id, state, reason, trigger, executor,"
    " routing, tags, error, attempt, retry_of_id, created_by, created_at, queued_at, started_at,"
    " finished_at"
)
TASK_RUN_COLUMNS = (
    "id, run_id, key, name, position, map_index, state, attempt, error, reason, started_at,"
    " finished_at"
)
