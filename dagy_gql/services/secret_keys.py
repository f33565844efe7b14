"""The keys of the installation: are they the right ones, and re-encryption with a new one."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from dagy_gql import db, tenancy
from dagy_gql.auth import actor
from dagy_gql.keys import SealError
from dagy_gql.repositories import secrets
from dagy_gql.sealing import Sealer
from dagy_gql.services import audit

BATCH = 200

Stale = Callable[..., Awaitable[list[asyncpg.Record]]]
Write = Callable[[Sequence[tuple[UUID, str]], str], Awaitable[None]]


@dataclass(slots=True)
class Rotation:
    """How many were sealed anew, how many could not be read, and the keys that are in use now."""

    versions: int = 0
    channels: int = 0
    unreadable: int = 0
    in_use: Sequence[str] = ()


async def check(sealer: Sealer) -> None:
    """Raises SealError where something is sealed with a key that this process does not have."""
    missing = [key for key in await secrets.key_ids_all_orgs() if key not in sealer.key_ids]
    if missing:
        raise SealError(
            f"Stored secrets are sealed with the key{'s' * (len(missing) > 1)} "
            f"{', '.join(missing)}, but DAGY_SECRETS_KEY holds {', '.join(sealer.key_ids)}. "
            "Give the missing key too, separated by a comma; where it is lost, so are the secrets: "
            "delete them and set them anew."
        )


@tenancy.across_organizations
async def rotate(sealer: Sealer) -> Rotation:
    """Seal with the first key all that another key has sealed.

    In batches, each a transaction: it may be stopped and started again, beside running servers.
    """
    rotation = Rotation()
    kinds: list[tuple[str, Stale, Write]] = [
        ("versions", secrets.stale_versions_all_orgs, secrets.reseal_versions_all_orgs),
        ("channels", secrets.stale_channels_all_orgs, secrets.reseal_channels_all_orgs),
    ]
    for kind, stale, write in kinds:
        after: UUID | None = None
        while rows := await _batch(sealer, rotation, kind, stale, write, after):
            after = rows[-1]["id"]
    rotation.in_use = await secrets.key_ids_all_orgs()
    return rotation


async def _batch(
    sealer: Sealer, rotation: Rotation, kind: str, stale: Stale, write: Write, after: UUID | None
) -> list[asyncpg.Record]:
    async with db.transaction():
        rows = await stale(sealer.key_id, after=after, limit=BATCH)
        sealed: list[tuple[UUID, str]] = []
        for row in rows:
            try:
                sealed.append((row["id"], sealer.resealed(row["sealed"])))
            except SealError:
                rotation.unreadable += 1
        if sealed:
            await write(sealed, sealer.key_id)
            _note(rows, sealed, kind, sealer.key_id)
    setattr(rotation, kind, getattr(rotation, kind) + len(sealed))
    return rows


def _note(
    rows: Sequence[asyncpg.Record], sealed: Sequence[tuple[UUID, str]], kind: str, key_id: str
) -> None:
    """One line an organization and batch: nothing but the key has changed."""
    done = {key for key, _ in sealed}
    counts: dict[UUID, int] = {}
    for row in rows:
        if row["id"] in done:
            counts[row["org_id"]] = counts.get(row["org_id"], 0) + 1
    for org_id, count in counts.items():
        after = {kind: count, "key_id": key_id}
        audit.note(actor.system(org_id), "secret.reseal", "Secret", None, after=after)
