"""What `dagy secrets rotate-key` does and says."""

import click

from dagy_gql import db
from dagy_gql.cli import variables
from dagy_gql.embedded import postgres, secrets_key
from dagy_gql.embedded.folder import LocalFolder, current_holder
from dagy_gql.keys import SealError
from dagy_gql.runtime import sealer_of
from dagy_gql.sealing import Sealer
from dagy_gql.services import secret_keys
from dagy_gql.services.secret_keys import Rotation
from dagy_gql.settings import Settings


async def rotate() -> None:
    """Raises ClickException: no database, no key, or a secret that no key opens."""
    settings = _settings()
    try:
        sealer = sealer_of(settings)
    except SealError as error:
        raise click.ClickException(str(error)) from error
    async with db.opened(settings):
        done = await secret_keys.rotate(sealer)
    _tell(done, sealer)


def _settings() -> Settings:
    """A database of one's own, or the one that `dagy up` runs on this folder."""
    settings = variables.load()
    if settings.database_url:
        return settings
    folder = LocalFolder(settings.local_dir)
    if current_holder(folder) is None:
        raise click.ClickException(
            f"DAGY_DATABASE_URL is not set, and `dagy up` does not run on {folder.root}."
        )
    file = settings.secrets_key_file or secrets_key.file_of(folder)
    return settings.model_copy(
        update={"database_url": postgres.url(folder), "secrets_key_file": file}
    )


def _tell(done: Rotation, sealer: Sealer) -> None:
    click.echo(
        f"Sealed with the key {sealer.key_id}: {done.versions} versions of secrets and "
        f"{done.channels} notification channels that another key had sealed."
    )
    if done.unreadable:
        needed = ", ".join(key for key in done.in_use if key not in sealer.key_ids)
        raise click.ClickException(
            f"{done.unreadable} cannot be read with the keys at hand"
            + (f": they need {needed}." if needed else ": they were changed after sealing.")
        )
    old = [key for key in sealer.key_ids[1:] if key not in done.in_use]
    kept = [key for key in sealer.key_ids[1:] if key in done.in_use]
    if kept:
        click.echo(f"Still in use: {', '.join(kept)}. Something seals with it: run this again.")
    if old:
        click.echo(
            f"Nothing needs {', '.join(old)} any more: once every server and worker has the key "
            f"{sealer.key_id} first, remove it."
        )
