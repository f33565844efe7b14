"""What one run may take of its machine, where settings do not say."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil

from dagy.runner.protocol import ErrorInfo, RunRequest

_MEGABYTE = 1024 * 1024
# Half of a smaller machine would not do for pandas and pyarrow.
_LEAST_MEMORY_MB = 2048
# What a control group allows: version 2, and version 1, where no limit is a number near 2^63.
_GROUP_FILES = ("memory.max", "memory/memory.limit_in_bytes")
_GROUPS = Path("/sys/fs/cgroup")
# A run that holds less is not what fills a disk.
_SMALL_BYTES = 64 * _MEGABYTE


def default_memory_mb(groups: Path = _GROUPS) -> int | None:
    """Half of the machine's memory, or of what the container that we are in may use; no less than
    2 GiB. None where the system keeps to no such limit."""
    if sys.platform != "linux":
        return None
    sizes = [psutil.virtual_memory().total, *_group_limits(groups)]
    return max(min(sizes) // 2 // _MEGABYTE, _LEAST_MEMORY_MB)


def _group_limits(groups: Path) -> Iterator[int]:
    for name in _GROUP_FILES:
        with suppress(OSError, ValueError):  # no such group; "max" is no limit
            yield int((groups / name).read_text())


class DiskLimits(msgspec.Struct, frozen=True):
    """`max_bytes` for the folders of one run. Where its disk has less than `reserve_bytes` left,
    runs that hold much of it are ended as well: the database may be on the same disk."""

    max_bytes: int
    reserve_bytes: int

    def exceeded(self, request: RunRequest) -> ErrorInfo | None:
        """Why the run must end. Reads the sizes of all its files: 9 µs for each."""
        held = sum(_held_bytes(folder) for folder in (request.work_dir, request.spool_dir))
        if held > self.max_bytes:
            return _error(held, f"at most {_mb(self.max_bytes)} MB", "DAGY_RUN_DISK_LIMIT_MB")
        if held > _SMALL_BYTES and (left := _left_bytes(request.work_dir)) < self.reserve_bytes:
            return _error(
                held,
                f"less while the disk has {_mb(left)} MB left",
                "DAGY_RUN_DISK_RESERVE_MB says what has to be left",
            )
        return None


def _error(held: int, allowed: str, setting: str) -> ErrorInfo:
    return ErrorInfo(
        code="DISK_EXCEEDED",
        message=f"The run holds {_mb(held)} MB in its folder, and may hold {allowed}.",
        hint=f"Delete what is not needed any more, or write it to a store of your own ({setting}).",
    )


def _held_bytes(folder: str) -> int:
    """What the files take on the disk: a sparse one less than its size. What a run removes
    meanwhile is passed over."""
    found, waiting = 0, [folder]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        found += entry.stat(follow_symlinks=False).st_blocks * 512
    return found


def _left_bytes(folder: str) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def _mb(size: int) -> int:
    return size // _MEGABYTE
