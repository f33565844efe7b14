"""What a task starts speaks as the task: threads, thread pools, programs, forked processes.

A light task shares descriptors 1 and 2 with others of its run, so what it starts gets pipes of its
own there, wherever Python starts it. What native code writes to the descriptors itself, and what
`multiprocessing` starts by "spawn" or "forkserver", remains with the run."""

import functools
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from dagy.context import RunContext, current
from dagy.runner.capture import LineLog, active, is_forked
from dagy.runner.child_output import RawStream, Reader
from dagy.runner.crashes import under_name


class _Capture:
    """What the patches of one run need; `outputs` identifies its descriptors 1 and 2."""

    def __init__(self) -> None:
        self.reader = Reader()
        self.outputs = {1: _identity(1), 2: _identity(2)}

    def log(self) -> LineLog | None:
        return None if is_forked() else active.get()

    def is_redirected(self, fd: int) -> bool:
        """Where user code has put something else in its place, that is what children get."""
        return self.outputs[fd] is None or _identity(fd) != self.outputs[fd]


_capture: _Capture | None = None


def _identity(fd: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(fd)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class _Pipes:
    """For one child: opened before it starts, handed to the reader after it."""

    def __init__(self, capture: _Capture, log: LineLog, *fds: int) -> None:
        self._capture = capture
        self._log = log
        own = log.of_child()
        self.streams = {
            fd: RawStream(own, "stdout" if fd == 1 else "stderr")
            for fd in fds
            if not capture.is_redirected(fd)
        }

    def started(self) -> None:
        for stream in self.streams.values():
            stream.given_away()
            self._log.children.append(stream)
            self._capture.reader.add(stream)


@contextmanager
def offspring_captured() -> Iterator[None]:
    """Within `offspring_patched`."""
    global _capture  # the patches are of the whole process, and so is what they need
    before, _capture = _capture, _Capture()
    try:
        yield
    finally:
        _capture = before


@contextmanager
def offspring_patched() -> Iterator[None]:
    """Without effect outside of tasks."""
    patched = [_patch(*each) for each in _PATCHES]
    try:
        yield
    finally:
        for owner, name, patch, original in patched:
            if getattr(owner, name) is patch:
                setattr(owner, name, original)


def _patch(owner: Any, name: str, make: Callable[[Any], Any]) -> tuple[Any, str, Any, Any]:
    original = getattr(owner, name)
    patch = make(original)
    # What inspect needs of functools.wraps.
    patch.__wrapped__ = original
    setattr(owner, name, patch)
    return owner, name, patch, original


def _as_task(
    log: LineLog, context: RunContext | None, work: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    """In another thread: what it prints and asks for is the task's, and so is a crash in it."""
    log_token, context_token = active.set(log), current.set(context)
    try:
        call = functools.partial(work, *args, **kwargs)
        return call() if log.key is None else under_name(log.key, call)
    finally:
        active.reset(log_token)
        current.reset(context_token)


def _thread_start(original: Callable[[threading.Thread], None]) -> Callable[..., None]:
    def start(self: threading.Thread) -> None:
        log = active.get()
        if log is not None:
            run = functools.partial(_as_task, log, current.get(), self.run)
            self.run = run  # type: ignore[method-assign]
        original(self)

    return start


def _pool_submit(original: Callable[..., Any]) -> Callable[..., Any]:
    def submit(self: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        log = active.get()
        if log is None:
            return original(self, fn, *args, **kwargs)
        return original(self, _as_task, log, current.get(), fn, *args, **kwargs)

    return submit


def _popen_init(original: Callable[..., None]) -> Callable[..., None]:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        pipes = _pipes(*_inherited(args, kwargs))
        if pipes is None:
            original(self, *args, **kwargs)
            return
        try:
            original(self, *_place_streams(pipes, args, kwargs), **kwargs)
        finally:
            pipes.started()

    return init


def _pipes(*fds: int) -> _Pipes | None:
    """For a child that would inherit these descriptors; None where no task is to have its words."""
    log = None if _capture is None else _capture.log()
    return None if _capture is None or log is None else _Pipes(_capture, log, *fds)


def _inherited(args: tuple[Any, ...], kwargs: dict[str, Any]) -> set[int]:
    fds = {_target(args, kwargs, name, default) for name, _, default in _POPEN_STREAMS}
    return {fd for fd in fds if fd is not None}


def _place_streams(pipes: _Pipes, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The pipes as Popen's arguments stdout and stderr, by place or by name as they were given."""
    targets = {name: _target(args, kwargs, name, default) for name, _, default in _POPEN_STREAMS}
    placed = list(args)
    for name, place, _ in _POPEN_STREAMS:
        stream = pipes.streams.get(targets[name] or 0)
        if stream is not None and len(placed) > place:
            placed[place] = stream.write_fd
        elif stream is not None:
            kwargs[name] = stream.write_fd
    return placed


def _target(args: tuple[Any, ...], kwargs: dict[str, Any], name: str, default: int) -> int | None:
    """1 or 2 where this stream of Popen would be the run's own stdout or stderr."""
    place = next(place for each, place, _ in _POPEN_STREAMS if each == name)
    given = args[place] if len(args) > place else kwargs.get(name)
    if given is None:
        return default
    try:
        fd = given if isinstance(given, int) else given.fileno()
    except (AttributeError, OSError, ValueError):
        return None
    return fd if fd in (1, 2) else None


def _system(original: Callable[[Any], int]) -> Callable[[Any], int]:
    def system(command: Any) -> int:
        if _capture is None or _capture.log() is None:
            return original(command)
        code = subprocess.Popen(command, shell=True).wait()  # noqa: S602  # what os.system does
        return code << 8 if code >= 0 else -code

    return system


def _spawn(original: Callable[..., int]) -> Callable[..., int]:
    def spawn(path: Any, argv: Any, env: Any, /, **options: Any) -> int:
        pipes = _pipes(1, 2)
        if pipes is None:
            return original(path, argv, env, **options)
        first = [(os.POSIX_SPAWN_DUP2, each.write_fd, fd) for fd, each in pipes.streams.items()]
        options["file_actions"] = [*first, *(options.get("file_actions") or ())]
        try:
            return original(path, argv, env, **options)
        finally:
            pipes.started()

    return spawn


# Of Popen: name, place among its arguments, what it inherits.
_POPEN_STREAMS = (("stdout", 4, 1), ("stderr", 5, 2))
_PATCHES: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
    (threading.Thread, "start", _thread_start),
    (ThreadPoolExecutor, "submit", _pool_submit),
    (subprocess.Popen, "__init__", _popen_init),
    (os, "system", _system),
    (os, "posix_spawn", _spawn),
    (os, "posix_spawnp", _spawn),
)


class _Forking(threading.local):
    pipes: _Pipes | None = None


_forking = _Forking()


def _before_fork() -> None:
    _forking.pipes = _pipes(1, 2)


def _after_fork_in_parent() -> None:
    pipes, _forking.pipes = _forking.pipes, None
    if pipes is not None:
        pipes.started()


def _after_fork_in_child() -> None:
    """forkpty() gives the child a terminal, which stays."""
    pipes, _forking.pipes = _forking.pipes, None
    if pipes is not None and _capture is not None:
        for fd, stream in pipes.streams.items():
            if not _capture.is_redirected(fd):
                os.dup2(stream.write_fd, fd)
            stream.given_away()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
