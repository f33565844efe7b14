"""`python -m dagy.runner.zygote`: imports a flow once and forks a fresh child for every run.

It never starts a thread, so that each fork is a clean copy."""

import argparse
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from dagy.flow import Flow
from dagy.runner.capturing import patches
from dagy.runner.child import enter, live
from dagy.runner.crashes import CrashPipe, is_own_fault, read_crash
from dagy.runner.loader import failure, load
from dagy.runner.processes import (
    ChildSignals,
    Fds,
    adopt_orphans,
    close_private,
    ended_children,
    forbid_core_files,
    keep_private,
    kill_group,
    reap,
    wait_readable,
)
from dagy.runner.protocol import (
    Exited,
    ImportFailed,
    Kill,
    Lines,
    Ready,
    RunRequest,
    Shutdown,
    Start,
    Started,
    encoder,
    line,
    zygote_order_decoder,
)
from dagy.runner.readers import Readers
from dagy.runner.strays import kill_strays
from dagy.trace import TracedFlow


class Running(msgspec.Struct, frozen=True):
    run_id: str
    crash_fd: int


class Zygote:
    def __init__(
        self,
        control: socket.socket,
        options: argparse.Namespace,
        flow: Flow[..., Any],
        traced: TracedFlow,
    ) -> None:
        self._control = control
        self._options = options
        self._flow = flow
        self._traced = traced
        self._readers = Readers(traced, flow.signature)
        self._runs: dict[int, Running] = {}

    def serve(self) -> NoReturn:
        """Until the control socket ends; then nothing of ours stays alive."""
        with contextlib.suppress(Exception):  # odd annotations: the task that has them says so
            self._readers.prepare()
        # Every run would copy the pages of the classes that are patched: 0.5 ms.
        patches.enter()
        # Not collected before: what the imports of user code left costs 10 ms to find.
        gc.freeze()
        signals, fds, lines = ChildSignals(), Fds(self._control), Lines()
        while True:
            readable = wait_readable(self._control, signals)
            if signals.fileno() in readable:
                signals.drain()
                self._report_ended()
            if self._control.fileno() in readable:
                data = fds.receive()
                if not data:
                    self._end()
                for order in lines.feed(data):
                    self._obey(zygote_order_decoder.decode(order), fds)

    def _obey(self, order: Start | Kill | Shutdown, fds: Fds) -> None:
        match order:
            case Start(request=request):
                self._start(request, fds.take(), (fds.take(), fds.take()))
            case Kill(run_id=run_id, signal=number):
                for pid, running in self._runs.items():
                    if running.run_id == run_id:
                        kill_group(pid, number)
            case Shutdown():
                self._end()

    def _start(self, request: RunRequest, events: int, streams: tuple[int, int]) -> None:
        crash = CrashPipe()
        pid = os.fork()
        if pid == 0:
            self._child(request, events, streams, crash)
        for fd in (events, *streams):
            os.close(fd)
        self._runs[pid] = Running(request.run_id, crash.parent())
        self._say(Started(request.run_id, pid))

    def _child(
        self, request: RunRequest, events: int, streams: tuple[int, int], crash: CrashPipe
    ) -> NoReturn:
        try:
            os.close(crash.read_fd)
            if not self._traced.spec.fork_safe:
                self._execute(request, events, streams, crash.write_fd)
            enter(request, streams, crash.write_fd)
            live(self._flow, self._traced, request, socket.socket(fileno=events), self._readers)
        except BaseException as error:  # never back into the zygote's loop
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(71)

    def _execute(
        self, request: RunRequest, events: int, streams: tuple[int, int], crash: int
    ) -> NoReturn:
        """A fresh interpreter instead of a copy of this one."""
        path = Path(request.spool_dir) / "request.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoder.encode(request))
        output, errors = streams
        for fd in (events, output, errors, crash):
            os.set_inheritable(fd, True)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        arguments = [sys.executable, "-m", "dagy.runner.child"]
        arguments += ["--source", self._options.source, "--request", str(path)]
        arguments += ["--entrypoint", self._options.entrypoint]
        arguments += ["--event-fd", str(events), "--output-fd", str(output)]
        arguments += ["--error-fd", str(errors), "--crash-fd", str(crash)]
        os.execv(sys.executable, arguments)  # noqa: S606  # our own interpreter

    def _report_ended(self) -> None:
        while ended := ended_children():
            for pid in ended:
                running = self._runs.get(pid)
                if running is not None:
                    kill_group(pid)
                exit_code, number = reap(pid)
                if running is None:
                    continue
                del self._runs[pid]
                kill_strays(set(self._runs))
                crash = read_crash(running.crash_fd, is_crash=is_own_fault(number))
                self._say(Exited(running.run_id, exit_code, number, crash))

    def _say(self, message: Started | Exited) -> None:
        with contextlib.suppress(OSError):  # the next read finds the end of the socket
            self._control.sendall(line(message))

    def _end(self) -> NoReturn:
        for pid in self._runs:
            kill_group(pid)
        kill_strays(set())
        os._exit(0)


def main() -> NoReturn:
    """Whoever starts it may have switched the collection of garbage off."""
    parser = argparse.ArgumentParser(prog="python -m dagy.runner.zygote")
    parser.add_argument("--control-fd", type=int, required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--entrypoint", required=True)
    parser.add_argument("--keep-env", action="append", default=[], metavar="NAME")
    options = parser.parse_args()
    os.set_inheritable(options.control_fd, False)
    control = socket.socket(fileno=options.control_fd)
    keep_private(control)
    _clean_environment(options.keep_env)
    # Ctrl-C in the worker's terminal reaches the whole group, and some supervisors send SIGTERM to
    # every process of a service; the worker decides what it means.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    adopt_orphans()
    forbid_core_files()
    gc.freeze()
    gc.enable()
    try:
        flow, traced = load(options.source, options.entrypoint)
    except BaseException as error:  # user code at import, sys.exit() too
        control.sendall(line(ImportFailed(failure(error))))
        close_private(control)
        os._exit(1)
    control.sendall(line(Ready(traced.spec.sha256, _warnings())))
    Zygote(control, options, flow, traced).serve()


def _clean_environment(keep: list[str]) -> None:
    """User code must not see the server's settings."""
    for name in [name for name in os.environ if name.startswith("DAGY_") and name not in keep]:
        del os.environ[name]


def _warnings() -> list[str]:
    count = threading.active_count() - 1
    if count == 0:
        return []
    names = ", ".join(each.name for each in threading.enumerate()[1:])
    return [
        f"the module started {count} thread(s) while it was imported ({names}); they do not exist "
        "in the processes of its runs: start them inside tasks, or set @flow(fork_safe=False)"
    ]


if __name__ == "__main__":
    main()
