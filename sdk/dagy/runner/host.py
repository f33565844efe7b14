"""What a run needs from whoever started it."""

from typing import Protocol

from dagy.runner.protocol import Event, Result


class Host(Protocol):
    """`emit`, `cache_get` and `secret` are called from any thread."""

    def emit(self, event: Event) -> None:
        """Takes an event, in order; may keep it back until flush()."""

    def flush(self) -> None:
        """Sends what was kept back."""

    def cache_get(self, cache_key: str) -> Result | None:
        """Waits for the answer; a host without a cache says None."""

    def secret(self, name: str) -> str:
        """Waits for the value and makes it known to `dagy.masking` before it answers. Raises
        SecretNotFoundError, SecretUnavailableError."""
