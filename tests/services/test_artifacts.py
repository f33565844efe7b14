"""Uploads: streamed, checked, and kept only when they are right."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dagy_gql import clock, db
from dagy_gql.artifacts.store import archive_key
from dagy_gql.auth.actor import Actor
from dagy_gql.errors import BadUserInput
from dagy_gql.repositories import organizations
from dagy_gql.runtime import Runtime
from dagy_gql.services import artifacts
from tests.api.flows import archive, sha256


async def actor() -> Actor:
    org_id = await organizations.add_organization("mine", slug="mine", now=clock.now())
    return Actor(org_id=org_id, name="dev@example.com", permissions=frozenset())


async def chunks(content: bytes, size: int = 10) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def test_a_stream_of_small_chunks_is_put_together(rt: Runtime) -> None:
    who, content = await actor(), archive()
    row = await artifacts.upload(rt, who, sha256=sha256(content), chunks=chunks(content))
    path = await rt.artifacts.path(archive_key(who.org_id, sha256(content)))
    assert path.read_bytes() == content
    assert (row["size_bytes"], row["run_id"]) == (len(content), None)
    assert await artifacts.stored(rt, who, sha256(content)) is not None


async def test_uploads_of_the_same_content_at_once_make_one_row(rt: Runtime) -> None:
    who, content = await actor(), archive()
    rows = await asyncio.gather(
        *(
            artifacts.upload(rt, who, sha256=sha256(content), chunks=chunks(content))
            for _ in range(4)
        )
    )
    assert len({row["id"] for row in rows}) == 1
    assert await db.fetch_value("SELECT count(*) FROM artifacts") == 1


async def test_what_the_store_has_lost_must_be_uploaded_again(rt: Runtime) -> None:
    who, content = await actor(), archive()
    await artifacts.upload(rt, who, sha256=sha256(content), chunks=chunks(content))
    await rt.artifacts.delete(archive_key(who.org_id, sha256(content)))
    assert await artifacts.stored(rt, who, sha256(content)) is None
    await artifacts.upload(rt, who, sha256=sha256(content), chunks=chunks(content))
    assert await artifacts.stored(rt, who, sha256(content)) is not None


async def test_a_client_that_goes_away_leaves_nothing(
    rt: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "uploads"))
    (tmp_path / "uploads").mkdir()
    who, content = await actor(), archive()

    async def cut() -> AsyncIterator[bytes]:
        yield content[:20]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await artifacts.upload(rt, who, sha256=sha256(content), chunks=cut())
    assert list((tmp_path / "uploads").iterdir()) == []
    assert await artifacts.stored(rt, who, sha256(content)) is None


async def test_a_wrong_hash_says_both(rt: Runtime) -> None:
    who, content = await actor(), archive()
    with pytest.raises(BadUserInput) as caught:
        await artifacts.upload(rt, who, sha256="0" * 64, chunks=chunks(content))
    assert hashlib.sha256(content).hexdigest() in caught.value.message
    assert "0" * 64 in caught.value.message
