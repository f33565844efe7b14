"""The numbers of the whole installation for /metrics: only those that are cheap to count."""

from collections.abc import Sequence

from dagy_gql.db import pool_sizes
from dagy_gql.metrics import Observed
from dagy_gql.runtime import Runtime
from dagy_gql.services import health


async def read(rt: Runtime) -> Sequence[Observed]:
    """Queue and workers are left out where the database does not answer in time."""
    found = await health.load(rt)
    size, idle = pool_sizes()
    connections = {("idle",): idle, ("used",): size - idle}
    observed = [
        Observed(
            "dagy_database_connections",
            "Connections of this process's pool, by state.",
            ["state"],
            lambda: connections,
        )
    ]
    if found is None:
        return observed
    queue, workers = found
    numbers = (
        ("dagy_queued_runs", "Runs that wait for a worker, counted up to 10,000.", queue["queued"]),
        (
            "dagy_queue_oldest_seconds",
            "How long the first of them has waited.",
            queue["oldest_seconds"],
        ),
        ("dagy_workers", "Workers that are alive.", len(workers)),
        ("dagy_worker_slots", "Runs they can execute at once.", _sum(workers, "capacity")),
        ("dagy_running_runs", "Runs they execute now.", _sum(workers, "running")),
    )
    return [*observed, *(_single(*number) for number in numbers)]


def _sum(workers: Sequence[dict[str, int]], column: str) -> int:
    return sum(worker[column] for worker in workers)


def _single(name: str, about: str, value: float) -> Observed:
    return Observed(name, about, (), lambda: {(): value})
