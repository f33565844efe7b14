"""One run, live: its events and its log lines as one stream, in the order of their time."""

from collections import deque
from collections.abc import Iterator

from dagy.api.models import LogLine, RunEvent

Item = RunEvent | LogLine
# Long enough to put a replay of both streams in order, short enough not to be seen.
GATHER_SECONDS = 0.03


def by_time(waiting: list[deque[Item]]) -> Iterator[Item]:
    """What stands in the queues, the earliest first; each queue keeps its own order."""
    while heads := [items for items in waiting if items]:
        yield min(heads, key=lambda items: items[0].at).popleft()
