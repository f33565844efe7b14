"""An installation to look at: the flows of a shop, a day of runs behind it, some under way."""

import asyncio
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from dagy.client import DagyClient
from dagy_gql.embedded import postgres
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.ids import new_slug
from tests.support.up import Up
from tests.ui.runs import ended, start, state_of

SHOP = Path(__file__).parent / "flows" / "shop.py"
# Flow, folder, seconds that a run takes, runs a day, one in how many fails.
FLOWS = (
    ("nightly_sales", "sales", 3.2, 24, 12),
    ("invoice_export", "finance", 1.6, 12, 5),
    ("web_sessions", "web", 1.1, 96, 40),
    ("stock_check", "logistics", 0.6, 48, 16),
    ("churn_model", "growth", 1.7, 8, 8),
)
_PAST = """
INSERT INTO runs (id, org_id, slug, flow_id, flow_name, deployment_id, environment_id, state,
    trigger, executor, routing, parameters, tags, created_by, attempt, crashes, fence, event_seq,
    log_seq, created_at, queued_at, started_at, finished_at)
SELECT $1, d.org_id, $2, d.flow_id, d.flow_name, d.id, d.environment_id, $3, 'API', 'local',
    '{"executor": "local", "level": "DEFAULT", "reason": "the default"}', '{}', d.tags,
    d.created_by, 1, 0, 1, 1, 0, $4, $4, $5, $6 FROM deployments d WHERE d.name = $7
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """Names of the runs that pictures are taken of."""

    failed: str
    succeeded: str
    running: str


def deploy_all(site: Up, token: str, place: Path) -> None:
    for name, folder, *_ in FLOWS:
        home = place / folder
        home.mkdir(exist_ok=True)
        shutil.copy(SHOP, home / "flows.py")
        source = f"{home / 'flows.py'}:{name}"
        given = ("--namespace", folder, "--tag", f"team={folder}", "--environment", "production")
        _dagy(site, token, "deploy", source, *given)


def _dagy(site: Up, token: str, *arguments: str) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DAGY_")}
    own = {"DAGY_API_URL": site.url, "DAGY_API_KEY": token}
    subprocess.run(
        [sys.executable, "-P", "-c", "from dagy.cli.main import main; main()", *arguments],
        env={**clean, **own},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )


async def remember_a_day(site: Up) -> None:
    """Runs of the last 24 hours, as they would have been left behind: state and times alone."""
    dice = random.Random(7)
    now = datetime.now(UTC)
    connection = await asyncpg.connect(
        postgres.url(LocalFolder(site.folder)), server_settings={"dagy.everything": "on"}
    )
    for name, _, seconds, runs, fails in FLOWS:
        for place in range(runs):
            at = now - timedelta(minutes=10 + (place + dice.random()) * 1430 / runs)
            state = "FAILED" if dice.randrange(fails) == 0 else "SUCCEEDED"
            state = "CANCELLED" if dice.randrange(30) == 0 else state
            begun = at + timedelta(milliseconds=dice.randint(20, 90))
            over = begun + timedelta(seconds=seconds * dice.uniform(0.7, 1.6))
            await connection.execute(_PAST, _id(at), new_slug(), state, at, begun, over, name)
    await connection.close()


def _id(moment: datetime) -> UUID:
    """Of that millisecond, as RFC 9562 has it: lists are in the order of ids."""
    milliseconds = round(moment.timestamp() * 1000)
    rest = uuid4().int & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (0b10 << 62) | rest)


async def bring_to_life(client: DagyClient) -> Shown:
    """Some that have ended just now, with tasks and logs; one under way, one that waits."""
    succeeded = start(client, "nightly_sales")
    failed = start(client, "invoice_export")
    for run in (succeeded, failed, *(start(client, name) for name, *_ in FLOWS[2:])):
        await ended(client, run)
    return Shown(failed, succeeded, start(client, "nightly_sales", seconds_per_region=25.0))


async def is_under_way(client: DagyClient, run: str) -> None:
    await state_of(client, run, "RUNNING")
    ahead = {"load_orders", "clean_orders", "convert", "load_customers"}
    while any(
        task.key in ahead and task.state != "SUCCEEDED"
        for task in client.task_runs(client.run(run).id)
    ):
        await asyncio.sleep(0.1)
