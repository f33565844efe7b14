"""Moves the clock that Python code reads, in a process that lives for nothing else.

A flow whose graph depends on the date gives the same one twice within a day; seen from another
day it does not. CPython only: elsewhere the clock stays."""

import ctypes
import datetime
import gc
import time
from collections.abc import Callable
from typing import Any


def shift_clock(seconds: int) -> None:
    """From now on time.time(), datetime.now() and their kin are `seconds` ahead. The monotonic
    clocks stay: they measure, and give no date."""
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + seconds
    time.time_ns = lambda: now_ns() + seconds * 1_000_000_000
    for name in ("gmtime", "localtime", "ctime"):
        setattr(time, name, _with_now(getattr(time, name)))
    time.asctime = _with_local_time(time.asctime, 0)
    time.strftime = _with_local_time(time.strftime, 1)
    _shift_datetime()


def _with_now(read: Callable[[Any], Any]) -> Callable[..., Any]:
    def shifted(moment: float | None = None) -> Any:
        return read(time.time() if moment is None else moment)

    return shifted


def _with_local_time(write: Callable[..., Any], position: int) -> Callable[..., Any]:
    """asctime(t) and strftime(format, t) take the local time if they get none."""

    def shifted(*args: Any) -> Any:
        return write(*args) if len(args) > position else write(*args, time.localtime())

    return shifted


def _shift_datetime() -> None:
    """Replaces methods in place: a subclass would not be the type that annotations mean. The
    dict of a built-in type is reached through the proxy that Python shows of it."""
    moment = datetime.datetime
    replaced: dict[type, dict[str, Callable[..., Any]]] = {
        moment: {
            "now": lambda cls, tz=None: cls.fromtimestamp(time.time(), tz),
            "today": lambda cls: cls.fromtimestamp(time.time()),
            "utcnow": lambda cls: cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None),
        },
        datetime.date: {"today": lambda cls: cls.fromtimestamp(time.time())},
    }
    for kind, methods in replaced.items():
        attributes = gc.get_referents(kind.__dict__)[0]
        if isinstance(attributes, dict):
            attributes.update({name: classmethod(each) for name, each in methods.items()})
            ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))  # empties its method cache
