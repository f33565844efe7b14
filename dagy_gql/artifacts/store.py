"""Where files live: flow archives, large results, and what runs save. One key layout for all."""

import asyncio
import errno
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from dagy_gql.artifacts.syncing import sync_files
from dagy_gql.errors import NotFound


def archive_key(org_id: UUID, sha256: str) -> str:
    """Archives are stored by content: two versions with the same files share one object."""
    return f"orgs/{org_id}/archives/{sha256}.zip"


def run_file_key(org_id: UUID, run_id: UUID, sha256: str) -> str:
    return f"orgs/{org_id}/runs/{run_id}/{sha256}"


class ArtifactStore(Protocol):
    """Keys are paths as the functions above make them. All methods raise NotFound for a key
    that does not exist, and OSError (or the provider's) when the store is out of reach."""

    async def put(self, key: str, source: Path) -> None:
        """Take over the file `source` (it is gone afterwards); atomic, replaces an older one."""

    async def put_all(self, files: Sequence[tuple[str, Path]]) -> None:
        """Take over many files at once. What is there already under its key stays. After an
        OSError some may be taken over; the others are still where they were."""

    async def link(self, key: str, source: Path) -> None:
        """A second key for a file that `path` gave out."""

    async def path(self, key: str) -> Path:
        """A local, readable file with the object's content. Read only."""

    async def size(self, key: str) -> int | None:
        """In bytes; None where there is no such file."""

    async def exists(self, key: str) -> bool: ...

    async def delete(self, key: str) -> None:
        """Deleting what is not there is fine."""

    async def check(self) -> None:
        """Raises OSError if the store cannot be written."""


class LocalArtifactStore:
    """A directory of this machine. A file appears under its key only when it is complete."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _file(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root.resolve()):
            raise NotFound("artifact", key)
        return path

    async def put(self, key: str, source: Path) -> None:
        await asyncio.to_thread(self._put, self._file(key), source)

    def _put(self, target: Path, source: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_files([source])
        _move(source, target)

    async def put_all(self, files: Sequence[tuple[str, Path]]) -> None:
        await asyncio.to_thread(self._put_all, [(self._file(key), path) for key, path in files])

    def _put_all(self, files: Sequence[tuple[Path, Path]]) -> None:
        new = [(target, source) for target, source in files if not target.is_file()]
        sync_files([source for _, source in new])
        for target, source in new:
            target.parent.mkdir(parents=True, exist_ok=True)
            _move(source, target)

    async def link(self, key: str, source: Path) -> None:
        await asyncio.to_thread(self._link, self._file(key), source)

    def _link(self, target: Path, source: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            _copy(source, target)

    async def size(self, key: str) -> int | None:
        return await asyncio.to_thread(self._size, self._file(key))

    def _size(self, path: Path) -> int | None:
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return None

    async def path(self, key: str) -> Path:
        path = self._file(key)
        if not path.is_file():
            raise NotFound("artifact", key)
        return path

    async def exists(self, key: str) -> bool:
        return await self.size(key) is not None

    async def delete(self, key: str) -> None:
        self._file(key).unlink(missing_ok=True)

    async def check(self) -> None:
        await asyncio.to_thread(self._probe)

    def _probe(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        probe = self._root / f".probe-{uuid4().hex}"
        probe.touch()
        probe.unlink()


def _move(source: Path, target: Path) -> None:
    """Raises OSError, and keeps nothing, where a link has taken the place of the file."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, target)
        source.unlink()
    if not stat.S_ISREG(target.lstat().st_mode):
        target.unlink()
        raise OSError(errno.EINVAL, "not a regular file", str(source))


def _copy(source: Path, target: Path) -> None:
    arriving = target.with_name(f".{uuid4().hex}")
    shutil.copyfile(source, arriving, follow_symlinks=False)
    sync_files([arriving])
    arriving.replace(target)
