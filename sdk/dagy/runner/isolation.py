"""The run's side of isolated attempts: starts them through the forker, hears them, stops them."""

import contextlib
import itertools
import os
import select
import selectors
import signal
import socket
import threading
import warnings
from collections.abc import Callable

import msgspec

from dagy.errors import DagyError, ProcessExitedError, TaskTimedOutError
from dagy.masking import known
from dagy.runner.attempt import Done, Failed, Interrupted, Job, Outcome, can_retry
from dagy.runner.capture import LineLog
from dagy.runner.child_output import RawStream
from dagy.runner.clockwork import Clockwork
from dagy.runner.execution import Execution
from dagy.runner.faults import error_info, garbled, process_exited, timed_out
from dagy.runner.forker import Ended, Fork, Said, Stop, said, serve
from dagy.runner.host import Host
from dagy.runner.processes import close_private, keep_private
from dagy.runner.protocol import (
    ArtifactSaved,
    ErrorInfo,
    Lines,
    Log,
    SecretGet,
    SecretReply,
    line,
)

_ended = msgspec.json.Decoder(Ended)


def _killed(number: int) -> Ended:
    return Ended(number, None, signal.SIGKILL)


def _fork() -> int:
    """In a run's own process this is the only thread. run_local() may be called from a program
    with threads, of which Python warns; the forker takes no lock of theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _reply(host: Host, asked: SecretGet) -> SecretReply:
    try:
        return SecretReply(asked.request_id, value=host.secret(asked.name))
    except DagyError as error:
        return SecretReply(asked.request_id, error=error_info(error))


class Attempt(msgspec.Struct, eq=False):
    number: int
    job: Job
    channel: socket.socket
    settle: Callable[[Outcome], None]
    unsent: memoryview
    streams: list[RawStream]
    lines: Lines = msgspec.field(default_factory=Lines)
    stopped_for: str | None = None
    is_settled: bool = False


class Isolation:
    """Made while the process has one thread; `listen` then starts the thread that reads."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution
        self._clock: Clockwork | None = None
        ours, theirs = socket.socketpair()
        self._pid = _fork()
        if self._pid == 0:
            ours.close()
            serve(theirs, execution)
        theirs.close()
        self._control = ours
        self._wake_read, self._wake_write = socket.socketpair()
        self._attempts: dict[int, Attempt] = {}
        self._new: list[Attempt] = []
        self._numbers = itertools.count(1)
        self._is_dead = False
        for each in (self._control, self._wake_read, self._wake_write):
            keep_private(each)

    def listen(self, log: Callable[[Log], None], host: Host) -> None:
        self._log = log
        self._host = host
        self._thread = threading.Thread(target=self._listen, name="dagy-isolation", daemon=True)
        self._thread.start()

    def run(self, job: Job, clock: Clockwork, settle: Callable[[Outcome], None]) -> None:
        """Starts an attempt; `settle` is called in the scheduler's thread."""
        self._clock = clock
        ours, theirs = socket.socketpair()
        keep_private(ours)
        ours.setblocking(False)
        number = next(self._numbers)
        lines = LineLog(self._log, job.key, job.attempt)
        streams = [RawStream(lines, "stdout"), RawStream(lines, "stderr")]
        attempt = Attempt(
            number,
            job,
            ours,
            lambda outcome: clock.post(lambda: settle(outcome)),
            memoryview(line(msgspec.structs.replace(job, known=sorted(known.values)))),
            streams,
        )
        with theirs, contextlib.suppress(BrokenPipeError):  # _shut settles what cannot start
            self._new.append(attempt)
            fds = [theirs.fileno(), *(stream.write_fd for stream in streams)]
            socket.send_fds(self._control, [line(Fork(number))], fds)
        for stream in streams:
            stream.given_away()
        self._wake_write.send(b"+")
        limit = self._execution.traced.spec.task(job.task_key).timeout_seconds
        if limit is not None:
            clock.after(limit, lambda: self._stop(attempt, "timeout"))

    def stop_all(self) -> None:
        """From the scheduler's thread, after it has forgotten its timers."""
        for attempt in [*self._attempts.values(), *self._new]:
            self._stop(attempt, "cancel")

    def grace_seconds(self, job: Job) -> float:
        return self._execution.traced.spec.task(job.task_key).stop_grace_seconds

    def _stop(self, attempt: Attempt, reason: str) -> None:
        """SIGTERM, which is an exception in the task, and SIGKILL after its grace time."""
        if attempt.is_settled:
            return
        assert self._clock is not None
        grace_seconds = self.grace_seconds(attempt.job)
        is_told, attempt.stopped_for = (
            attempt.stopped_for is not None,
            attempt.stopped_for or reason,
        )
        if grace_seconds:
            if not is_told:
                self._signal(attempt, signal.SIGTERM)
            self._clock.after(grace_seconds, lambda: self._signal(attempt, signal.SIGKILL))
        else:
            self._signal(attempt, signal.SIGKILL)

    def close(self) -> None:
        """Ends the forker, and with it whatever still runs; from the scheduler's thread."""
        self._wake_write.send(b"x")
        with contextlib.suppress(OSError):  # the forker may be dead already
            self._control.shutdown(socket.SHUT_WR)
        os.waitpid(self._pid, 0)
        self._thread.join()
        for each in (self._control, self._wake_read, self._wake_write):
            close_private(each)

    def _signal(self, attempt: Attempt, number: signal.Signals) -> None:
        if not attempt.is_settled:
            with contextlib.suppress(BrokenPipeError):
                self._control.sendall(line(Stop(attempt.number, number)))

    def _listen(self) -> None:
        reports = Lines()
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(self._wake_read, selectors.EVENT_READ)
        while True:
            for key, mask in selector.select():
                if key.fileobj is self._wake_read:
                    if b"x" in self._wake_read.recv(4096):
                        return self._shut(selector)
                    self._register_new(selector)
                elif key.fileobj is self._control:
                    data = self._control.recv(65536)
                    if not data:
                        selector.unregister(self._control)
                        self._lose_all(selector)
                    for report in reports.feed(data):
                        self._exited(selector, _ended.decode(report))
                elif isinstance(key.data, RawStream):
                    self._drain(selector, key.data)
                elif key.data.number in self._attempts:  # else it ended earlier in this batch
                    self._talk(selector, key.data, mask)

    def _shut(self, selector: selectors.BaseSelector) -> None:
        """The last act of the reading thread."""
        for attempt in self._attempts.values():
            close_private(attempt.channel)
            for stream in attempt.streams:
                stream.drain()
                stream.close()
        selector.close()

    def _lose_all(self, selector: selectors.BaseSelector) -> None:
        """The forker was killed, and its children with it: none will give a result."""
        self._register_new(selector)
        for number in list(self._attempts):
            self._exited(selector, _killed(number))
        self._is_dead = True
        self._register_new(selector)

    def _lost(self, attempt: Attempt) -> None:
        close_private(attempt.channel)
        for stream in attempt.streams:
            stream.close()
        self._settle(attempt, self._without_result(attempt, _killed(attempt.number)))

    def _register_new(self, selector: selectors.BaseSelector) -> None:
        while self._new:
            attempt = self._new.pop(0)
            if self._is_dead:
                self._lost(attempt)
                continue
            self._attempts[attempt.number] = attempt
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            selector.register(attempt.channel, both, attempt)
            for stream in attempt.streams:
                selector.register(stream.read_fd, selectors.EVENT_READ, stream)

    def _talk(self, selector: selectors.BaseSelector, attempt: Attempt, mask: int) -> None:
        if mask & selectors.EVENT_WRITE and attempt.unsent:
            try:
                sent = attempt.channel.send(attempt.unsent)
            except (BrokenPipeError, ConnectionResetError):
                sent = len(attempt.unsent)
            attempt.unsent = attempt.unsent[sent:]
            if not attempt.unsent:
                selector.modify(attempt.channel, selectors.EVENT_READ, attempt)
        if mask & selectors.EVENT_READ and not self._hear(attempt):
            selector.unregister(attempt.channel)

    def _hear(self, attempt: Attempt) -> bool:
        """False at the end of the stream."""
        try:
            data = attempt.channel.recv(1 << 18)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        for said_line in attempt.lines.feed(data):
            self._take(attempt, said_line)
        return bool(data)

    def _take(self, attempt: Attempt, said_line: bytes) -> None:
        try:
            message = said.decode(said_line)
        except (msgspec.DecodeError, ValueError, RecursionError):
            attempt.stopped_for = attempt.stopped_for or "garbled"
            self._signal(attempt, signal.SIGKILL)
        else:
            self._said(attempt, message)

    def _said(self, attempt: Attempt, message: Said) -> None:
        if isinstance(message, Log):
            self._log(message)
        elif isinstance(message, ArtifactSaved):
            self._host.emit(message)
        elif isinstance(message, SecretGet):
            # The host may take its time; other children must be heard meanwhile.
            work = threading.Thread(target=self._answer, args=(attempt, message), daemon=True)
            work.start()
        elif not attempt.is_settled:
            for stream in attempt.streams:
                stream.drain()
            self._settle(attempt, self._outcome(attempt, message))

    def _settle(self, attempt: Attempt, outcome: Outcome) -> None:
        attempt.is_settled = True
        attempt.settle(outcome)

    def _drain(self, selector: selectors.BaseSelector, stream: RawStream) -> None:
        if stream.is_open and not stream.drain():
            selector.unregister(stream.read_fd)
            stream.close()

    def _answer(self, attempt: Attempt, asked: SecretGet) -> None:
        data = line(_reply(self._host, asked))
        writable = select.poll()
        with contextlib.suppress(OSError, ValueError):  # the child may be gone
            writable.register(attempt.channel, select.POLLOUT)
            while data:
                writable.poll()
                data = data[attempt.channel.send(data) :]

    def _exited(self, selector: selectors.BaseSelector, ended: Ended) -> None:
        attempt = self._attempts.pop(ended.number, None)
        if attempt is None:
            self._register_new(selector)
            attempt = self._attempts.pop(ended.number)
        attempt.channel.setblocking(False)
        while not attempt.is_settled and self._hear_rest(attempt):
            pass
        if attempt.channel.fileno() in selector.get_map():
            selector.unregister(attempt.channel)
        close_private(attempt.channel)
        for stream in attempt.streams:
            if stream.is_open:
                stream.drain()
                selector.unregister(stream.read_fd)
                stream.close()
        if not attempt.is_settled:
            self._settle(attempt, self._without_result(attempt, ended))

    def _hear_rest(self, attempt: Attempt) -> bool:
        try:
            data = attempt.channel.recv(1 << 18)
        except (BlockingIOError, ConnectionResetError):
            return False
        for said_line in attempt.lines.feed(data):
            self._take(attempt, said_line)
        return bool(data)

    def _outcome(self, attempt: Attempt, said: Done | Failed | Interrupted) -> Outcome:
        """What it says after its time is over no longer counts; while its run stops, a result
        still does."""
        if attempt.stopped_for == "timeout":
            return self._timed_out(attempt)
        if attempt.stopped_for == "cancel" and isinstance(said, Failed):
            return Interrupted()
        if attempt.stopped_for is None and isinstance(said, Interrupted):
            # Somebody else has sent it SIGTERM.
            return self._without_result(attempt, Ended(attempt.number, None, signal.SIGTERM))
        return said

    def _timed_out(self, attempt: Attempt) -> Failed:
        limit = self._execution.traced.spec.task(attempt.job.task_key).timeout_seconds
        error = timed_out(limit or 0.0)
        return self._failed(attempt, error, TaskTimedOutError(error.message, hint=error.hint))

    def _without_result(self, attempt: Attempt, ended: Ended) -> Outcome:
        match attempt.stopped_for:
            case "cancel":
                return Interrupted()
            case "timeout":
                return self._timed_out(attempt)
            case "garbled":
                error = garbled()
            case _:
                error = process_exited(
                    exit_code=ended.exit_code, signal_number=ended.signal, crash=ended.crash
                )
        return self._failed(attempt, error, ProcessExitedError(error.message, hint=error.hint))

    def _failed(self, attempt: Attempt, error: ErrorInfo, cause: BaseException) -> Failed:
        task = self._execution.task(attempt.job.task_key)
        return Failed(error, can_retry(task, cause, attempt.job.attempt))
