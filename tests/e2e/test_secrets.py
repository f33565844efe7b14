"""A flow gives its secret away in eight disguises; whoever looks for it afterwards finds nothing:
not in the database, not in a file, not in Redis, not among the processes."""

import asyncio
import base64
import json
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest
import redis as redis_client

from dagy.client import DagyClient
from dagy.masking import forms
from dagy_gql.embedded import redis, roles
from dagy_gql.embedded.folder import LocalFolder
from tests.e2e.conftest import Cli
from tests.support.up import Up, descendants, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

VALUE = 'q7/Vw+Ω"x\\9tz&Rk-8s3'
FLOW = """
import base64, json, logging, os, sys, time
from pathlib import Path
from urllib.parse import quote
import dagy
from dagy import flow, save_artifact, task

def disguises(value):
    data = value.encode()
    return [
        value,
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(b"user:" + data).decode(),
        quote(value, safe=""),
        json.dumps(value),
        json.dumps({"body": json.dumps({"password": value})}),
        data.hex(),
        repr(data),
    ]

@task
def tell(folder: str) -> list:
    value = dagy.secret("EVERYWHERE")
    for number, text in enumerate(disguises(value)):
        print(number, text)
        print(number, text, file=sys.stderr)
        logging.getLogger("told").error("%d %s", number, text)
    os.write(1, value[:5].encode())
    os.write(1, value[5:].encode() + b" in two pieces\\n")
    try:
        save_artifact("told.txt", value)
    except Exception as error:
        print(error)
    Path(folder, "told").touch()
    while not Path(folder, "seen").exists():
        time.sleep(0.02)
    return disguises(value)

@task
def large(told: list) -> list:
    return told * 3000

@task(isolate=True)
def fail(many: list) -> None:
    raise ValueError(" ".join(disguises(dagy.secret("EVERYWHERE"))))

@flow
def telling(folder: str):
    return fail(large(tell(folder)))
"""


@pytest.fixture(scope="module")
def needles() -> list[bytes]:
    """What to look for: as it was printed, and all that masking knows of."""
    data = VALUE.encode()
    printed = [
        VALUE,
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(b"user:" + data).decode(),
        quote(VALUE, safe=""),
        json.dumps(VALUE),
        json.dumps({"body": json.dumps({"password": VALUE})}),
        data.hex(),
        repr(data),
    ]
    known = {form for form, _ in forms(VALUE)} | set(printed)
    return [form.encode() for form in known if len(form) >= 12]


@pytest.fixture(scope="module")
def told(
    up: Up, cli: Cli, client: DagyClient, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, bytes, bytes]:
    """The ended run, with what processes and Redis's clients said while it had the secret."""
    folder = tmp_path_factory.mktemp("telling")
    (folder / "telling.py").write_text(FLOW)
    made = "mutation($i: CreateSecretInput!) { createSecret(input: $i) { secret { id } } }"
    client.execute(made, {"i": {"name": "EVERYWHERE", "value": VALUE}})
    deployed = cli("deploy", f"{folder / 'telling.py'}:telling")
    assert deployed.returncode == 0, deployed.stderr
    heard: list[str] = []
    with _watcher(up) as line, line.monitor() as monitor:
        run_id = client.trigger("telling", parameters={"folder": str(folder)}).run.id
        until((folder / "told").exists, what="the telling")
        processes = _processes(up)
        (folder / "seen").touch()
        until(lambda: client.run_status(run_id).is_terminal, what="the end of the run")
        line.echo("enough")
        for command in monitor.listen():
            heard.append(command["command"])
            if heard[-1].endswith("enough"):
                break
    return run_id, processes, "\n".join(heard).encode()


def _watcher(up: Up) -> redis_client.Redis:
    """The server's user may not watch the others: one who may, in a Redis started again."""
    with (up.folder / "redis.users").open("a") as users:
        users.write("user watcher on nopass ~* &* +@all\n")
    up.kill("redis")
    until(up.is_healthy, what="health")
    path = str(redis.socket_path(LocalFolder(up.folder)))
    return redis_client.Redis(unix_socket_path=path, username="watcher", password="any")


def _processes(up: Up) -> bytes:
    """Arguments and variables of every process of the installation."""
    found = b""
    for pid in descendants(up.process.pid):
        for name in ("cmdline", "environ"):
            file = Path(f"/proc/{pid}/{name}")
            found += file.read_bytes() if file.exists() else b""
    return found


def assert_without(needles: list[bytes], haystack: bytes, where: str) -> None:
    assert haystack, f"nothing was looked at: {where}"
    assert [needle for needle in needles if needle in haystack] == [], where


def test_the_run_has_told_it_and_shows_stars(
    client: DagyClient, told: tuple[str, bytes, bytes], needles: list[bytes]
) -> None:
    run = client.execute(
        """query($id: ID!) { run(id: $id) { state error { message traceback }
             taskRuns { nodes { key state result error { message } } }
             logs(first: 100) { nodes { message stream } } artifacts { name }
             events { nodes { type data } } } }""",
        {"id": told[0]},
    )["run"]
    assert run["state"] == "FAILED"
    assert run["error"]["message"].count("***") == 8
    assert run["artifacts"] == []
    lines = [line["message"] for line in run["logs"]["nodes"]]
    # Printed three ways, once in two pieces, and in the line of the failed attempt.
    assert len([line for line in lines if "***" in line]) == 3 * 8 + 2
    assert "*** in two pieces" in lines
    assert_without(needles, json.dumps(run, ensure_ascii=False).encode(), "the API")


def test_the_database_has_no_trace(
    up: Up, told: tuple[str, bytes, bytes], needles: list[bytes]
) -> None:
    async def rows() -> bytes:
        connection = await asyncpg.connect(roles.url(LocalFolder(up.folder), roles.BACKUP))
        try:
            tables = await connection.fetch(
                "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
            pieces = [
                str(row[0])
                for table in tables
                for row in await connection.fetch(f"SELECT t::text FROM {table['name']} t")
            ]
            await connection.execute("CHECKPOINT")
        finally:
            await connection.close()
        assert len(tables) > 30
        return "\n".join(pieces).encode()

    assert_without(needles, asyncio.run(rows()), "rows")


def test_no_file_of_the_installation_has_a_trace(
    up: Up, told: tuple[str, bytes, bytes], needles: list[bytes]
) -> None:
    """The artifact store, the logs, Redis's file, and PostgreSQL's own with its journal."""
    files = [path for path in up.folder.rglob("*") if path.is_file() and not path.is_socket()]
    assert any("artifacts" in path.parts for path in files)
    for path in files:
        content = path.read_bytes()
        if content:
            assert_without(needles, content, str(path))


def test_redis_has_no_trace_and_heard_none(
    up: Up, told: tuple[str, bytes, bytes], needles: list[bytes]
) -> None:
    assert b"PUBLISH" in told[2].upper()
    assert_without(needles, told[2], "what was said to Redis")
    with redis_client.Redis.from_url(redis.url(LocalFolder(up.folder))) as line:
        line.set("looked", "yes")
        kept = b"".join(key + (line.dump(key) or b"") for key in line.scan_iter())
    assert_without(needles, kept, "what Redis keeps")


def test_no_process_shows_it(told: tuple[str, bytes, bytes], needles: list[bytes]) -> None:
    assert b"dagy" in told[1]
    assert_without(needles, told[1], "the process list")
