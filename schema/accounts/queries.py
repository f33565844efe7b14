"""viewer."""

from typing import Any

import strawberry

from schema.accounts.types import Viewer, viewer_of
from schema.context import Info
from schema.fields import field


async def _viewer(info: Info) -> Any:
    return await viewer_of(info.context)


@strawberry.type
class AccountQueries:
    viewer: Viewer = field(_viewer, signed_in=True)
