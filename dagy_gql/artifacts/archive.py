"""Flow archives: checked before they are stored and again before they are used.

A zip from outside is hostile until proven otherwise: entries that leave the folder, links and
device files, bombs, and damaged data are all refused, and nothing is left half unpacked.
"""

import hashlib
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from uuid import uuid4

from dagy_gql.errors import BadUserInput

_CHUNK_BYTES = 1024 * 1024
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
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > limits.max_files:
                raise _refused(f"has {len(entries)} entries; at most {limits.max_files} are taken")
            for entry in entries:
                _check_entry(entry)
            _check_sizes(archive, limits)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _refused(f"is not a readable zip archive ({error})") from error


def unpack(path: Path, target: Path, limits: ArchiveLimits) -> None:
    """Unpack into `target` all at once: it appears complete or not at all."""
    check(path, limits)
    arriving = target.with_name(f".{target.name}-{uuid4().hex}")
    arriving.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(arriving)
        try:
            arriving.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(arriving, ignore_errors=True)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in entry.filename:
        raise _refused(f"has the entry {entry.filename!r}, which leaves its folder")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(f"has the entry {entry.filename!r}, which is a link or a device")
    if entry.flag_bits & 0x1:
        raise _refused(f"has the encrypted entry {entry.filename!r}")


def _check_sizes(archive: zipfile.ZipFile, limits: ArchiveLimits) -> None:
    """Count what really comes out: the sizes in the header may lie."""
    total = 0
    for entry in archive.infolist():
        with archive.open(entry) as file:
            while chunk := file.read(_CHUNK_BYTES):
                total += len(chunk)
                if total > limits.max_unpacked_bytes:
                    raise _refused(
                        f"unpacks to more than {limits.max_unpacked_bytes} bytes; "
                        "leave large data out of the archive"
                    )


def _refused(why: str) -> BadUserInput:
    return BadUserInput(f"The artifact {why}.", field=_FIELD)
