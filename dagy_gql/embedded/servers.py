"""PostgreSQL and Redis for one block of code, without supervision: tests and benchmarks."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from dagy_gql.embedded import postgres, redis, roles
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import Command, EmbeddedError, launch, tail

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Servers:
    """`owner_url` is for migrations."""

    database_url: str
    redis_url: str
    owner_url: str = ""


@contextmanager
def running(
    folder: LocalFolder, *, postgres_settings: Mapping[str, str] | None = None
) -> Iterator[Servers]:
    """Both servers, started in `folder` and stopped at the end of the block."""
    folder.create()
    redis.make_password(folder)
    with ExitStack() as stack:
        started = stack.enter_context(_process(redis.command(folder), signal.SIGTERM))
        postgres.prepare(folder)
        database = stack.enter_context(
            _process(postgres.command(folder, postgres_settings), signal.SIGINT)
        )
        _wait(started, folder, redis.is_ready)
        _wait(database, folder, postgres.is_ready)
        yield Servers(postgres.url(folder), redis.url(folder), postgres.owner_url(folder))


@contextmanager
def running_for_superuser(
    folder: LocalFolder, *, postgres_settings: Mapping[str, str] | None = None
) -> Iterator[Servers]:
    """The same for tests and benchmarks, which change what the server could not: whoever reaches
    the socket may be the superuser, and `database_url` is his."""
    folder.create()
    access = folder.root / "everybody.conf"
    access.write_text("local all all trust\n")
    settings = {**(postgres_settings or {}), "hba_file": str(access)}
    with running(folder, postgres_settings=settings) as both:
        yield Servers(roles.superuser_url(folder), both.redis_url)


@contextmanager
def _process(
    command: Command, stop_signal: signal.Signals
) -> Iterator[tuple[Command, subprocess.Popen[bytes]]]:
    process = launch(command)
    try:
        yield command, process
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(
    started: tuple[Command, subprocess.Popen[bytes]],
    folder: LocalFolder,
    is_ready: Callable[[LocalFolder, int], bool],
) -> None:
    command, process = started
    deadline = time.monotonic() + _START_SECONDS
    while not is_ready(folder, process.pid):
        if process.poll() is not None or time.monotonic() > deadline:
            raise EmbeddedError(f"{command.argv[0]} did not start:\n{tail(command.log)}")
        time.sleep(0.01)
