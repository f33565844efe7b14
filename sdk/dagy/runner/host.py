"""What a run needs from whoever started it."""

from typing import Protocol

from dagy.runner.protocol import Event, Result


class Host(Protocol):
    """`emit` and `cache_get` are called from any thread."""

    def emit(self, event: Event) -> None:
        """Takes an event, in order; may keep it back until flush()."""

    def flush(self) -> None:
        """Sends what was kept back."""

    def cache_get(self, cache_key: str) -> Result | None:
        """Waits for the answer; a host without a cache says None."""
