"""Lines of what a task starts: threads, pools, programs, forks; and logging set up anew."""

import asyncio
import logging
import logging.config
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest

from dagy import flow, get_logger, get_run_context, task
from dagy.runner.protocol import Log
from tests.sdk.memory_host import MemoryHost, execute

BOTH = pytest.mark.parametrize("isolated", [False, True])


def told(body: Any, *, isolated: bool = False) -> list[tuple[Any, ...]]:
    """The lines of a task with this body: stream, level, text; each belongs to the task."""

    @task(isolate=isolated)
    def work() -> None:
        body()

    finished, host = execute(flow(lambda: work()))
    assert finished.error is None, finished.error
    lines = host.of(Log)
    assert {(each.key, each.attempt) for each in lines} <= {("work", 1)}, lines
    return [(each.stream, each.level, each.message) for each in lines]


@BOTH
def test_threads_and_pools_speak_as_the_task_that_started_them(isolated: bool):
    def say(name: str) -> None:
        print(name, get_run_context().task.key)  # type: ignore[union-attr]
        get_logger().warning("careful")

    def body() -> None:
        thread = threading.Thread(target=say, args=("thread",))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(say, "executor").result()
        with ThreadPool(1) as old_pool:
            old_pool.map(say, ["pool"])
        asyncio.run(asyncio.to_thread(say, "to_thread"))

    wanted = [
        line
        for name in ("thread", "executor", "pool", "to_thread")
        for line in (("stdout", "INFO", f"{name} work"), ("log", "WARNING", "careful"))
    ]
    assert told(body, isolated=isolated) == wanted


def test_a_pool_that_tasks_share_speaks_as_whoever_gave_it_the_work():
    with ThreadPoolExecutor(1) as pool:

        @task
        def ask(name: str) -> None:
            pool.submit(print, name).result()

        _, host = execute(flow(lambda: ask.map(["a", "b", "c"])), max_workers=1)

    assert [(each.key, each.message) for each in host.of(Log)] == [
        ("ask[0]", "a"),
        ("ask[1]", "b"),
        ("ask[2]", "c"),
    ]


@BOTH
def test_programs_speak_as_the_task_that_started_them(isolated: bool):
    script = "echo out; echo err >&2"

    def body() -> None:
        subprocess.run(["sh", "-c", script], check=True)
        print("between")
        os.system(script)
        os.waitpid(os.posix_spawn("/bin/sh", ["sh", "-c", script], os.environ), 0)
        subprocess.run(["sh", "-c", script], check=True, stdout=sys.stderr)
        subprocess.run(["sh", "-c", script], check=True, stderr=subprocess.STDOUT)

    out, err = ("stdout", "INFO", "out"), ("stderr", "STDERR", "err")
    lines = told(body, isolated=isolated)
    assert sorted(lines[:2]) == sorted([out, err])
    assert lines[2] == ("stdout", "INFO", "between")
    assert sorted(lines[3:]) == sorted(
        [out, err, out, err, ("stderr", "STDERR", "out"), err, out, ("stdout", "INFO", "err")]
    )


def test_a_program_keeps_the_streams_it_is_given():
    def body() -> None:
        done = subprocess.run(["sh", "-c", "echo kept; exit 3"], capture_output=True, check=False)
        print(done.stdout, done.returncode, os.system("exit 4") >> 8)
        subprocess.Popen(["sh", "-c", "echo lost"], -1, None, None, subprocess.DEVNULL).wait()
        print(subprocess.check_output(["echo", "text"], text=True).strip())

    assert told(body) == [("stdout", "INFO", "b'kept\\n' 3 4"), ("stdout", "INFO", "text")]


@BOTH
def test_a_forked_process_speaks_as_its_task(isolated: bool):
    def child() -> None:
        print("from the fork")
        os.write(2, b"raw\n")
        subprocess.run(["echo", "from its program"], check=True)

    def body() -> None:
        process = multiprocessing.get_context("fork").Process(target=child)
        process.start()
        process.join()

    assert sorted(told(body, isolated=isolated)) == [
        ("stderr", "STDERR", "raw"),
        ("stdout", "INFO", "from its program"),
        ("stdout", "INFO", "from the fork"),
    ]


@BOTH
def test_lines_of_two_children_are_not_glued_together(isolated: bool):
    def body() -> None:
        slow = subprocess.Popen(["sh", "-c", "printf 'one '; read x; echo two"], stdin=-1)
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline:
            time.sleep(0.01)
        subprocess.run(["echo", "three"], check=True)
        slow.communicate(b"\n")

    assert sorted(told(body, isolated=isolated)) == [
        ("stdout", "INFO", "one two"),
        ("stdout", "INFO", "three"),
    ]


def test_children_of_parallel_tasks_speak_each_as_its_own():
    @task
    def talk(name: str) -> None:
        subprocess.run(["sh", "-c", f"for i in 1 2 3 4 5; do echo {name}$i; done"], check=True)

    _, host = execute(flow(lambda: talk.map(["a", "b", "c"])), max_workers=3)
    for index, name in enumerate("abc"):
        lines = [each.message for each in host.of(Log) if each.key == f"talk[{index}]"]
        assert lines == [f"{name}{number}" for number in range(1, 6)]


def test_everything_is_as_it_was_after_the_run():
    before = (threading.Thread.start, ThreadPoolExecutor.submit, subprocess.Popen.__init__)
    before += (os.system, os.posix_spawn, logging.Logger.callHandlers)
    told(lambda: print("x"))
    after = (threading.Thread.start, ThreadPoolExecutor.submit, subprocess.Popen.__init__)
    after += (os.system, os.posix_spawn, logging.Logger.callHandlers)
    assert after == before


def basic() -> None:
    logging.basicConfig(force=True, format="%(asctime)s %(message)s")


def from_dict() -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "handlers": {
                "console": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}
            },
            "loggers": {"fresh": {"handlers": ["console"], "level": "DEBUG", "propagate": False}},
            "root": {"handlers": ["console"], "level": "INFO"},
        }
    )


def bare_dict() -> None:
    logging.config.dictConfig({"version": 1})


@BOTH
@pytest.mark.parametrize("configure", [basic, from_dict, bare_dict])
def test_logging_goes_on_however_a_task_configures_it(configure: Any, isolated: bool):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logging.Logger.manager.loggerDict.pop("fresh", None)

    def body() -> None:
        log = get_logger()
        configure()
        logging.getLogger("fresh").warning("mine")
        log.info("kept")
        logging.error("root")

    try:
        assert told(body, isolated=isolated) == [
            ("log", "WARNING", "mine"),
            ("log", "INFO", "kept"),
            ("log", "ERROR", "root"),
        ]
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for logger in map(logging.getLogger, list(logging.Logger.manager.loggerDict)):
            logger.disabled = False
        fresh = logging.getLogger("fresh")
        fresh.handlers.clear()
        fresh.propagate, fresh.level = True, logging.NOTSET


@BOTH
def test_a_progress_bar_shows_its_last_state(isolated: bool):
    def body() -> None:
        for percent in range(101):
            sys.stderr.write(f"\r{percent}%")
        sys.stderr.write("\n")

    assert told(body, isolated=isolated) == [
        ("stderr", "STDERR", "0%"),
        ("stderr", "STDERR", "100%"),
    ]


def test_a_progress_bar_that_stands_still_shows_where():
    seen = threading.Event()

    def react(_: Any, event: Any) -> None:
        if isinstance(event, Log) and event.message == "2%":
            seen.set()

    @task
    def work() -> bool:
        print("1%", end="\r")
        print("2%", end="\r")
        return seen.wait(10)

    _, host = execute(flow(lambda: work()), MemoryHost(react))
    assert host.lines == ["1%", "2%"]
