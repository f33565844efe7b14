"""Flow archives on their way in, and what runs saved on its way out."""

import asyncio
import contextlib
import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from dagy_gql import clock, db
from dagy_gql.artifacts import archive
from dagy_gql.artifacts.store import archive_key
from dagy_gql.auth.actor import Actor
from dagy_gql.errors import BadUserInput, NotFound, PayloadTooLarge
from dagy_gql.repositories.artifacts import ArtifactRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FIELD = "artifact"


@dataclass(frozen=True, slots=True)
class Download:
    row: asyncpg.Record
    path: Path


def upload_url(sha256: str) -> str:
    return f"/artifacts/uploads/{sha256}"


def download_url(artifact_id: UUID) -> str:
    return f"/files/{artifact_id}"


def checked_sha256(text: str, *, field: str = "sha256") -> str:
    if not _SHA256.fullmatch(text):
        raise BadUserInput(f"{text[:100]!r} is not a SHA-256 in lower-case hex.", field=field)
    return text


def check_size(rt: Runtime, size_bytes: int) -> None:
    """Raises BadUserInput, PayloadTooLarge."""
    if size_bytes < 0:
        raise BadUserInput(f"An artifact cannot have {size_bytes} bytes.", field="sizeBytes")
    limit = rt.settings.artifact_max_bytes
    if size_bytes > limit:
        raise PayloadTooLarge(
            f"The artifact has {size_bytes} bytes; at most {limit} are taken. Leave data out of"
            " it, and let the flow read it from where it lives.",
            field=_FIELD,
        )


async def stored(rt: Runtime, actor: Actor, sha256: str) -> asyncpg.Record | None:
    """The index row, if the archive is in the store too."""
    row = await ArtifactRepository(actor.org_id).archive(sha256)
    if row is None or not await rt.artifacts.exists(row["key"]):
        return None
    return row


async def request_upload(
    rt: Runtime, actor: Actor, *, sha256: str, size_bytes: int
) -> asyncpg.Record | None:
    """The archive if it is there already; None: it may be uploaded now.

    Raises BadUserInput, PayloadTooLarge.
    """
    check_size(rt, size_bytes)
    row = await stored(rt, actor, checked_sha256(sha256))
    async with db.transaction():
        _note(actor, "request_upload", row, sha256=sha256, size_bytes=size_bytes)
    return row


async def upload(
    rt: Runtime, actor: Actor, *, sha256: str, chunks: AsyncIterator[bytes]
) -> asyncpg.Record:
    """Take an archive in: streamed, hashed, checked, stored by its content. Twice is once.

    Raises PayloadTooLarge or BadUserInput; then nothing is kept.
    """
    checked_sha256(sha256)
    with _temporary() as path:
        size_bytes = await _receive(rt, path, sha256=sha256, chunks=chunks)
        await asyncio.to_thread(archive.check, path, rt.archive_limits)
        key = archive_key(actor.org_id, sha256)
        await rt.artifacts.put(key, path)
    async with db.transaction():
        row = await ArtifactRepository(actor.org_id).add_archive(
            sha256, size_bytes=size_bytes, key=key, now=clock.now()
        )
        _note(actor, "upload", row, sha256=sha256, size_bytes=size_bytes)
    return row


def _note(
    actor: Actor, verb: str, row: asyncpg.Record | None, *, sha256: str, size_bytes: int
) -> None:
    audit.note(
        actor,
        f"artifact.{verb}",
        "Artifact",
        None if row is None else row["id"],
        name=f"{sha256}.zip",
        after={"sha256": sha256, "size_bytes": size_bytes},
    )


async def download(rt: Runtime, actor: Actor, *, artifact_id: UUID) -> Download:
    """A file that a run saved. Raises NotFound; flow archives are not handed out."""
    row = await ArtifactRepository(actor.org_id).by_id(artifact_id)
    if row["run_id"] is None:
        raise NotFound("artifact", artifact_id)
    return Download(row=row, path=await rt.artifacts.path(row["key"]))


@contextlib.contextmanager
def _temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dagy-upload-") as folder:
        yield Path(folder) / "archive.zip"


async def _receive(rt: Runtime, path: Path, *, sha256: str, chunks: AsyncIterator[bytes]) -> int:
    """Write the stream to `path`; returns its size."""
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("wb") as file:
        async for chunk in chunks:
            size_bytes += len(chunk)
            check_size(rt, size_bytes)
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != sha256:
        raise BadUserInput(
            f"The content has the SHA-256 {digest.hexdigest()}, not {sha256}: it was damaged on"
            " the way, or the address is another file's.",
            field=_FIELD,
        )
    return size_bytes
