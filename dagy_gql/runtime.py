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
from dagy_gql.keys import SealError
from dagy_gql.recent import Recent
from dagy_gql.sealing import Sealer
from dagy_gql.settings import Settings
from dagy_gql.tails import Tails


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    bus: Bus
    tails: Tails
    artifacts: ArtifactStore
    sources: SourceCache
    archive_limits: ArchiveLimits
    engines: frozenset[Executor]
    sealer: Sealer
    recent: Recent


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Runtime]:
    """Database pool, bus and stores, open; closed again on exit.

    Raises SealError where there is no key for secrets.
    """
    sealer = sealer_of(settings)
    store = LocalArtifactStore(settings.artifact_dir)
    limits = ArchiveLimits(settings.artifact_unpacked_max_bytes, settings.artifact_max_files)
    async with db.opened(settings):
        bus, tails, recent = Bus(settings), Tails(), Recent()
        try:
            yield Runtime(
                settings=settings,
                bus=bus,
                tails=tails,
                artifacts=store,
                sources=SourceCache(store, settings.cache_dir, limits),
                archive_limits=limits,
                engines=frozenset({Executor.LOCAL}),
                sealer=sealer,
                recent=recent,
            )
        finally:
            await recent.close()
            await tails.close()
            await bus.close()


def sealer_of(settings: Settings) -> Sealer:
    """Raises SealError: no key, a file that cannot be read, or a text that is no key."""
    keys = settings.secrets_key.get_secret_value()
    if not keys and settings.secrets_key_file is not None:
        try:
            keys = settings.secrets_key_file.read_text()
        except OSError as error:
            raise SealError(
                f"DAGY_SECRETS_KEY_FILE is {settings.secrets_key_file}, which cannot be read: "
                f"{error.strerror}."
            ) from error
    return Sealer(keys)
