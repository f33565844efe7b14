"""Every way in which a task can misbehave; the parameter `what` names the function that does."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from dagy import flow, task, unmapped


class OddError(BaseException):
    """Not an Exception."""


class Thing:
    """Nothing that JSON knows."""


def fine() -> str:
    return "fine"


def binary() -> str:
    sys.stdout.buffer.write(b"\xff\xfe bytes\n")
    os.write(1, b"\xff\x00 raw\n")
    print("a\x00b\ud800c")
    return "printed"


def many_lines() -> int:
    for number in range(200_000):
        print("line", number)
    return 200_000


def long_line() -> None:
    print("x" * 10_000_000)


def long_raw_line() -> None:
    left = b"x" * 10_000_000 + b"\n"
    while left:
        left = left[os.write(1, left) :]


def unserialisable() -> Any:
    return Thing()


def not_a_number() -> Any:
    return [float("nan"), float("inf")]


def big_int() -> int:
    return 2**64


def huge_int() -> int:
    return 10**5000


def surrogate() -> str:
    return "a\ud800b"


def nul() -> str:
    return "a\x00b"


def megabyte() -> str:
    return "m" * 1_000_000


def deep() -> Any:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    return value


def cyclic() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


def exit_hard() -> None:
    os._exit(3)


def exit_soft() -> None:
    sys.exit(4)


def interrupt() -> None:
    raise KeyboardInterrupt


def odd_error() -> None:
    raise OddError("odd")


def broken_message() -> None:
    raise ValueError("a\x00b\ud800")


def long_message() -> None:
    raise ValueError("m" * 5_000_000)


def forks() -> str:
    child = os.fork()
    if child == 0:
        return "child"
    os.waitpid(child, 0)
    return "parent"


def leaves_a_daemon() -> int:
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            os.write(write, str(os.getpid()).encode())
            time.sleep(600)
        os._exit(0)
    return int(os.read(read, 20))


def leaves_a_program() -> int:
    return subprocess.Popen(["sleep", "600"], start_new_session=True).pid


def leaves_a_thread() -> str:
    threading.Thread(target=time.sleep, args=(600,)).start()
    return "left"


def fills_memory() -> None:
    kept = []
    while True:
        kept.append(bytearray(50_000_000))


def uses_memory() -> int:
    return len([bytearray(50_000_000) for _ in range(12)])


def never_ends() -> None:
    while True:
        try:
            time.sleep(600)
        except BaseException:
            continue


def spins() -> None:
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


def closes_descriptors() -> None:
    os.closerange(0, 4096)


def kills_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kills_its_parent() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)


def ignores_signals() -> str:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)
    return "ignored"


def recurses() -> int:
    return recurses() + 1


def segfaults() -> None:
    ctypes.string_at(0)


def empties_modules() -> str:
    for name in list(sys.modules):
        del sys.modules[name]
    return "emptied"


def deletes_its_folder() -> str:
    shutil.rmtree(Path.cwd())
    return "deleted"


def deletes_every_folder() -> str:
    shutil.rmtree(Path.cwd().parent)
    return "y" * 100_000


def changes_folder() -> str:
    os.chdir("/")
    return str(Path.cwd())


def sets_variable() -> None:
    os.environ["LEFT_BEHIND"] = "1"


def sees_variables() -> list[str]:
    return sorted(name for name in os.environ if name.startswith(("DAGY_", "LEFT_")))


def act(what: str) -> Any:
    return globals()[what]()


@task(grace_seconds=1)
def plain(what: str) -> Any:
    return act(what)


@task(isolate=True, grace_seconds=1)
def isolated(what: str) -> Any:
    return act(what)


@task(memory_limit_mb=200)
def limited(what: str) -> Any:
    return act(what)


@task(timeout_seconds=1, grace_seconds=1)
def timed(what: str) -> Any:
    return act(what)


@flow
def in_a_thread(what: str) -> Any:
    return plain(what)


@flow
def in_a_process(what: str) -> Any:
    return isolated(what)


@flow
def with_little_memory(what: str) -> Any:
    return limited(what)


@flow
def with_little_time(what: str) -> Any:
    return timed(what)


@task
def one(number: int, what: str) -> Any:
    if number == 2:
        time.sleep(0.5)
        return act(what)
    return time.sleep(60)


@flow
def one_of_many(what: str) -> Any:
    return one.map([0, 1, 2, 3], what=unmapped(what))


@flow(crash_retries=1)
def tried_once_more(what: str) -> Any:
    return plain(what)


@flow(crash_retries=0)
def never_again(what: str) -> Any:
    return plain(what)
