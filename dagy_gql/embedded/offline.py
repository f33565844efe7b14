"""The installation of a folder for one short command, whether `dagy up` runs on it or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dagy import profiles
from dagy_gql.embedded import postgres, redis, secrets_key, servers
from dagy_gql.embedded.folder import FolderLock, LocalFolder, current_holder
from dagy_gql.embedded.process import EmbeddedError


@dataclass(frozen=True, slots=True)
class Reached:
    """`url` is where the pages are, or were last; `is_running` says which."""

    database_url: str
    redis_url: str
    secrets_key_file: Path
    url: str
    is_running: bool


@contextmanager
def reached(root: Path) -> Iterator[Reached]:
    """Starts PostgreSQL and Redis for the block unless they run. Raises EmbeddedError."""
    folder = LocalFolder(root.expanduser().absolute())
    if not (folder.postgres / "PG_VERSION").exists():
        raise EmbeddedError(
            f"There is no installation of `dagy up` in {folder.root}. Name its folder with "
            "--local-dir, or set DAGY_DATABASE_URL and DAGY_REDIS_URL."
        )
    key_file = secrets_key.file_of(folder)
    holder = current_holder(folder)
    if holder is not None:
        address = str(holder.get("url") or _last_url(folder))
        yield Reached(postgres.url(folder), redis.url(folder), key_file, address, True)
        return
    lock = FolderLock.take(folder)
    try:
        with servers.running(folder) as started:
            yield Reached(
                started.database_url, started.redis_url, key_file, _last_url(folder), False
            )
    finally:
        lock.release()


def _last_url(folder: LocalFolder) -> str:
    try:
        known = profiles.ProfileStore(folder.root).profiles().get(profiles.LOCAL_PROFILE)
    except profiles.ProfileError:
        known = None
    return known.api_url if known else profiles.DEFAULT_API_URL
