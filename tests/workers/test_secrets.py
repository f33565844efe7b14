"""Secrets given to runs by a real worker: which one, when, and what is left of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dagy.masking import Masker
from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.backends.local.output import Output
from dagy_gql.enums import RetryMode
from dagy_gql.keys import new_key
from dagy_gql.runtime import Runtime
from dagy_gql.sealing import Sealer
from dagy_gql.services import environments, runs, secret_keys, secret_uses, secrets
from tests.support.deployed import deployed, organization
from tests.support.outcome import log_of, outcome, ran, trigger
from workers.main import WorkerParts

VALUE = "s3cr3t-Value/with+signs"

USING = """
import os, time
import dagy
from dagy import flow, task

@task
def use(name: str) -> str:
    value = dagy.secret(name)
    print("got", value)
    os.write(1, f"raw {value}\\n".encode())
    os.write(2, b"half " + value[:7].encode())
    time.sleep(0.05)
    os.write(2, value[7:].encode() + b" done\\n")
    return f"<{value}>"

@task
def check(text: str) -> int:
    return len(text)

@task
def fail_once(length: int, marker: str) -> int:
    if not os.path.exists(marker):
        open(marker, "w").close()
        raise ValueError("not yet")
    return length

@flow
def main(name: str = "TOKEN"):
    text = use(name)
    return {"shown": text, "length": check(text)}

@flow
def again(marker: str):
    return fail_once(check(use("TOKEN")), marker)

@task
def cached(name: str) -> str:
    return dagy.secret(name)

@flow
def caching():
    return check(cached.with_options(cache_key="fixed")("TOKEN"))
"""


NOTHING_SECRET = """
from dagy import flow, task

@task
def one() -> int:
    return 1

@flow
def main():
    return one()
"""

UNMASKED = """
import dagy
from dagy import flow, save_artifact, task
from dagy.masking import known

@task
def small() -> object:
    value = dagy.secret("TOKEN")
    known._forms = None
    print("got", value)
    save_artifact("token.txt", value)
    return {value: value}

@task
def large(one: object) -> object:
    known._forms = None
    return [dagy.secret("TOKEN")] * 9000

@task
def fail(many: object) -> None:
    raise ValueError("bad " + dagy.secret("TOKEN"))

@flow
def main():
    return fail(large(small()))
"""


async def uses() -> list[tuple[Any, ...]]:
    rows = await db.fetch("SELECT secret_id, version, run_id, attempt FROM secret_uses ORDER BY id")
    return [tuple(row) for row in rows]


@pytest.mark.usefixtures("worker")
class TestRuns:
    async def test_a_task_gets_the_value_and_the_run_shows_stars(
        self, rt: Runtime, actor: Actor, tmp_path: Path
    ) -> None:
        row = await secrets.create(rt, actor, name="TOKEN", value=VALUE)
        await deployed(rt, actor, USING, folder=tmp_path)

        done = await ran(rt, actor, "main")

        assert done.state == "SUCCEEDED"
        shown = {"shown": "<***>", "length": len(VALUE) + 2}
        assert done.run["result"] == {"value": shown, "masked": True}
        assert done.tasks["use"]["result"] == {"value": "<***>", "masked": True}
        assert done.tasks["check"]["result"] == {"value": len(VALUE) + 2}
        lines = {line.message for line in await log_of(rt, actor, done.run["id"])}
        assert lines == {"got ***", "raw ***", "half *** done"}
        assert await uses() == [(row["id"], 1, done.run["id"], 1)]
        used = await db.fetch_value("SELECT last_used_at FROM secrets")
        assert used is not None

    async def test_the_secret_of_the_environment_goes_before_the_general_one(
        self, rt: Runtime, actor: Actor, tmp_path: Path
    ) -> None:
        general = await secrets.create(rt, actor, name="TOKEN", value="general-value")
        own: dict[str, UUID] = {}
        for name in ("production", "staging"):
            key = (await environments.create(rt, actor, {"name": name}))["id"]
            await deployed(rt, actor, USING, folder=tmp_path, flow="main", name=name)
            await db.execute(
                "UPDATE deployments SET environment_id = $1 WHERE name = $2", key, name
            )
            own[name] = key
        there = await secrets.create(
            rt, actor, name="TOKEN", value="production-value", environment="production"
        )
        await secrets.create(rt, await _other(rt), name="TOKEN", value="a stranger's value")

        production = await ran(rt, actor, "production")
        staging = await ran(rt, actor, "staging")

        assert production.run["result"]["value"]["length"] == len("<production-value>")
        assert staging.run["result"]["value"]["length"] == len("<general-value>")
        assert [use[0] for use in await uses()] == [there["id"], general["id"]]

    async def test_an_unknown_secret_is_named_with_its_environment(
        self, rt: Runtime, actor: Actor, tmp_path: Path
    ) -> None:
        await secrets.create(rt, actor, name="TOKEN", value=VALUE)
        await secrets.create(rt, await _other(rt), name="NOTHING", value=VALUE)
        await deployed(rt, actor, USING, folder=tmp_path)

        done = await ran(rt, actor, "main", name="NOTHING")

        assert done.error["code"] == "SECRET_NOT_FOUND"
        assert done.error["message"] == "there is no secret 'NOTHING'"
        assert done.error["hint"] == "make it: dagy secrets set NOTHING"
        assert await uses() == []

    async def test_a_value_that_no_key_opens_says_which_key_is_missing(
        self, rt: Runtime, actor: Actor, tmp_path: Path
    ) -> None:
        lost = Sealer(new_key())
        await secrets.create(replace(rt, sealer=lost), actor, name="TOKEN", value=VALUE)
        await deployed(rt, actor, USING, folder=tmp_path)

        done = await ran(rt, actor, "main")

        assert done.error["code"] == "SECRET_UNAVAILABLE"
        assert lost.key_id in done.error["message"]

    async def test_a_task_whose_result_was_masked_runs_again_in_a_retry(
        self, rt: Runtime, actor: Actor, tmp_path: Path
    ) -> None:
        await secrets.create(rt, actor, name="TOKEN", value=VALUE)
        await deployed(rt, actor, USING, folder=tmp_path, flow="again")
        failed = await ran(rt, actor, "again", marker=str(tmp_path / "marker"))
        assert failed.states == {"use": "SUCCEEDED", "check": "SUCCEEDED", "fail_once": "FAILED"}

        new = await runs.retry(rt, actor, run_id=failed.run["id"], mode=RetryMode.FROM_FAILED)
        done = await outcome(rt, actor, new["id"])

        assert done.states == {"use": "SUCCEEDED", "check": "CACHED", "fail_once": "SUCCEEDED"}
        assert done.run["result"] == {"value": len(VALUE) + 2}

    async def test_a_masked_result_is_not_cached(
        self, rt: Runtime, actor: Actor, tmp_path: Path
    ) -> None:
        await secrets.create(rt, actor, name="TOKEN", value=VALUE)
        await deployed(rt, actor, USING, folder=tmp_path, flow="caching")
        for _ in range(2):
            done = await ran(rt, actor, "caching")
            assert done.run["result"] == {"value": len(VALUE)}
            assert done.states["cached"] == "SUCCEEDED"
        assert await db.fetch_value("SELECT count(*) FROM result_cache") == 0

    async def test_keys_rotate_while_runs_use_secrets(
        self, rt: Runtime, actor: Actor, tmp_path: Path, worker: WorkerParts
    ) -> None:
        """Workers have both keys; what they read meanwhile is sealed with one or the other."""
        old = rt.sealer
        for number in range(20):
            await secrets.create(rt, actor, name=f"TOKEN_{number}", value=f"{VALUE}-{number}")
        await deployed(rt, actor, USING, folder=tmp_path)
        new = Sealer(f"{new_key()},{rt.settings.secrets_key.get_secret_value()}")
        object.__setattr__(rt, "sealer", new)

        keys = [await trigger(rt, actor, "main", name=f"TOKEN_{number}") for number in range(20)]
        rotated = await secret_keys.rotate(new)
        done = [await outcome(rt, actor, key) for key in keys]

        assert {one.state for one in done} == {"SUCCEEDED"}
        assert (rotated.versions, rotated.in_use) == (20, [new.key_id])
        assert len(await uses()) == 20
        assert old.key_id not in rotated.in_use

    async def test_a_run_without_secrets_asks_for_nothing(
        self, rt: Runtime, actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(secret_uses, "answer", lambda *given: asked.append(str(given)))
        await deployed(rt, actor, NOTHING_SECRET, folder=tmp_path)
        assert (await ran(rt, actor, "main")).state == "SUCCEEDED"
        assert asked == []

    async def test_what_a_runner_lets_out_is_masked_where_it_arrives(
        self, rt: Runtime, actor: Actor, tmp_path: Path
    ) -> None:
        """The flow takes its own process's masks off; the worker still has its own."""
        await secrets.create(rt, actor, name="TOKEN", value=VALUE)
        await deployed(rt, actor, UNMASKED, folder=tmp_path)

        done = await ran(rt, actor, "main")
        lines = [line.message for line in await log_of(rt, actor, done.run["id"])]

        assert done.tasks["small"]["result"] == {"value": {"***": "***"}, "masked": True}
        assert done.tasks["large"]["result"]["masked"] is True
        assert done.error["message"] == "bad ***"
        assert "got ***" in lines
        refused = "the file 'token.txt' holds a secret that this run was given: it is not kept"
        assert refused in lines
        assert await db.fetch_value("SELECT count(*) FROM artifacts WHERE run_id IS NOT NULL") == 0
        files = [path for path in rt.settings.artifact_dir.rglob("*") if path.is_file()]
        assert len(files) == 2  # the flow's archive and the large result
        masker = Masker([VALUE])
        assert not any(masker.finds(path.read_bytes()) for path in files)
        rows = await db.fetch_value("SELECT string_agg(to_jsonb(e)::text, '') FROM run_events e")
        assert not masker.finds(rows.encode())


async def _other(rt: Runtime) -> Actor:
    return await organization(rt, name="other")


@pytest.mark.parametrize("size", [1, 5, 100, 5000, 300_000])
def test_raw_output_is_masked_wherever_it_is_cut(size: int) -> None:
    """Also within lines that are too long, which are cut, but never within a value."""
    masker = Masker([VALUE])
    text = f"{'x' * 8180}{VALUE}\n{VALUE} a\n{('y' * 50 + VALUE) * 400}\nend {VALUE}".encode()
    output = Output(masker, "stdout")
    lines = [
        event.message
        for start in range(0, len(text), size)
        for event in output._cut(text[start : start + size])
    ]
    lines += [event.message for event in output.rest()]

    assert not masker.finds("".join(lines).encode())
    assert not any(VALUE[:8] in line for line in lines)
    assert "*** a" in lines
    assert lines[-1] == "end ***"
