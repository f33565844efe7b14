"""The process of one run: forked by the zygote, or started afresh as `-m dagy.runner.child`."""

import argparse
import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from dagy.errors import BadParameterError
from dagy.flow import Flow
from dagy.runner.capture import LineLog
from dagy.runner.capturing import captured
from dagy.runner.crashes import watch
from dagy.runner.ending import HandedBackError
from dagy.runner.execution import Execution
from dagy.runner.faults import error_info, told
from dagy.runner.isolation import Isolation
from dagy.runner.loader import failure, load, mismatch
from dagy.runner.processes import adopt_orphans, begin_child, die_with_parent, limit_memory
from dagy.runner.protocol import Log, RunFinished, RunRequest
from dagy.runner.readers import Readers
from dagy.runner.scheduler import Scheduler
from dagy.runner.socket_host import SocketHost
from dagy.trace import TracedFlow

_OOM_SCORE = b"500"


def enter(request: RunRequest, streams: tuple[int, int], crash_fd: int) -> None:
    """Makes the process one of its own: session, folder, standard streams, limits. `streams`
    become descriptors 1 and 2."""
    os.setsid()
    die_with_parent()
    adopt_orphans()
    begin_child()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in enumerate((null, *streams)):
        os.dup2(source, target)
        os.close(source)
    watch(crash_fd)
    _volunteer_for_oom()
    os.chdir(request.work_dir)


def _volunteer_for_oom() -> None:
    """Plain calls: pathlib here costs 60 page faults in every run."""
    with contextlib.suppress(OSError):
        fd = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(fd, _OOM_SCORE)
        os.close(fd)


def live(
    flow: Flow[..., Any],
    traced: TracedFlow,
    request: RunRequest,
    events: socket.socket,
    readers: Readers | None = None,
) -> NoReturn:
    """Runs the request to its end and leaves; everything it says goes through `events`."""
    host = SocketHost(events)
    finished = _refusal(traced, request)
    if finished is None:
        try:
            execution = Execution.of(flow, traced, request, host, readers)
            finished = _run(execution, host)
        except HandedBackError as stopped:
            host.flush()
            if stopped.by_signal:
                _die_of_sigterm()
            host.leave()
        except BadParameterError as error:
            finished = RunFinished(state="FAILED", error=error_info(error, code="BAD_PARAMETER"))
        except Exception as error:  # a fault of ours must still end the run
            finished = RunFinished(state="FAILED", error=error_info(error, code="INTERNAL"))
    if finished.error and finished.state != "CANCELLED" and finished.task_key is None:
        host.emit(Log(message=told(finished.error), level="ERROR"))
    host.finish(finished)


def _die_of_sigterm() -> NoReturn:
    """After the tasks had time to stop: for whoever waits, the signal has ended the process."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
    os._exit(70)


def _run(execution: Execution, host: SocketHost) -> RunFinished:
    limit = execution.request.memory_limit_mb
    make_room = limit_memory(limit) if limit else None
    isolated = any(task.is_isolated for task in execution.traced.spec.tasks)
    isolation = Isolation(execution) if isolated else None
    scheduler = Scheduler(execution, host, isolation=isolation, on_memory_error=make_room)
    host.listen(scheduler)
    signal.signal(signal.SIGTERM, lambda *_: scheduler.stop_by_signal())
    with captured(LineLog(scheduler.log)):
        return scheduler.run()


def _refusal(traced: TracedFlow, request: RunRequest) -> RunFinished | None:
    wanted, have = request.spec_sha256, traced.spec.sha256 if request.spec_sha256 else None
    if wanted == have:
        return None
    return RunFinished(state="FAILED", error=mismatch(traced, wanted))


def main() -> NoReturn:
    """A fresh process for a flow with fork_safe=False; the zygote has opened the descriptors."""
    parser = argparse.ArgumentParser(prog="python -m dagy.runner.child")
    parser.add_argument("--source", required=True)
    parser.add_argument("--entrypoint", required=True)
    parser.add_argument("--request", required=True)
    parser.add_argument("--event-fd", type=int, required=True)
    for name in ("--output-fd", "--error-fd", "--crash-fd"):
        parser.add_argument(name, type=int, required=True)
    options = parser.parse_args()
    for fd in (options.event_fd, options.crash_fd):
        os.set_inheritable(fd, False)
    request = msgspec.json.decode(Path(options.request).read_bytes(), type=RunRequest)
    events = socket.socket(fileno=options.event_fd)
    enter(request, (options.output_fd, options.error_fd), options.crash_fd)
    try:
        flow, traced = load(options.source, options.entrypoint)
    except BaseException as error:  # user code at import, sys.exit() too
        SocketHost(events).finish(RunFinished(state="FAILED", error=failure(error)))
    live(flow, traced, request, events)


if __name__ == "__main__":
    main()
