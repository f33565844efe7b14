"""`dagy up`: everything on this machine with one command, in the foreground until Ctrl-C.

This process lives as long as the installation, so it imports neither the API nor pydantic: its
options read their DAGY_* variables themselves, the processes it starts read `settings`.
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import click

from dagy.cli.streams import optional_output
from dagy_gql.cli.session import Session
from dagy_gql.embedded import private, redis, secrets_key
from dagy_gql.embedded.folder import FolderLock, LocalFolder
from dagy_gql.embedded.installation import Installation, listen, services
from dagy_gql.embedded.launch import hide_memory
from dagy_gql.embedded.process import EmbeddedError
from dagy_gql.embedded.supervisor import Events, Supervisor

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STANDARD_STREAMS = (0, 1, 2)


@click.command()
@click.option(
    "--host",
    envvar="DAGY_HOST",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 for other machines, too.",
)
@click.option(
    "--port",
    envvar="DAGY_PORT",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--workers",
    envvar="DAGY_WORKERS",
    default=1,
    show_default=True,
    type=click.IntRange(0, 64),
    help="Worker processes.",
)
@click.option(
    "--local-dir",
    envvar="DAGY_LOCAL_DIR",
    default="~/.dagy",
    show_default=True,
    help="Where data, logs and the profile are kept.",
)
@click.option("--no-examples", is_flag=True, help="Deploy no examples on the first start.")
@click.option("--verbose", is_flag=True, help="Show the logs of all processes.")
@click.option("--database-url", envvar="DAGY_DATABASE_URL", default="", hidden=True)
@click.option("--redis-url", envvar="DAGY_REDIS_URL", default="", hidden=True)
@click.option("--redis-url-file", envvar="DAGY_REDIS_URL_FILE", default="", hidden=True)
@click.option("--secrets-key-file", envvar="DAGY_SECRETS_KEY_FILE", default="", hidden=True)
def up(
    *,
    host: str,
    port: int,
    workers: int,
    local_dir: str,
    no_examples: bool,
    verbose: bool,
    database_url: str,
    redis_url: str,
    redis_url_file: str,
    secrets_key_file: str,
) -> None:
    """Start everything: database, queue, API and workers. Ctrl-C stops it.

    \b
    Examples:
      dagy up
      dagy up --port 9000 --workers 2 --local-dir /srv/dagy

    Exit codes: 0 ok, 1 error, 2 usage.
    """
    began = time.monotonic()
    _open_standard_streams()
    # For the runs of the workers, too.
    os.umask(private.UMASK)
    hide_memory()
    folder = LocalFolder(Path(local_dir).expanduser().absolute())
    try:
        folder.create()
        lock = FolderLock.take(folder)
        folder.rotate_logs()
        if not (redis_url or redis_url_file):
            redis.make_password(folder)
        key_file = secrets_key.ensure(
            folder, file=secrets_key_file, is_own_database=bool(database_url)
        )
        with listen(host, port) as listening:
            chosen: int = listening.getsockname()[1]
            installation = Installation(
                folder,
                host,
                chosen,
                workers,
                database_url=database_url,
                redis_url=redis_url,
                redis_url_file=redis_url_file,
                secrets_key_file=key_file,
            )
            session = Session(
                installation, lock, examples=not no_examples, verbose=verbose, began=began
            )
            with optional_output():
                asyncio.run(_run(installation, listening, session))
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from error


def _open_standard_streams() -> None:
    """Where one is closed, the next socket or file would get its number."""
    for number in _STANDARD_STREAMS:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _stop_signals() -> Iterator[signal.Signals]:
    """What was ignored when we started stays ignored: `nohup dagy up &` outlives its terminal."""
    for number in _STOP_SIGNALS:
        if number is signal.SIGTERM or signal.getsignal(number) is not signal.SIG_IGN:
            yield number


async def _run(installation: Installation, listening: socket.socket, session: Session) -> None:
    events = Events(session.line, session.processes, session.announced)
    supervisor = Supervisor(services(installation, listening), events)
    session.children = supervisor.children
    loop = asyncio.get_running_loop()

    def stop() -> None:
        session.stopping()
        supervisor.stop()

    for number in _stop_signals():
        loop.add_signal_handler(number, stop)
    watching = asyncio.ensure_future(session.follow_logs())
    try:
        await supervisor.run()
    finally:
        watching.cancel()
    session.stopped()
