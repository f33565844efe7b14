"""Who made something, by the names that people know."""

from collections.abc import Sequence
from typing import Any

from dagy_gql.repositories.api_keys import ApiKeyRepository
from schema.context import Context
from schema.fields import field, object_type

_KEY = "key:"
_SERVICE_ACCOUNT = "service:"


@object_type(description="Who made something, or started it.")
class Creator:
    name: str = field(
        read=lambda creator: creator["name"],
        description="A person's e-mail address, the name of a service account, or system.",
    )
    api_key: str | None = field(
        read=lambda creator: creator["api_key"],
        description="The name of the API key that it was done with.",
    )


async def creators_by_stored_name(context: Context, keys: Sequence[str]) -> dict[str, Any]:
    """`keys` are what created_by columns keep."""
    prefixes = [key.removeprefix(_KEY) for key in keys if key.startswith(_KEY)]
    holders = await ApiKeyRepository(context.actor.org_id).holders(prefixes) if prefixes else {}
    return {key: _creator(key, holders) for key in keys}


def _creator(stored: str, holders: dict[str, Any]) -> dict[str, str | None]:
    holder = holders.get(stored.removeprefix(_KEY)) if stored.startswith(_KEY) else None
    if holder is not None:
        return {"name": holder["email"], "api_key": holder["name"]}
    return {"name": stored.removeprefix(_SERVICE_ACCOUNT), "api_key": None}
