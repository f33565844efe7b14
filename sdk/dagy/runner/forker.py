"""A small single-threaded process that forks one child for each isolated task attempt.

The process of a run has threads and must not fork; this one is forked before they start."""

import os
import signal
import socket
import threading
from typing import NoReturn

import msgspec

from dagy.errors import SecretUnavailableError
from dagy.masking import known
from dagy.runner.attempt import Done, Failed, Interrupted, Job, Outcome, execute
from dagy.runner.capture import LineLog, captured
from dagy.runner.execution import Execution
from dagy.runner.given import value_of
from dagy.runner.processes import (
    ChildSignals,
    Fds,
    begin_child,
    die_with_parent,
    ended_children,
    keep_private,
    kill_group,
    limit_memory,
    reap,
    wait_readable,
)
from dagy.runner.protocol import (
    ArtifactSaved,
    Lines,
    Log,
    Result,
    SecretGet,
    line,
    secret_reply_decoder,
)


class Fork(msgspec.Struct, frozen=True, tag=True):
    """Travels with one descriptor: the child's end of the attempt's socket pair."""

    number: int
    job_path: str | None = None


class Stop(msgspec.Struct, frozen=True, tag=True):
    number: int


class Ended(msgspec.Struct, frozen=True):
    number: int
    exit_code: int | None
    signal: int | None


_orders = msgspec.json.Decoder(Fork | Stop)
_jobs = msgspec.json.Decoder(Job)
Said = Done | Failed | Interrupted | Log | ArtifactSaved | SecretGet
said = msgspec.json.Decoder(Said)


def serve(control: socket.socket, execution: Execution) -> NoReturn:
    """The forker's life; ends with the control socket."""
    begin_child()
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_private(control)
    signals, fds, lines = ChildSignals(), Fds(control), Lines()
    numbers: dict[int, int] = {}
    while True:
        readable = wait_readable(control, signals)
        if signals.fileno() in readable:
            signals.drain()
            _report_ended(control, numbers)
        if control.fileno() in readable:
            data = fds.receive()
            if not data:
                _end(numbers)
            for order in lines.feed(data):
                _obey(_orders.decode(order), fds, numbers, execution)


def _obey(order: Fork | Stop, fds: Fds, numbers: dict[int, int], execution: Execution) -> None:
    if isinstance(order, Stop):
        for pid, number in numbers.items():
            if number == order.number:
                kill_group(pid)
        return
    fd = fds.take()
    pid = os.fork()
    if pid == 0:
        _child(socket.socket(fileno=fd), execution)
    os.close(fd)
    numbers[pid] = order.number


def _report_ended(control: socket.socket, numbers: dict[int, int]) -> None:
    while ended := ended_children():
        for pid in ended:
            kill_group(pid)
            exit_code, number = reap(pid)
            if pid in numbers:
                report = Ended(numbers.pop(pid), exit_code, number)
                control.sendall(line(report))


def _end(numbers: dict[int, int]) -> NoReturn:
    for pid in numbers:
        kill_group(pid)
    os._exit(0)


def _child(channel: socket.socket, execution: Execution) -> NoReturn:
    """One attempt: reads its job, runs it, says the outcome, ends."""
    try:
        os.setpgid(0, 0)
        begin_child()
        die_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        keep_private(channel)
        job = _jobs.decode(_read_line(channel))
        for value in job.known:
            known.add(value)
        outcome = _attempt(channel, execution, job)
        channel.sendall(line(outcome))
    finally:
        os._exit(0)


def _attempt(channel: socket.socket, execution: Execution, job: Job) -> Outcome:
    def emit(event: Log | ArtifactSaved) -> None:
        channel.sendall(line(event))

    execution.emit = emit
    execution.load_secret = Asking(channel).secret
    limit = execution.traced.spec.task(job.task_key).memory_limit_mb
    lift = limit_memory(limit) if limit else None
    with captured(LineLog(emit, job.key, job.attempt)):
        outcome, stored = execute(execution, job, emit, on_memory_error=lift)
    if isinstance(outcome, Done) and stored is not None and stored.masked:
        # The file shows ***; the tasks that come next get what was returned.
        assert stored.data is not None
        return Done(Result(value=msgspec.Raw(stored.data)), outcome.duration_ms)
    return outcome


class Asking:
    """Secrets, asked for over the attempt's own channel, one at a time."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._process = os.getpid()

    def secret(self, name: str) -> str:
        if os.getpid() != self._process:
            raise SecretUnavailableError(
                f"this process, which the task has forked, cannot ask for secret {name!r}",
                hint="call dagy.secret() in the task and hand the value on",
            )
        with self._lock:
            self._channel.sendall(line(SecretGet(request_id=0, name=name)))
            return value_of(secret_reply_decoder.decode(_read_line(self._channel)))


def _read_line(channel: socket.socket) -> bytearray:
    """One line and no more: whoever sends us one waits for what we say to it."""
    data = bytearray()
    while not data.endswith(b"\n"):
        piece = channel.recv(1 << 20)
        if not piece:
            os._exit(0)
        data += piece
    return data
