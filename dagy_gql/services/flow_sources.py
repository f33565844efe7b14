"""The source of flow versions, to be read in a browser."""

import asyncio
from collections.abc import Sequence

from dagy_gql.artifacts.source_text import SourceFile, source_files
from dagy_gql.artifacts.store import archive_key
from dagy_gql.auth.actor import Actor
from dagy_gql.runtime import Runtime


async def files_of(
    rt: Runtime, actor: Actor, sha256s: Sequence[str]
) -> dict[str, list[SourceFile]]:
    """By the content of the archive. Raises NotFound, Unavailable."""
    found = {}
    for sha256 in sha256s:
        path = await rt.artifacts.path(archive_key(actor.org_id, sha256))
        found[sha256] = await asyncio.to_thread(source_files, path)
    return found
