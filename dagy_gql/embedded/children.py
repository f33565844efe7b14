"""Starts processes on the event loop and notices each one that ends, adopted ones too.

We are the reaper of everything below us, so what a killed process leaves behind becomes our child
and can be ended; no other code in this process may wait for children while the loop runs.
"""

import asyncio
import ctypes
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from dagy_gql.embedded.process import Command, EmbeddedError, launch, tail

_PR_SET_CHILD_SUBREAPER = 36
_SWEEP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Child:
    pid: int
    exited: "asyncio.Future[int]"

    def send(self, number: signal.Signals) -> None:
        if not self.exited.done():
            os.kill(self.pid, number)


class Children:
    def __init__(self) -> None:
        self._exited: dict[int, asyncio.Future[int]] = {}
        self._foreign = frozenset(_children_of_this_process())
        self._loop = asyncio.get_running_loop()
        self._loop.add_signal_handler(signal.SIGCHLD, self._reap)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def start(self, command: Command) -> Child:
        process = launch(command)
        exited = self._loop.create_future()
        self._exited[process.pid] = exited
        process.returncode = 0  # the loop reaps it; Popen would warn that nobody did
        return Child(process.pid, exited)

    async def run(self, command: Command) -> None:
        code = await self.start(command).exited
        if code != 0:
            name = Path(command.argv[0]).name
            raise EmbeddedError(f"{name} failed with exit code {code}:\n{tail(command.log)}")

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            future = self._exited.pop(pid, None)
            if future is not None and not future.done():
                future.set_result(os.waitstatus_to_exitcode(status))

    def sweep(self) -> None:
        """Kill what is still below us, generation after generation, until nothing is left.

        Children from before our time belong to someone else and stay.
        """
        self._loop.remove_signal_handler(signal.SIGCHLD)
        deadline = time.monotonic() + _SWEEP_SECONDS
        while (left := _children_of_this_process() - self._foreign) and time.monotonic() < deadline:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _children_of_this_process() -> set[int]:
    try:
        listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except FileNotFoundError:
        return set()
    return {int(pid) for pid in listed.split()}
