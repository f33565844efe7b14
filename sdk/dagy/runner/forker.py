"""A small single-threaded process that forks one child for each isolated task attempt.

The process of a run has threads and must not fork; this one is forked before they start."""

import contextlib
import os
import signal
import socket
import threading
from typing import NoReturn

import msgspec

from dagy.errors import Cancelled, SecretUnavailableError
from dagy.masking import known
from dagy.runner.attempt import Done, Failed, Interrupted, Job, Outcome, execute
from dagy.runner.capture import LineLog
from dagy.runner.capturing import captured
from dagy.runner.crashes import CrashPipe, is_own_fault, read_crash
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
    Crash,
    Lines,
    Log,
    Result,
    SecretGet,
    line,
    secret_reply_decoder,
)
from dagy.runner.voice import Voice


class Fork(msgspec.Struct, frozen=True, tag=True):
    """Travels with three descriptors: the child's end of the attempt's socket pair, and the write
    ends of the pipes that become its descriptors 1 and 2."""

    number: int
    job_path: str | None = None


class Stop(msgspec.Struct, frozen=True, tag=True):
    """SIGTERM is for the attempt alone, SIGKILL for all that it has started too."""

    number: int
    signal: int


class Ended(msgspec.Struct, frozen=True):
    number: int
    exit_code: int | None
    signal: int | None
    crash: Crash | None = None


class Child(msgspec.Struct, frozen=True):
    number: int
    crash_fd: int


_orders = msgspec.json.Decoder(Fork | Stop)
_jobs = msgspec.json.Decoder(Job)
Said = Done | Failed | Interrupted | Log | ArtifactSaved | SecretGet
said = msgspec.json.Decoder(Said)
_STOP = {signal.SIGTERM}


def serve(control: socket.socket, execution: Execution) -> NoReturn:
    """The forker's life; ends with the control socket."""
    begin_child()
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Held back, not ignored: an attempt that is stopped before it can hear gets it when it can.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    keep_private(control)
    signals, fds, lines = ChildSignals(), Fds(control), Lines()
    children: dict[int, Child] = {}
    while True:
        readable = wait_readable(control, signals)
        if signals.fileno() in readable:
            signals.drain()
            _report_ended(control, children)
        if control.fileno() in readable:
            data = fds.receive()
            if not data:
                _end(children)
            for order in lines.feed(data):
                _obey(_orders.decode(order), fds, children, execution)


def _obey(order: Fork | Stop, fds: Fds, children: dict[int, Child], execution: Execution) -> None:
    if isinstance(order, Stop):
        for pid, child in children.items():
            if child.number == order.number:
                _stop(pid, order.signal)
        return
    channel, output, errors = fds.take(), fds.take(), fds.take()
    crash = CrashPipe()
    pid = os.fork()
    if pid == 0:
        _child(socket.socket(fileno=channel), (output, errors), crash, execution)
    for fd in (channel, output, errors):
        os.close(fd)
    children[pid] = Child(order.number, crash.parent())


def _stop(pid: int, number: int) -> None:
    if number == signal.SIGKILL:
        kill_group(pid)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _report_ended(control: socket.socket, children: dict[int, Child]) -> None:
    while ended := ended_children():
        for pid in ended:
            kill_group(pid)
            exit_code, number = reap(pid)
            child = children.pop(pid, None)
            if child is not None:
                crash = read_crash(child.crash_fd, is_crash=is_own_fault(number))
                control.sendall(line(Ended(child.number, exit_code, number, crash)))


def _end(children: dict[int, Child]) -> NoReturn:
    for pid in children:
        kill_group(pid)
    os._exit(0)


def _child(
    channel: socket.socket, streams: tuple[int, int], crash: CrashPipe, execution: Execution
) -> NoReturn:
    """One attempt: reads its job, runs it, says the outcome, ends."""
    try:
        os.setpgid(0, 0)
        begin_child()
        die_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        crash.child()
        for target, fd in enumerate(streams, start=1):
            os.dup2(fd, target)
            os.close(fd)
        keep_private(channel)
        job = _jobs.decode(_read_line(channel))
        for value in job.known:
            known.add(value)
        voice = Voice(channel)
        voice.last_word(_until_stopped(voice, execution, job))
    finally:
        os._exit(0)


def _until_stopped(voice: Voice, execution: Execution, job: Job) -> Outcome:
    try:
        signal.signal(signal.SIGTERM, voice.stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP)
        return _attempt(voice, execution, job)
    except Cancelled:  # before or after the user's code
        return Interrupted()


def _attempt(voice: Voice, execution: Execution, job: Job) -> Outcome:
    execution.emit = voice.say
    execution.load_secret = Asking(voice).secret
    limit = execution.traced.spec.task(job.task_key).memory_limit_mb
    make_room = limit_memory(limit) if limit else None
    with captured(LineLog(voice.say, job.key, job.attempt)):
        outcome, stored = execute(execution, job, voice.say, on_memory_error=make_room)
    if isinstance(outcome, Done) and stored is not None and stored.masked:
        # The file shows ***; the tasks that come next get what was returned.
        assert stored.data is not None
        return Done(Result(value=msgspec.Raw(stored.data)), outcome.duration_ms)
    return outcome


class Asking:
    """Secrets, asked for over the attempt's own channel, one at a time."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._lock = threading.Lock()
        self._process = os.getpid()

    def secret(self, name: str) -> str:
        if os.getpid() != self._process:
            raise SecretUnavailableError(
                f"this process, which the task has forked, cannot ask for secret {name!r}",
                hint="call dagy.secret() in the task and hand the value on",
            )
        with self._lock:
            self._voice.say(SecretGet(request_id=0, name=name))
            return value_of(secret_reply_decoder.decode(_read_line(self._voice.channel)))


def _read_line(channel: socket.socket) -> bytearray:
    """One line and no more: whoever sends us one waits for what we say to it."""
    data = bytearray()
    while not data.endswith(b"\n"):
        piece = channel.recv(1 << 20)
        if not piece:
            os._exit(0)
        data += piece
    return data
