"""Threads for light tasks and hooks: made when needed, reused, interruptible."""

import ctypes
import functools
import threading
from collections.abc import Callable
from queue import SimpleQueue

from dagy.errors import Cancelled
from dagy.runner.stopping import stop_coroutine

Work = Callable[[], None]


class Pool:
    """Grows by one thread whenever all are busy; the caller limits how much it submits."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[str | None, Work] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._waiting = 0
        self._running: dict[str, int] = {}
        self._noticed: set[int] = set()

    def submit(self, work: Work, *, name: str | None = None) -> None:
        """`name` is what interrupt() knows the work by."""
        with self._lock:
            self._waiting += 1
            grow = self._waiting > len(self._threads) - len(self._running)
            if grow:
                thread = threading.Thread(target=self._loop, name="dagy-task", daemon=True)
                self._threads.append(thread)
        self._queue.put((name, work))
        if grow:
            thread.start()

    def interrupt(self) -> None:
        """Raises Cancelled in every thread that runs named work, at its next Python step; what
        runs a coroutine cancels it at its next await."""
        noticed = self._noticed

        class Stopped(Cancelled):
            """Made in the thread that it stops."""

            def __init__(self) -> None:
                noticed.add(threading.get_ident())

        with self._lock:
            for thread_id in filter(None, self._running.values()):
                if not stop_coroutine(thread_id, functools.partial(noticed.add, thread_id)):
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(thread_id), ctypes.py_object(Stopped)
                    )

    def has_noticed(self, name: str) -> bool:
        """False while the thread of this work is where Python cannot interrupt it."""
        with self._lock:
            return self._running.get(name) in self._noticed

    def close(self) -> None:
        """Idle threads end; busy ones after their work."""
        for _ in self._threads:
            self._queue.put(None)

    def join(self) -> None:
        """After close(), where the process lives on; a thread that is stuck is left behind."""
        for thread in self._threads:
            thread.join(timeout=0.1)

    def _loop(self) -> None:
        while True:
            try:
                taken = self._queue.get()
                if taken is None:
                    return
                self._run(*taken)
            except Cancelled:  # arrived after its task had ended
                continue

    def _run(self, name: str | None, work: Work) -> None:
        token = name or f"hook-{threading.get_ident()}"
        with self._lock:
            self._waiting -= 1
            self._running[token] = threading.get_ident() if name else 0
        try:
            work()
        finally:
            with self._lock:
                self._running.pop(token, None)
