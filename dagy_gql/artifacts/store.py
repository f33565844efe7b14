"""Where files live: flow archives, large results, and what runs save. One key layout for all."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

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

    async def path(self, key: str) -> Path:
        """A local, readable file with the object's content. Read only."""

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
        arriving = target.with_name(f".{uuid4().hex}")
        shutil.move(source, arriving)
        with arriving.open("rb") as file:
            os.fsync(file.fileno())
        arriving.replace(target)

    async def path(self, key: str) -> Path:
        path = self._file(key)
        if not path.is_file():
            raise NotFound("artifact", key)
        return path

    async def exists(self, key: str) -> bool:
        return self._file(key).is_file()

    async def delete(self, key: str) -> None:
        self._file(key).unlink(missing_ok=True)

    async def check(self) -> None:
        await asyncio.to_thread(self._probe)

    def _probe(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        probe = self._root / f".probe-{uuid4().hex}"
        probe.touch()
        probe.unlink()
