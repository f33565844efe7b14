"""The one start-up of API, worker, CLI and tests: what every service gets handed as `rt`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dagy_gql import db
from dagy_gql.artifacts.archive import ArchiveLimits
from dagy_gql.artifacts.sources import SourceCache
from dagy_gql.artifacts.store import ArtifactStore, LocalArtifactStore
from dagy_gql.bus import Bus
from dagy_gql.enums import Executor
from dagy_gql.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    bus: Bus
    artifacts: ArtifactStore
    sources: SourceCache
    archive_limits: ArchiveLimits
    engines: frozenset[Executor]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Runtime]:
    """Database pool, bus and stores, open; closed again on exit."""
    store = LocalArtifactStore(settings.artifact_dir)
    limits = ArchiveLimits(settings.artifact_unpacked_max_bytes, settings.artifact_max_files)
    async with db.opened(settings):
        bus = Bus(settings)
        try:
            yield Runtime(
                settings=settings,
                bus=bus,
                artifacts=store,
                sources=SourceCache(store, settings.cache_dir, limits),
                archive_limits=limits,
                engines=frozenset({Executor.LOCAL}),
            )
        finally:
            await bus.close()
