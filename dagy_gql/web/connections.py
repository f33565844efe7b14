"""How many connections there may be, from one address and in all, and how long each may keep us
waiting for a request. The rest of the descriptors is kept for the database, Redis and files."""

import asyncio
import resource
from collections import Counter
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dagy_gql import metrics
from dagy_gql.auth.origin import network
from dagy_gql.settings import Settings, listed

# What this process opens itself: the pools of PostgreSQL and Redis, archives, logs, pipes.
RESERVED_DESCRIPTORS = 128
_MOST_DESCRIPTORS = 65_536
_MAX_HEAD_BYTES = 64 * 1024


def raise_descriptor_limit() -> int:
    """Up to what the system allows without asking; the limit as it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return _MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


# Where a proxy may stand that nobody told us of; who else is here does not need the network.
_THIS_MACHINE = ("127.0.0.1", "::1")


class Proxies:
    """The addresses in `trusted_proxies`, and our own: whoever connects from there may speak for
    many."""

    def __init__(self, trusted: str) -> None:
        self._all = trusted.strip() == "*"
        self._networks = []
        for name in (*_THIS_MACHINE, *listed(trusted)):
            try:
                self._networks.append(ip_network(name, strict=False))
            except ValueError:
                continue

    def __contains__(self, address: object) -> bool:
        try:
            found = ip_address(str(address))
        except ValueError:
            return self._all
        return self._all or any(found in each for each in self._networks)


class Connection(Protocol):
    """`is_idle`: nobody waits for an answer on it."""

    @property
    def is_idle(self) -> bool: ...

    def drop(self) -> None: ...


class Connections:
    """Those that are open, in the order they were made. When there are too many in all, the one
    that has been idle longest makes room."""

    def __init__(self, *, most: int, most_of_address: int, proxies: Proxies) -> None:
        self._most = most
        self._most_of_address = most_of_address
        self._proxies = proxies
        self._open: dict[asyncio.BaseTransport, tuple[str, Connection]] = {}
        self._of_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def admit(
        self, transport: asyncio.BaseTransport, connection: Connection, address: str | None
    ) -> bool:
        whose = network(address)
        is_proxy = address is not None and address in self._proxies
        if not is_proxy and self._of_address[whose] >= self._most_of_address:
            metrics.connections_refused.labels("address").inc()
            return False
        if len(self._open) >= self._most and not self._make_room():
            metrics.connections_refused.labels("all").inc()
            return False
        self._open[transport] = (whose, connection)
        self._of_address[whose] += 1
        return True

    def leave(self, transport: asyncio.BaseTransport) -> None:
        found = self._open.pop(transport, None)
        if found is not None:
            self._of_address[found[0]] -= 1
            if not self._of_address[found[0]]:
                del self._of_address[found[0]]

    def _make_room(self) -> bool:
        for transport, (_, connection) in self._open.items():
            if connection.is_idle:
                self.leave(transport)
                connection.drop()
                return True
        return False


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for the head of a request, and for a client to take any of its answer."""

    head: float
    answer: float


def _short(status: bytes) -> bytes:
    headers = b"retry-after: 1\r\nconnection: close\r\ncontent-length: 0"
    return b"HTTP/1.1 %s\r\n%s\r\n\r\n" % (status, headers)


_UNAVAILABLE = _short(b"503 Service Unavailable")
_TIMED_OUT = _short(b"408 Request Timeout")
_HEAD_TOO_LARGE = _short(b"431 Request Header Fields Too Large")


class BoundedHttp(HttpToolsProtocol):
    """Ends a connection that takes too long over the head of a request, first or later, or over an
    answer. What still comes of a body that has been answered may take as long as a head."""

    def __init__(
        self, *args: Any, connections: Connections, patience: Patience, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._admitted = connections
        self._patience = patience
        self._head_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        # None: what arrives belongs to no head.
        self._head_bytes: int | None = None
        self._is_upgraded = False

    @property
    def is_idle(self) -> bool:
        return not self._is_upgraded and (self.cycle is None or self.cycle.response_complete)

    def drop(self) -> None:
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = self.client[0] if self.client else None
        if self._admitted.admit(transport, self, address):
            self._expect_head()
        else:
            self._end(_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        self._admitted.leave(self.transport)
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._head_timer is None and self.is_idle:
            self._expect_head()
        super().data_received(data)
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > _MAX_HEAD_BYTES:
                self._end(_HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_bytes = None
        self._stop_head_timer()
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        self._is_upgraded = True
        self._stop_timers()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._answer_timer = self.loop.call_later(self._patience.answer, self.drop)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_answer_timer()

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self._patience.head, self._end, _TIMED_OUT)

    def _end(self, answer: bytes) -> None:
        self._stop_timers()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()

    def _stop_timers(self) -> None:
        self._stop_head_timer()
        self._stop_answer_timer()

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_answer_timer(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Counts as the connection that it was before."""

    def __init__(self, *args: Any, connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._admitted = connections

    def connection_lost(self, exc: Exception | None) -> None:
        self._admitted.leave(self.transport)
        super().connection_lost(exc)


def protocols(settings: Settings, descriptors: int) -> dict[str, Any]:
    """`http` and `ws` of uvicorn's configuration, for a process that may open `descriptors`."""
    connections = Connections(
        most=max(min(settings.connections_max, descriptors - RESERVED_DESCRIPTORS), 1),
        most_of_address=settings.connections_per_address,
        proxies=Proxies(settings.trusted_proxies),
    )
    patience = Patience(settings.request_head_seconds, settings.answer_stall_seconds)
    return {
        "http": partial(BoundedHttp, connections=connections, patience=patience),
        "ws": partial(BoundedWebSocket, connections=connections),
    }
