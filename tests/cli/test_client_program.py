"""A program outside of the checkout: typed, with two environment variables, blocking and async."""

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dagy
from tests.cli import samples
from tests.cli.fake import COMPLETE, Fake
from tests.cli.samples import event, line, page

BLOCKING = """
import datetime

from dagy import DagyClient, RunFailedError, RunTimeoutError


def main() -> None:
    parameters: dict[str, list[str]] = {"cities": ["Oslo"]}
    with DagyClient(timeout_seconds=10) as client:
        run = client.trigger("daily", parameters, tags={"team": "data"})
        name: str = run.slug
        try:
            result = run.wait(timeout_seconds=60)
            if isinstance(result, int):
                print(name, result + 1)
        except RunTimeoutError as late:
            print(late.slug, late.state.is_terminal)
        except RunFailedError as failed:
            kind = failed.error.type if failed.error else None
            print(failed.slug, failed.state, kind)
        for line in client.logs(run):
            print(line.level, line.message)
        since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        print([each.slug for each in client.runs(state="FAILED", created_after=since, limit=5)])


if __name__ == "__main__":
    main()
"""
ASYNC = """
import asyncio

from dagy import AsyncDagyClient, RunFailedError


async def main() -> None:
    async with AsyncDagyClient() as client:
        run = await client.trigger("daily", {"cities": ("Oslo",)})
        try:
            result = await run.wait()
            if isinstance(result, int):
                print(run.slug, result + 1)
        except RunFailedError as failed:
            print(failed.slug, failed.state, failed.error.type if failed.error else None)
        async for line in client.logs(run.slug):
            print(line.level, line.message)
        print([each.slug async for each in client.runs(state=["FAILED"], limit=5)])


if __name__ == "__main__":
    asyncio.run(main())
"""
WRONG = """
from dagy import DagyClient

with DagyClient() as client:
    run = client.trigger("daily", {"made": object()})
    number: int = run.wait()
    client.runs(flowName="x")
"""


@pytest.fixture
def server(fake: Fake, signed_in: str) -> Fake:
    fake.answers |= {
        "TriggerRun": {"triggerRun": {"created": True, "run": samples.run_details()}},
        "RunStatus": [{"run": samples.run_details()}, {"run": samples.succeeded()}],
        "FinishedRun": {"run": samples.succeeded()},
        "Logs": {"run": {"logs": page(line(1, "hello"))}},
        "Runs": {"runs": page(samples.run())},
    }
    fake.streams["RunEvents"] = [[event(1, runState="SUCCEEDED"), COMPLETE]]
    return fake


def started(path: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """In the file's folder, with an environment of its own."""
    env = {name: os.environ[name] for name in ("PATH", "DAGY_API_URL", "DAGY_API_KEY")}
    return subprocess.run(
        [sys.executable, *command, path.name],
        cwd=path.parent,
        env={**env, "HOME": str(path.parent)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("source", [BLOCKING, ASYNC])
def test_a_program_triggers_waits_and_reads(server: Fake, tmp_path: Path, source: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(source)

    done = started(program)

    assert done.stderr == ""
    assert done.stdout == "calm-otter 43\nINFO hello\n['calm-otter']\n"
    assert {call.token for call in server.calls} == {"Bearer dagy_sk_test"}


@pytest.mark.parametrize("source", [BLOCKING, ASYNC])
def test_a_program_learns_why_a_run_failed(server: Fake, tmp_path: Path, source: str) -> None:
    server.answers["RunStatus"] = server.answers["FinishedRun"] = {"run": samples.failed()}
    program = tmp_path / "program.py"
    program.write_text(source)

    done = started(program)

    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "calm-otter FAILED ValueError"


def test_programs_pass_a_strict_type_check(signed_in: str, tmp_path: Path) -> None:
    (tmp_path / "blocking.py").write_text(BLOCKING)
    (tmp_path / "asynchronous.py").write_text(ASYNC)

    done = started(tmp_path / "blocking.py", "-m", "mypy", "--strict", "asynchronous.py")

    assert done.stdout.startswith("Success: no issues found in "), done.stdout


def test_mistakes_are_found_by_a_type_check(signed_in: str, tmp_path: Path) -> None:
    program = tmp_path / "wrong.py"
    program.write_text(WRONG)

    done = started(program, "-m", "mypy", "--strict")

    lines = [text.split(":")[1] for text in done.stdout.splitlines() if ": error:" in text]
    assert lines == ["5", "6", "7"], done.stdout


def test_the_stub_names_what_the_package_has() -> None:
    stub = ast.parse(Path(dagy.__file__).with_suffix(".pyi").read_text())
    imported = {
        alias.asname: f"{node.module}.{alias.name}"
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert {*imported, "__version__"} == set(dagy.__all__)
    for name, place in imported.items():
        module, _, attribute = place.rpartition(".")
        found = getattr(importlib.import_module(module), attribute)
        assert found is getattr(dagy, name), name
