"""Unpacked flow archives, by content: what zygotes import. Unpacked once, then only read."""

import asyncio
from pathlib import Path
from uuid import UUID

from dagy_gql.artifacts.archive import ArchiveLimits, sha256_of, unpack
from dagy_gql.artifacts.store import ArtifactStore, archive_key
from dagy_gql.errors import Unavailable


class SourceCache:
    """`folder(...)` answers from the cache; the first call for a content unpacks it."""

    def __init__(self, store: ArtifactStore, root: Path, limits: ArchiveLimits) -> None:
        self._store = store
        self._root = root
        self._limits = limits
        self._arriving: dict[str, asyncio.Lock] = {}

    async def folder(self, org_id: UUID, sha256: str) -> Path:
        """Raises NotFound if the archive is gone, Unavailable if its content has changed or there
        is no room for it."""
        target = self._root / sha256
        if target.is_dir():
            return target
        async with self._arriving.setdefault(sha256, asyncio.Lock()):
            if not target.is_dir():
                archive = await self._store.path(archive_key(org_id, sha256))
                await asyncio.to_thread(self._unpack, archive, sha256, target)
        self._arriving.pop(sha256, None)
        return target

    def _unpack(self, archive: Path, sha256: str, target: Path) -> None:
        found = sha256_of(archive)
        if found != sha256:
            raise Unavailable(
                f"The stored archive {sha256} has the content {found}: deploy the flow again."
            )
        try:
            unpack(archive, target, self._limits)
        except OSError as error:
            # Not its text, which names folders of the server.
            why = error.strerror or type(error).__name__
            raise Unavailable(f"The archive {sha256} could not be unpacked: {why}.") from error
