"""What an isolated attempt says to its run, whole even when SIGTERM comes in between."""

import signal
import socket
import threading
from types import FrameType

import msgspec

from dagy.errors import Cancelled
from dagy.runner.protocol import line
from dagy.runner.stopping import stop_coroutine


class Voice:
    """Several threads may speak; only the main one, where signals arrive, is ever interrupted."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self._lock = threading.Lock()
        self._main = threading.get_ident()
        self._is_speaking = False
        self._is_stopped = False

    def say(self, message: msgspec.Struct) -> None:
        if threading.get_ident() != self._main:
            with self._lock:
                self.channel.sendall(line(message))
            return
        self._is_speaking = True
        try:
            with self._lock:
                self.channel.sendall(line(message))
        finally:
            self._is_speaking = False
        self._stop_if_asked()

    def last_word(self, message: msgspec.Struct) -> None:
        """Nothing interrupts it."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with self._lock:
            self.channel.sendall(line(message))

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """The handler of SIGTERM: Cancelled is raised in the task, so that `finally` runs."""
        self._is_stopped = True
        if not self._is_speaking:
            self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        if self._is_stopped:
            self._is_stopped = False
            if not stop_coroutine(self._main, lambda: None):
                raise Cancelled
