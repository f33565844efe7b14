"""Output of tasks as log events: print, logging, bytes, long lines, floods."""

import logging
import sys
from typing import Any

import pytest

from dagy import flow, get_logger, get_run_context, task
from dagy.runner.capture import clean
from dagy.runner.protocol import LINE_LIMIT_BYTES, Log
from tests.sdk.memory_host import execute


def lines(body: Any, *, isolated: bool = False) -> list[tuple[Any, ...]]:
    @task(isolate=isolated)
    def work() -> None:
        body()

    finished, host = execute(flow(lambda: work()))
    assert finished.error is None, finished.error
    assert {(each.key, each.attempt) for each in host.of(Log)} <= {("work", 1)}
    return [(each.stream, each.level, each.message) for each in host.of(Log)]


@pytest.mark.parametrize("isolated", [False, True])
def test_print_stderr_and_loggers(isolated: bool):
    def body() -> None:
        print("one\ntwo", 3)
        print("no end", end="")
        print(" joined")
        sys.stderr.write("bad\n")
        get_logger().debug("deep")
        get_run_context().logger.info("hello %s", "you")
        logging.getLogger("mine").warning("careful")
        logging.info("root")
        logging.getLogger("mine").debug("too deep")
        print("rest", end="")

    assert lines(body, isolated=isolated) == [
        ("stdout", "INFO", "one"),
        ("stdout", "INFO", "two 3"),
        ("stdout", "INFO", "no end joined"),
        ("stderr", "STDERR", "bad"),
        ("log", "DEBUG", "deep"),
        ("log", "INFO", "hello you"),
        ("log", "WARNING", "careful"),
        ("log", "INFO", "root"),
        ("stdout", "INFO", "rest"),
    ]


def test_bytes_that_are_not_text_are_shown():
    def body() -> None:
        sys.stdout.buffer.write(b"\xff\x00ok\n")
        sys.stdout.buffer.write("ä".encode()[:1])
        sys.stdout.buffer.write("ä".encode()[1:] + b"\n")
        print("\ud800 half")

    assert [each[2] for each in lines(body)] == ["\\xff\\x00ok", "ä", "\\ud800 half"]


def test_long_lines_are_cut_at_8_kib():
    def body() -> None:
        print("x" * 100_000)
        for _ in range(100):
            print("é" * 1000, end="")
        print()

    first, second = (each[2] for each in lines(body))
    for each in (first, second):
        assert len(each.encode()) <= LINE_LIMIT_BYTES
        assert len(each.encode()) > LINE_LIMIT_BYTES - 4
        assert each.endswith("… [line truncated]")
    assert first.startswith("xxx")


def test_clean_leaves_ordinary_text_alone():
    assert clean("häuser 🏠 ok") == "häuser 🏠 ok"
    assert clean("a" * LINE_LIMIT_BYTES) == "a" * LINE_LIMIT_BYTES


def test_a_flood_is_cut_with_one_line_that_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dagy.runner.notices.MAX_LINES", 50)

    def body() -> None:
        for index in range(500):
            print(index)

    told = lines_with_run(body)
    assert told[:50] == [str(index) for index in range(50)]
    assert told[50:] == ["log truncated: the run wrote more than 50 lines"]


def lines_with_run(body: Any) -> list[str]:
    @task
    def work() -> None:
        body()

    return execute(flow(lambda: work()))[1].lines


def test_lines_of_parallel_tasks_do_not_mix():
    @task
    def talk(name: str) -> None:
        for index in range(200):
            print(name, end=" ")
            print(index)

    _, host = execute(flow(lambda: talk.map(["a", "b", "c"])), max_workers=3)
    for index, name in enumerate("abc"):
        told = [each.message for each in host.of(Log) if each.key == f"talk[{index}]"]
        assert told == [f"{name} {number}" for number in range(200)]


def test_console_handlers_made_at_import_do_not_write_twice():
    handler = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(handler)
    try:
        told = lines(lambda: logging.getLogger("x").error("once"))
    finally:
        logging.getLogger().removeHandler(handler)
    assert told == [("log", "ERROR", "once")]


def test_a_broken_log_call_does_not_break_the_task(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    told = lines(lambda: logging.getLogger("x").error("%d", "text"))
    assert any("Logging error" in each[2] for each in told)


def test_run_local_shows_output_on_the_terminal_and_restores_it(
    capsys: pytest.CaptureFixture[str],
):
    @task
    def work() -> None:
        print("from the task")

    out = sys.stdout
    flow(lambda: work()).run_local()
    assert sys.stdout is out
    assert capsys.readouterr().out == "from the task\n"
    flow(lambda: work()).run_local(on_event=lambda event: None)
    assert capsys.readouterr().out == ""
