"""The supervisor on programs that are nothing but a sleep or a signal handler."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dagy_gql.embedded import supervisor
from dagy_gql.embedded.process import Command, EmbeddedError
from dagy_gql.embedded.supervisor import Events, Service, Supervisor

SLEEP = [sys.executable, "-S", "-c", "import time; print('up', flush=True); time.sleep(60)"]
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); "


class Recorder:
    """Collects what the supervisor says; `changed` is set at every new set of processes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.announcements: list[dict[str, Any]] = []
        self.pids: list[dict[str, int]] = []
        self.changed = asyncio.Event()
        self.events = Events(self.lines.append, self._processes, self._announced)

    def _processes(self, running: Mapping[str, int]) -> None:
        self.pids.append(dict(running))
        self.changed.set()

    def _announced(self, content: dict[str, Any]) -> None:
        self.announcements.append(content)
        self.changed.set()

    async def next(self) -> dict[str, int]:
        self.changed.clear()
        await asyncio.wait_for(self.changed.wait(), 20)
        return self.pids[-1]


def service(name: str, argv: list[str], log: Path, **options: Any) -> Service:
    command = Command(argv, log / f"{name}.log")
    return Service(name, options.pop("stage", 0), lambda _: command, **options)


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def written(log: Path, text: str) -> None:
    async with asyncio.timeout(20):
        while not log.exists() or text not in log.read_text():
            await asyncio.sleep(0.01)


async def test_starts_a_killed_service_again_and_says_so(tmp_path: Path) -> None:
    seen = Recorder()
    one = Supervisor([service("one", SLEEP, tmp_path)], seen.events)
    running = asyncio.ensure_future(one.run())
    first = (await seen.next())["one"]

    os.kill(first, signal.SIGKILL)
    second = (await seen.next())["one"]

    assert second != first
    assert seen.lines == [
        f"one was killed by signal 9 (see {tmp_path / 'one.log'}); again in 0.2 s"
    ]
    one.stop()
    await running
    assert not is_alive(second)


async def test_waits_longer_before_each_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "MAX_DELAY_SECONDS", 0.03)
    monkeypatch.setattr(supervisor, "_FAILED_STARTS", 5)
    seen = Recorder()
    failing = service("failing", ["/bin/false"], tmp_path)

    with pytest.raises(EmbeddedError, match="failing does not start: ended with exit code 1"):
        await Supervisor([failing], seen.events).run()

    assert [line.rpartition("again in ")[2] for line in seen.lines] == [
        "0.01 s",
        "0.02 s",
        "0.03 s",
        "0.03 s",
    ]


async def test_a_service_that_never_starts_ends_everything_with_its_log(tmp_path: Path) -> None:
    seen = Recorder()
    wrong = [sys.executable, "-S", "-c", "raise SystemExit('no such setting')"]
    both = [service("fine", SLEEP, tmp_path), service("wrong", wrong, tmp_path)]

    with pytest.raises(EmbeddedError, match="no such setting"):
        await Supervisor(both, seen.events).run()

    assert not is_alive(seen.pids[-1]["fine"])


async def test_stops_the_highest_stage_first(tmp_path: Path) -> None:
    seen = Recorder()
    order = tmp_path / "order"
    write = f"open({str(order)!r}, 'a').write(NAME)"
    code = "import signal, sys, time; signal.signal(15, lambda *_: ({}, sys.exit(0))); "
    code += "print('up', flush=True); time.sleep(60)"
    services = [
        service(
            name,
            [sys.executable, "-S", "-c", code.format(write.replace("NAME", repr(name)))],
            tmp_path,
            stage=stage,
        )
        for name, stage in (("b", 1), ("c", 2), ("a", 0))
    ]
    one = Supervisor(services, seen.events)
    running = asyncio.ensure_future(one.run())
    for name in "abc":
        await written(tmp_path / f"{name}.log", "up")

    one.stop()
    await running

    assert order.read_text() == "cba"


async def test_a_second_stop_kills_what_does_not_listen(tmp_path: Path) -> None:
    seen = Recorder()
    deaf = [sys.executable, "-S", "-c", DEAF + "time.sleep(60)"]
    one = Supervisor([service("deaf", deaf, tmp_path, stop_seconds=60)], seen.events)
    running = asyncio.ensure_future(one.run())
    pid = (await seen.next())["deaf"]
    await written(tmp_path / "deaf.log", "up")

    one.stop()
    one.stop()
    await running

    assert not is_alive(pid)
    assert seen.lines == ["deaf did not stop in time and is killed"]


async def test_leaves_no_grandchild_behind(tmp_path: Path) -> None:
    seen = Recorder()
    code = "import subprocess, time; p = subprocess.Popen(['sleep', '60'], start_new_session=True);"
    code += "print(p.pid, 'up', flush=True); time.sleep(60)"
    one = Supervisor([service("parent", [sys.executable, "-S", "-c", code], tmp_path)], seen.events)
    running = asyncio.ensure_future(one.run())
    await written(tmp_path / "parent.log", "up")
    grandchild = int((tmp_path / "parent.log").read_text().split()[0])
    assert is_alive(grandchild)

    one.stop()
    await running

    assert not is_alive(grandchild)


async def test_hands_on_what_a_service_announces(tmp_path: Path) -> None:
    seen = Recorder()

    def command(descriptor: int | None) -> Command:
        code = f"import os, time; os.write({descriptor}, b'{{\"owner\": 7}}\\n'); time.sleep(60)"
        assert descriptor is not None
        argv = [sys.executable, "-S", "-c", code]
        return Command(argv, tmp_path / "log", pass_fds=[descriptor])

    one = Supervisor([Service("loud", 0, command, announces=True)], seen.events)
    running = asyncio.ensure_future(one.run())
    await seen.next()
    await seen.next()

    assert seen.announcements == [{"owner": 7}]
    one.stop()
    await running
