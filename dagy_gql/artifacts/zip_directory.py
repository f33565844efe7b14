"""The directory at the end of a zip archive, looked at before anything parses it: `zipfile` makes
an object of each entry, 460 MB of them for a directory of 63 MB."""

import struct
from pathlib import Path
from typing import BinaryIO

_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_SIGNATURE = b"PK\x01\x02"
_ZIP64_LOCATOR = struct.Struct("<4sLQL")
_ZIP64_SIGNATURE = b"PK\x06\x07"
_MAX_COMMENT_BYTES = 65_535
# A name, its extra fields and its comment; ours have 100 bytes.
_MOST_ENTRY_BYTES = 2_048


class DirectoryError(Exception):
    """Why the directory is not taken, as the end of a sentence that begins "The artifact"."""


def check_directory(path: Path, *, max_files: int) -> None:
    """Raises DirectoryError unless it has at most so many entries, and nothing else."""
    with path.open("rb") as file:
        data = _directory(file, max_files)
    count, at = 0, 0
    while at < len(data):
        if count == max_files:
            raise _crowd(max_files)
        at += _entry_bytes(data, at)
        count += 1


def _directory(file: BinaryIO, max_files: int) -> bytes:
    size = file.seek(0, 2)
    tail_at = max(0, size - _END.size - _MAX_COMMENT_BYTES)
    file.seek(tail_at)
    tail = file.read()
    end_at = _end(tail)
    _, disk, first_disk, _, count, directory_bytes, _, _ = _END.unpack_from(tail, end_at)
    locator_at = end_at - _ZIP64_LOCATOR.size
    if locator_at >= 0 and tail.startswith(_ZIP64_SIGNATURE, locator_at):
        raise DirectoryError("is in the format zip64, which only larger archives need")
    start = tail_at + end_at - directory_bytes
    if disk or first_disk or start < 0:
        raise _unreadable("its directory is not where its end says")
    if count > max_files:
        raise _crowd(max_files, count)
    if directory_bytes > max_files * _MOST_ENTRY_BYTES:
        raise DirectoryError(f"has a directory of {directory_bytes} bytes, which is too large")
    file.seek(start)
    return file.read(directory_bytes)


def _end(tail: bytes) -> int:
    """Where `zipfile` finds it: without a comment, or the last one that is there."""
    plain = len(tail) - _END.size
    if plain >= 0 and tail.startswith(_END_SIGNATURE, plain) and tail.endswith(b"\0\0"):
        return plain
    found = tail.rfind(_END_SIGNATURE)
    if found < 0 or found > plain:
        raise _unreadable("it has no directory")
    return found


def _entry_bytes(data: bytes, at: int) -> int:
    if len(data) - at < _ENTRY.size or not data.startswith(_ENTRY_SIGNATURE, at):
        raise _unreadable("its directory is damaged")
    fields = _ENTRY.unpack_from(data, at)
    name_bytes, extra_bytes, comment_bytes = fields[10:13]
    return _ENTRY.size + int(name_bytes + extra_bytes + comment_bytes)


def _crowd(max_files: int, count: int | None = None) -> DirectoryError:
    has = f"more than {max_files}" if count is None else str(count)
    return DirectoryError(f"has {has} entries; at most {max_files} are taken")


def _unreadable(why: str) -> DirectoryError:
    return DirectoryError(f"is not a readable zip archive ({why})")
