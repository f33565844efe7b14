"""How many files an attempt at a run may leave, and how large they may be together."""

import threading

import msgspec

from dagy.errors import ArtifactLimitError
from dagy.runner.protocol import RunRequest


class FileLimits(msgspec.Struct):
    """Counts what is kept; for any thread."""

    max_files: int | None = None
    max_bytes: int | None = None
    files: int = 0
    size_bytes: int = 0
    _lock: threading.Lock = msgspec.field(default_factory=threading.Lock)

    @classmethod
    def of(cls, request: RunRequest) -> "FileLimits":
        return cls(request.max_files, request.max_files_bytes)

    def add(self, size_bytes: int) -> None:
        """Raises ArtifactLimitError, and does not count it, where there is no room for it."""
        with self._lock:
            if self.max_files is not None and self.files >= self.max_files:
                raise _full(f"{self.max_files} files", "DAGY_RUN_MAX_FILES")
            if self.max_bytes is not None and self.size_bytes + size_bytes > self.max_bytes:
                raise _full(f"{self.max_bytes} bytes in files", "DAGY_RUN_MAX_FILES_BYTES")
            self.files += 1
            self.size_bytes += size_bytes


def _full(what: str, setting: str) -> ArtifactLimitError:
    return ArtifactLimitError(
        f"a run may leave at most {what}",
        hint=f"save fewer or smaller files, write them to a store of your own, or raise {setting}",
    )
