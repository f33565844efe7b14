"""SourceFile: a text file of a flow's archive."""

from collections.abc import Sequence
from typing import Any

from dagy_gql.artifacts.source_text import MOST_FILES
from dagy_gql.services import flow_sources
from schema.context import Context
from schema.fields import object_type

# A file has some kilobytes: as many as twenty ordinary objects.
SOURCE_FILES_COST = 20 * MOST_FILES


@object_type(description="A text file of a flow's archive.")
class SourceFile:
    path: str
    text: str
    is_truncated: bool


async def source_files(context: Context, keys: Sequence[str]) -> dict[str, Any]:
    return dict(await flow_sources.files_of(context.rt, context.actor, keys))
