"""What the process of a run says, read as a request from the internet would be: user code can write
to the same socket.

The types of `protocol` bound each field. Here is what they cannot say: how long a line may be, how
deep and large a result, and when. Whatever breaks a rule raises GarbledError, and nothing else.
"""

import re
from collections.abc import Collection

import msgspec

from dagy.masking import Masker
from dagy.names import is_file_name, is_media_type
from dagy.runner.faults import garbled
from dagy.runner.masked import mask_lines
from dagy.runner.protocol import (
    ArtifactSaved,
    ErrorInfo,
    Event,
    RunFinished,
    TaskCached,
    TaskSucceeded,
    ZygoteReport,
    event_decoder,
    zygote_report_decoder,
)
from dagy.values import MAX_DEPTH, is_deeper

# An inline result has 64 KiB; a traceback of control characters, each written as \u0001, 190 KiB.
EVENT_LIMIT_BYTES = 512 * 1024
UNKNOWN_MEDIA_TYPE = "application/octet-stream"
_SHOWN = 300
# Far from both ends of what datetime holds: other time zones, and another clock, fit in.
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
# A result is within two objects, and the list of a mapped task's results is one deeper than each.
_MAX_LINE_DEPTH = MAX_DEPTH + 3

_KEY = re.compile(r"(?P<task>[^\[\]\x00-\x1f\x7f]+)(\[[0-9]{1,9}\])?")
_WITH_RESULT = frozenset({TaskSucceeded, TaskCached, RunFinished})
# No JSON, a field out of bounds, no UTF-8, or nested deeper than can be read.
_UNREADABLE = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)


class GarbledError(Exception):
    """What a process said is no message of a runner; `error` is how its run ends."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.error: ErrorInfo = garbled(why)


class BoundedLines:
    """As `protocol.Lines`, for a sender that may never end its line."""

    def __init__(self, limit_bytes: int = EVENT_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes. Raises GarbledError."""
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = bytes(self._rest) + whole[0]
            self._rest.clear()
        self._rest += rest
        longest = max(len(self._rest), *map(len, whole)) if whole else len(self._rest)
        if longest > self._limit_bytes:
            self._rest.clear()
            raise GarbledError(f"a message has more than {self._limit_bytes} bytes")
        return whole


def events(lines: list[bytes], known: Masker, tasks: Collection[str] | None = None) -> list[Event]:
    """What a run said, without the secrets in `known`. `tasks` are the keys of its flow: it has
    nothing to say of others. Raises GarbledError."""
    try:
        lines = mask_lines(lines, known)
        found: list[Event] = [event_decoder.decode(each) for each in lines]
    except _UNREADABLE as error:
        raise GarbledError(_brief(error)) from error
    for key in {_key(event) for event in found}:
        _check_key(key, tasks)
    return [_checked(event, line) for event, line in zip(found, lines, strict=True)]


def report(line: bytes) -> ZygoteReport:
    """Raises GarbledError."""
    try:
        found: ZygoteReport = zygote_report_decoder.decode(line)
    except _UNREADABLE as error:
        raise GarbledError(_brief(error)) from error
    return found


def _checked(event: Event, line: bytes) -> Event:
    if not _FIRST_YEAR <= event.at.year <= _LAST_YEAR:
        raise GarbledError(f"it says something of the year {event.at.year}")
    # isinstance costs five times as much, for each line of a log.
    if type(event) in _WITH_RESULT and is_deeper(line, _MAX_LINE_DEPTH):
        raise GarbledError(f"a result is nested deeper than {MAX_DEPTH} levels")
    return _checked_file(event) if type(event) is ArtifactSaved else event


def _key(event: Event) -> str | None:
    key: str | None = getattr(event, "key", None) or getattr(event, "task_key", None)
    return key


def _check_key(key: str | None, tasks: Collection[str] | None) -> None:
    if key is None:
        return
    parts = _KEY.fullmatch(key)
    if parts is None or (tasks is not None and parts["task"] not in tasks):
        raise GarbledError(f"its flow has no task {key[:_SHOWN]!r}")


def _checked_file(event: ArtifactSaved) -> ArtifactSaved:
    if not is_file_name(event.name):
        raise GarbledError(f"{event.name!r} is not a file name")
    if is_media_type(event.content_type):
        return event
    return msgspec.structs.replace(event, content_type=UNKNOWN_MEDIA_TYPE)


def _brief(error: Exception) -> str:
    return str(error)[:_SHOWN]
