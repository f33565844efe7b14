"""User code that writes to the socket of its runner: its run ends once, with the reason, and the
worker goes on."""

from pathlib import Path

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime
from tests.support.deployed import deployed
from tests.support.outcome import ran

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.timeout(120)]

SOURCE = r"""
import json, os, time
from dagy import flow, save_artifact, task
from dagy.context import current

def started(**changes):
    honest = {"type": "task_started", "key": "act", "attempt": 1, "at": "2026-11-30T00:00:00Z"}
    return json.dumps(honest | changes).encode()

def succeeded(value, **changes):
    honest = {"type": "task_succeeded", "key": "act", "attempt": 1, "duration_ms": 1}
    return json.dumps(honest | changes)[:-1].encode() + b',"result":{"value":' + value + b"}}"

MESSAGES = {
    "no json": b"garbage",
    "no utf-8": started(key="act").replace(b"act", b"\xff"),
    "nul key": started(key="act\0"),
    "unknown task": started(key="k" * 250),
    "huge index": started(key="act[99999999999]"),
    "huge attempt": started(attempt=2**40),
    "year 1": started(at="0001-01-01T00:00:00+14:00"),
    "deep": succeeded(b"[" * 500 + b"]" * 500),
    "deeper": succeeded(b"[" * 100_000 + b"]" * 100_000),
    "long cache key": succeeded(b"1", cache_key="k" * 100_000),
    "eternal cache": succeeded(b"1", cache_key="k", cache_ttl_seconds=1e300),
    "nul reason": b'{"type":"task_skipped","key":"act","reason":"\\u0000"}',
    "endless": b"x" * 5_000_000,
    "long file": b'{"type":"artifact","name":"' + b"n" * 100_000 + b'","content_type":"a/b",'
    b'"path":"/x","size_bytes":1,"sha256":""}',
}

@task(retries=2)
def act(what):
    host = current.get().publish.__self__
    host._events.sendall(MESSAGES[what] + b"\n")
    time.sleep(60)

@flow
def main(what: str):
    return act(what)

def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value

class Loud(Exception):
    code = 7
    where = "x" * 50_000_000

HONEST = {
    "long type": lambda: save_artifact("a.txt", "x", content_type="x" * 100_000),
    "odd type": lambda: save_artifact("a.txt", "x", content_type="text/html; x=\u20ac"),
    "nul name": lambda: save_artifact("a\0.txt", "x"),
    "nested": lambda: nested(1000),
    "less nested": lambda: nested(250),
    "huge integer": lambda: 10**5000,
}

@task
def mistake(what):
    return HONEST[what]()

@flow
def mistaken(what: str):
    return mistake(what)

@task
def shout():
    print("a\0b" * 3)
    raise type("E" * 50_000, (Loud,), {})("m" * 50_000_000)

@flow
def shouting():
    return shout()

@task
def large():
    return [2**70, -(2**63) - 1, 1e300, 5e-324]

@flow
def numbers():
    return large()
"""
MESSAGES = [
    "no json",
    "no utf-8",
    "nul key",
    "unknown task",
    "huge index",
    "huge attempt",
    "year 1",
    "deep",
    "deeper",
    "long cache key",
    "eternal cache",
    "nul reason",
    "endless",
    "long file",
]


async def test_forged_messages_end_their_run_once_and_no_other(
    rt: Runtime, actor: Actor, tmp_path: Path
) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path)
    for name in ("mistaken", "shouting", "numbers"):
        await deployed(rt, actor, SOURCE, folder=tmp_path, flow=name, name=name)

    for what in MESSAGES:
        found = await ran(rt, actor, "main", what=what)

        assert (found.state, found.run["attempt"], found.run["crashes"]) == ("FAILED", 1, 0), what
        assert found.error["code"] == "PROTOCOL_BROKEN", what
        assert found.states["act"] not in ("SUCCEEDED", "RUNNING"), what
    assert await db.fetch("SELECT 1 FROM result_cache") == []
    assert await db.fetch("SELECT 1 FROM artifacts WHERE run_id IS NOT NULL") == []
    assert (await ran(rt, actor, "numbers")).state == "SUCCEEDED"


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("long type", "ARTIFACT_INVALID", "is not a media type"),
        ("odd type", "ARTIFACT_INVALID", "is not a media type"),
        ("nul name", "ARTIFACT_INVALID", "is not a file name"),
        ("nested", "RESULT_NOT_SERIALISABLE", "result"),
        ("less nested", "RESULT_NOT_SERIALISABLE", "nested deeper than 200 levels"),
        ("huge integer", "RESULT_NOT_SERIALISABLE", "result"),
    ],
)
async def test_honest_mistakes_are_told_to_the_task_that_makes_them(
    rt: Runtime, actor: Actor, tmp_path: Path, what: str, code: str, said: str
) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path, flow="mistaken", name="mistaken")

    found = await ran(rt, actor, "mistaken", what=what)

    assert (found.state, found.run["attempt"]) == ("FAILED", 1)
    assert (found.error["code"], found.error["task_key"]) == (code, "mistake")
    assert said in found.error["message"]


async def test_a_shout_is_shortened(rt: Runtime, actor: Actor, tmp_path: Path) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path, flow="shouting", name="shouting")

    found = await ran(rt, actor, "shouting")

    assert (found.state, found.error["code"]) == ("FAILED", "TASK_FAILED")
    assert len(found.error["type"]) == 200
    assert len(found.error["message"]) <= 8192
    assert len(found.error["where"]) <= 8192


async def test_numbers_of_any_size_are_kept(rt: Runtime, actor: Actor, tmp_path: Path) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path, flow="numbers", name="numbers")

    found = await ran(rt, actor, "numbers")

    *whole, large, small = found.result("large")
    assert whole == [2**70, -(2**63) - 1]
    assert (float(large), small) == (1e300, 5e-324)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("{tasks,0,key}", "k" * 400),
        ("{tasks,0,name}", "n" * 400),
        ("{entrypoint}", "../../../tmp/evil.py:main"),
    ],
)
async def test_a_flow_that_was_registered_with_nonsense_fails_alone(
    rt: Runtime, actor: Actor, tmp_path: Path, path: str, value: str
) -> None:
    await deployed(rt, actor, SOURCE, folder=tmp_path, flow="numbers", name="numbers")
    hostile = await deployed(rt, actor, SOURCE, folder=tmp_path, flow="mistaken", name="mistaken")
    await db.execute(
        "UPDATE flows SET spec = jsonb_set(spec, $2::text[], to_jsonb($3::text)) WHERE id = $1",
        hostile.flow_id,
        path[1:-1].split(","),
        value,
    )

    found = await ran(rt, actor, "mistaken", what="nested")

    assert (found.state, found.run["attempt"]) == ("FAILED", 1)
    assert (await ran(rt, actor, "numbers")).state == "SUCCEEDED"
