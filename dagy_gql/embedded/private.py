"""Files for the owner alone: keys, passwords, and all else in the folder of an installation."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dagy_gql.embedded.process import EmbeddedError, Identity

UMASK = 0o077


def write_new(path: Path, content: str) -> None:
    """Only the owner may read it, from its first byte on, and it survives a power cut.

    Raises EmbeddedError, also where there is one already.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as made:
            _write(made.fileno(), content)
        _sync_folder(path.parent)
    except OSError as error:
        raise EmbeddedError(f"Cannot write {path}: {error.strerror}.") from error


def replace(path: Path, content: str, *, identity: Identity | None = None) -> None:
    """The whole of a file at once, the old or the new, for `identity` or for us alone."""
    try:
        descriptor, arriving = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(descriptor, "w"):
                if identity is not None:
                    os.fchown(descriptor, identity.uid, identity.gid)
                _write(descriptor, content)
            Path(arriving).replace(path)
        except BaseException:
            Path(arriving).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise EmbeddedError(f"Cannot write {path}: {error.strerror}.") from error


def close_to_others(root: Path, *, not_below: frozenset[str] = frozenset()) -> int:
    """Take group's and others' rights from all that is ours below `root`; returns how many had
    some. `not_below` names folders in `root` whose content is left as it is.

    Links are not followed, and what goes away meanwhile is no error: the installation may run.
    """
    return sum(_close(path) for path in _entries(root, not_below))


def _entries(root: Path, not_below: frozenset[str]) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        yield from (Path(folder, name) for name in (*names, *files))
        if Path(folder) == root:
            names[:] = [name for name in names if name not in not_below]


def _close(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        is_open = bool(found.st_mode & UMASK) and not stat.S_ISLNK(found.st_mode)
        if is_open and found.st_uid == os.geteuid():
            path.chmod(stat.S_IMODE(found.st_mode) & ~UMASK)
            return True
    return False


def _write(descriptor: int, content: str) -> None:
    left = content.encode()
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
