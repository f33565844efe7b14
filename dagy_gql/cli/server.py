"""`dagy server`: the API in this process."""

import asyncio
import gc
import json
import os
import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
import uvicorn
import uvloop

from dagy.profiles import LOCAL_PROFILE, ProfileError, ProfileStore
from dagy_gql import logs, tracing
from dagy_gql.app import create_app
from dagy_gql.cli import database, variables
from dagy_gql.embedded.launch import hide_memory
from dagy_gql.runtime import Runtime, opened
from dagy_gql.services import accounts, invitations, local_keys, setup
from dagy_gql.settings import Settings
from dagy_gql.web.connections import protocols, raise_descriptor_limit

_GRACE_SECONDS = 3
_BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Announcement:
    """What `dagy up` waits for: a line of JSON on a pipe once requests are answered."""

    descriptor: int
    content: dict[str, Any]

    def send(self) -> None:
        with os.fdopen(self.descriptor, "w") as pipe:
            pipe.write(json.dumps(self.content) + "\n")


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announcement: Announcement | None) -> None:
        super().__init__(config)
        self._announcement = announcement

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """An interrupt that was ignored from the start stays ignored: `dagy up` has its own way,
        and a script's Ctrl-C is not for what it put into the background."""
        was_ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        with super().capture_signals():
            if was_ignored:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.should_exit:
            return
        # What is loaded by now stays for good: leaving it out of every collection takes
        # the p99 of a page from 28 to 7 ms.
        gc.collect()
        gc.freeze()
        if self._announcement is not None:
            self._announcement.send()


def configuration(settings: Settings, rt: Runtime) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(settings, rt),
        host=settings.host,
        port=settings.port,
        backlog=_BACKLOG,
        **protocols(settings, raise_descriptor_limit()),
        # A compressor takes 64 KB a connection, more than all the rest of a subscriber.
        ws_per_message_deflate=False,
        ws_max_size=settings.request_max_bytes,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


async def _first_owner(rt: Runtime, email: str, *, with_key: bool) -> dict[str, Any] | None:
    """Make the first organization and its owner; None when there is one already."""
    password = secrets.token_urlsafe(12)
    made = await accounts.bootstrap(
        rt,
        email,
        password,
        key_name=local_keys.NAME if with_key else "",
        key_expires_at=local_keys.expiry(),
    )
    if made is None:
        return None
    return {"email": email, "password": password, "api_key": made.api_key}


async def _renewed_key(rt: Runtime) -> str | None:
    """A new secret for the profile of `dagy up`, where the one it has is over."""
    try:
        known = ProfileStore(rt.settings.local_dir).token(LOCAL_PROFILE)
    except ProfileError:  # `dagy up` says so
        return None
    return await local_keys.renew(rt, known) if known else None


async def _show_setup(rt: Runtime) -> None:
    """While there is nobody: where whoever started us makes the first owner."""
    if await setup.is_needed(rt):
        link = invitations.link_of(rt, "setup", setup.token(rt.settings))
        click.echo(f"There is no user yet. Make the first owner at {link}")


async def serve(
    settings: Settings, *, fd: int | None, migrate: bool, announce_fd: int | None, owner: str | None
) -> None:
    await database.prepare(settings, migrate=migrate)
    async with opened(settings) as rt:
        await database.check_key(rt)
        with_key = announce_fd is not None
        made = await _first_owner(rt, owner, with_key=with_key) if owner else None
        announcement = None
        if announce_fd is not None:
            key = await _renewed_key(rt) if made is None else None
            announcement = Announcement(announce_fd, {"owner": made, "api_key": key})
        elif made is not None:
            click.echo(f"First owner: {made['email']}")
            click.echo(f"Password (shown only this once): {made['password']}")
        await _show_setup(rt)
        sockets = [socket.socket(fileno=fd)] if fd is not None else None
        await Server(configuration(settings, rt), announcement).serve(sockets=sockets)


@click.command()
@click.option("--fd", type=int, help="Serve on this listening socket, not on DAGY_HOST/DAGY_PORT.")
@click.option("--migrate", is_flag=True, help="Bring the database up to date first.")
@click.option("--announce-fd", type=int, hidden=True)
@click.option("--owner", help="Make the first organization with this owner if there is none.")
def server(*, fd: int | None, migrate: bool, announce_fd: int | None, owner: str | None) -> None:
    """Run the API in this process, until SIGTERM or Ctrl-C.

    It takes DAGY_DATABASE_URL, DAGY_REDIS_URL and DAGY_SECRETS_KEY, and listens on DAGY_HOST and
    DAGY_PORT.

    \b
    Examples:
      dagy server --migrate --owner ada@example.com
      DAGY_HOST=0.0.0.0 DAGY_PORT=8000 dagy server

    Exit codes: 0 ok, 1 error, 2 usage.
    """
    settings = variables.load()
    database.require_urls(settings)
    database.require_key(settings)
    hide_memory()
    logs.configure(settings.log_level)
    with (
        tracing.started(settings, service="dagy-server"),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(serve(settings, fd=fd, migrate=migrate, announce_fd=announce_fd, owner=owner))
