"""Flow archives: checked before they are stored and again before they are used.

A zip from outside is hostile until proven otherwise: entries that leave the folder, links and
device files, names that cannot be files, bombs, and damaged data are all refused, and nothing is
left half unpacked.
"""

import hashlib
import lzma
import os
import shutil
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import uuid4

from dagy_gql.artifacts.zip_directory import DirectoryError, check_directory
from dagy_gql.errors import BadUserInput

# All that `zipfile` and the decompressors raise for bytes that are no archive.
UNREADABLE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
_CHUNK_BYTES = 1024 * 1024
# What file systems take.
_MAX_NAME_BYTES = 255
_MAX_PATH_BYTES = 1_000
# Java's deepest packages have 20.
_MAX_FOLDERS = 40
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SHOWN = 100
_FIELD = "artifact"


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    max_unpacked_bytes: int
    max_files: int


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: Path, limits: ArchiveLimits) -> None:
    """Raises BadUserInput, naming the entry, unless the archive is safe and complete."""
    try:
        check_directory(path, max_files=limits.max_files)
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            for entry in entries:
                _check_entry(entry)
            _check_names(entries)
            _check_compressed(entries, path.stat().st_size)
            _check_contents(archive, limits)
    except DirectoryError as error:
        raise _refused(str(error)) from error
    except UNREADABLE as error:
        raise _refused(f"is not a readable zip archive{_why(error)}") from error


def unpack(path: Path, target: Path, limits: ArchiveLimits) -> None:
    """Unpack into `target` all at once: it appears complete or not at all."""
    check(path, limits)
    arriving = target.with_name(f".{target.name}-{uuid4().hex}")
    arriving.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(arriving)
        _open_to_readers(arriving)
        try:
            arriving.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(arriving, ignore_errors=True)


def _open_to_readers(folder: Path) -> None:
    """Whatever the umask: runs may be executed as another user. Who may come here at all is for
    the folder of the cache to say."""
    for place, _, files in os.walk(folder):
        Path(place).chmod(0o755)
        for name in files:
            Path(place, name).chmod(0o644)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in entry.filename:
        raise _refused(f"has the entry {_shown(entry)}, which leaves its folder")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(f"has the entry {_shown(entry)}, which is a link or a device")
    if entry.flag_bits & 0x1:
        raise _refused(f"has the encrypted entry {_shown(entry)}")
    if entry.compress_type not in _COMPRESSIONS:
        raise _refused(
            f"has the entry {_shown(entry)}, which is neither stored nor deflated: "
            "other compressions are not taken"
        )


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    """Each must become a file or a folder of its own."""
    files: dict[tuple[str, ...], zipfile.ZipInfo] = {}
    folders: set[tuple[str, ...]] = set()
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        if not parts and not entry.filename.endswith("/"):
            raise _refused(f"has the entry {_shown(entry)}, which is no name of a file")
        longest = max((len(part.encode()) for part in parts), default=0)
        if longest > _MAX_NAME_BYTES or len(entry.filename.encode()) > _MAX_PATH_BYTES:
            raise _refused(f"has the entry {_shown(entry)}, whose name is too long for a file")
        if len(parts) > _MAX_FOLDERS:
            raise _refused(f"has the entry {_shown(entry)}, in more than {_MAX_FOLDERS} folders")
        folders.update(parts[:end] for end in range(len(parts)))
        if entry.is_dir():
            folders.add(parts)
        elif parts in files:
            raise _refused(f"has the entry {_shown(entry)} twice")
        else:
            files[parts] = entry
    for parts, entry in files.items():
        if parts in folders:
            raise _refused(f"has the entry {_shown(entry)}, which is a file and a folder")


def _check_compressed(entries: list[zipfile.ZipInfo], archive_bytes: int) -> None:
    """Entries that share their data would be read once for each of them."""
    if sum(entry.compress_size for entry in entries) > archive_bytes:
        raise _refused("has entries that overlap")


def _check_contents(archive: zipfile.ZipFile, limits: ArchiveLimits) -> None:
    """Count what really comes out: the sizes in the header may lie. The end of an entry tells
    whether its checksum holds."""
    total = 0
    for entry in archive.infolist():
        try:
            total += _unpacked_bytes(archive, entry, limits.max_unpacked_bytes - total)
        except UNREADABLE as error:
            raise _refused(f"has the damaged entry {_shown(entry)}{_why(error)}") from error
        if total > limits.max_unpacked_bytes:
            raise _refused(
                f"unpacks to more than {limits.max_unpacked_bytes} bytes, with the entry "
                f"{_shown(entry)}; leave large data out of the archive"
            )


def _unpacked_bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> int:
    """Stops where it is more than `most`."""
    size_bytes = 0
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK_BYTES):
            size_bytes += len(chunk)
            if size_bytes > most:
                return size_bytes
    if size_bytes != entry.file_size:
        raise zipfile.BadZipFile(f"it has {size_bytes} bytes, not {entry.file_size}")
    return size_bytes


def _shown(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}...")


def _why(error: Exception) -> str:
    """Nothing of what the operating system says, which names files of ours."""
    return "" if isinstance(error, OSError) else f" ({str(error)[:200]})"


def _refused(why: str) -> BadUserInput:
    return BadUserInput(f"The artifact {why}.", field=_FIELD)
