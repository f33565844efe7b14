"""Secrets: rules, versions, rotation of keys, and what the audit log holds."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from dagy_gql import db
from dagy_gql.auth.actor import Actor
from dagy_gql.enums import ChannelKind
from dagy_gql.errors import BadUserInput, Conflict, NotFound, Unavailable
from dagy_gql.ids import new_id
from dagy_gql.keys import SealError, new_key
from dagy_gql.repositories.secrets import SecretVersionRepository
from dagy_gql.runtime import Runtime, sealer_of
from dagy_gql.sealing import Sealer
from dagy_gql.services import environments, secret_keys, secrets
from dagy_gql.settings import Settings
from tests.support.deployed import organization

VALUE = "s3cr3t-Value/with+signs"


@pytest.fixture
async def actor(rt: Runtime) -> Actor:
    return await organization(rt)


async def made(rt: Runtime, actor: Actor, name: str = "TOKEN", **values: Any) -> UUID:
    row = await secrets.create(rt, actor, **({"name": name, "value": VALUE} | values))
    key: UUID = row["id"]
    return key


async def stored() -> list[tuple[Any, ...]]:
    rows = await db.fetch(
        "SELECT s.name, s.current_version, v.version FROM secrets s"
        " JOIN secret_versions v ON v.secret_id = s.id ORDER BY s.id, v.version"
    )
    return [tuple(row) for row in rows]


async def audited() -> list[tuple[Any, ...]]:
    rows = await db.fetch("SELECT action, before, after FROM audit_logs ORDER BY sequence")
    return [tuple(row) for row in rows]


async def test_a_value_is_stored_sealed_and_revealed_with_a_note(rt: Runtime, actor: Actor) -> None:
    key = await made(rt, actor, description="for the API")

    row, version, value = await secrets.reveal(rt, actor, secret_id=key)

    assert (row["name"], row["description"], version, value) == ("TOKEN", "for the API", 1, VALUE)
    sealed = await db.fetch_value("SELECT sealed_value FROM secret_versions")
    assert VALUE not in sealed
    assert rt.sealer.open(sealed).decode() == VALUE
    assert [action for action, _, _ in await audited()] == ["secret.create", "secret.reveal"]
    assert (await audited())[1] == ("secret.reveal", None, {"version": 1})


async def test_a_new_value_is_a_new_version_and_the_old_one_stays(
    rt: Runtime, actor: Actor
) -> None:
    key = await made(rt, actor)
    await secrets.update(rt, actor, {"value": "second"}, secret_id=key)
    await secrets.update(rt, actor, {"description": "no new version"}, secret_id=key)

    assert await stored() == [("TOKEN", 2, 1), ("TOKEN", 2, 2)]
    assert (await secrets.reveal(rt, actor, secret_id=key))[1:] == (2, "second")
    assert (await secrets.reveal(rt, actor, secret_id=key, version=1))[1:] == (1, VALUE)
    with pytest.raises(NotFound):
        await secrets.reveal(rt, actor, secret_id=key, version=3)


async def test_rolling_back_makes_a_new_version_of_the_old_value(rt: Runtime, actor: Actor) -> None:
    key = await made(rt, actor)
    await secrets.update(rt, actor, {"value": "second"}, secret_id=key)

    row = await secrets.roll_back(rt, actor, secret_id=key, version=1)

    assert row["current_version"] == 3
    assert (await secrets.reveal(rt, actor, secret_id=key))[1:] == (3, VALUE)
    with pytest.raises(NotFound):
        await secrets.roll_back(rt, actor, secret_id=key, version=9)
    assert [version for _, _, version in await stored()] == [1, 2, 3]


async def test_changes_at_once_make_a_version_each(rt: Runtime, actor: Actor) -> None:
    key = await made(rt, actor)
    values = [{"value": f"value {number}"} for number in range(5)]
    await asyncio.gather(*(secrets.update(rt, actor, one, secret_id=key) for one in values))
    assert [version for _, _, version in await stored()] == [1, 2, 3, 4, 5, 6]


async def test_a_name_is_taken_once_in_an_environment_and_once_for_all(
    rt: Runtime, actor: Actor
) -> None:
    await environments.create(rt, actor, {"name": "production"})
    await made(rt, actor)
    await made(rt, actor, environment="production")
    await made(rt, await organization(rt, name="other"))
    for environment in (None, "production"):
        with pytest.raises(Conflict, match="'TOKEN'"):
            await made(rt, actor, environment=environment)
    with pytest.raises(NotFound):
        await made(rt, actor, environment="nowhere")
    assert len(await stored()) == 3


@pytest.mark.parametrize("name", ["", "token", "1A", "A-B", "A B", "A" * 101, "ÄB", "A\n"])
async def test_a_bad_name_is_refused(rt: Runtime, actor: Actor, name: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        await made(rt, actor, name)
    assert caught.value.extensions["field"] == "name"
    assert await stored() == []


@pytest.mark.parametrize("value", ["x" * (64 * 1024 + 1), "ä" * (32 * 1024 + 1), "\ud800"])
async def test_a_bad_value_is_refused_without_being_shown(
    rt: Runtime, actor: Actor, value: str
) -> None:
    with pytest.raises(BadUserInput) as caught:
        await made(rt, actor, value=value)
    assert caught.value.extensions["field"] == "value"
    assert value not in caught.value.message
    assert await stored() == []


@pytest.mark.parametrize("value", ["", "x" * 64 * 1024, "\x00 ☃"])
async def test_any_text_of_64_kb_is_a_value(rt: Runtime, actor: Actor, value: str) -> None:
    key = await made(rt, actor, value=value)
    assert (await secrets.reveal(rt, actor, secret_id=key))[2] == value


async def test_another_organizations_secret_is_not_found(rt: Runtime, actor: Actor) -> None:
    key = await made(rt, actor)
    stranger = await organization(rt, name="other")
    for attempt in (
        secrets.update(rt, stranger, {"value": "x"}, secret_id=key),
        secrets.reveal(rt, stranger, secret_id=key),
        secrets.roll_back(rt, stranger, secret_id=key, version=1),
        secrets.delete(rt, stranger, secret_id=key),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await stored() == [("TOKEN", 1, 1)]


async def test_a_deleted_secret_takes_its_versions_along(rt: Runtime, actor: Actor) -> None:
    key = await made(rt, actor)
    await secrets.delete(rt, actor, secret_id=key)
    assert await db.fetch_value("SELECT count(*) FROM secret_versions") == 0
    with pytest.raises(NotFound):
        await secrets.delete(rt, actor, secret_id=key)


async def test_no_note_of_the_audit_log_holds_a_value(rt: Runtime, actor: Actor) -> None:
    key = await made(rt, actor)
    await secrets.update(rt, actor, {"value": VALUE * 2}, secret_id=key)
    await secrets.roll_back(rt, actor, secret_id=key, version=1)
    await secrets.reveal(rt, actor, secret_id=key)
    await secrets.delete(rt, actor, secret_id=key)
    text = await db.fetch_value("SELECT string_agg(to_jsonb(l)::text, '') FROM audit_logs l")
    assert VALUE not in text
    assert "sealed" not in text
    assert len(await audited()) == 5


def with_keys(rt: Runtime, *keys: str) -> Runtime:
    return replace(rt, sealer=Sealer(",".join(keys)))


async def add_channel(rt: Runtime, actor: Actor, name: str, sealed: str | None) -> None:
    await db.execute(
        "INSERT INTO notification_channels (id, org_id, name, kind, config, sealed_config, enabled,"
        " created_by, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, '{}', $5, true, '', now(), now())",
        new_id(),
        actor.org_id,
        name,
        ChannelKind.SLACK,
        sealed,
    )


async def test_rotation_seals_everything_with_the_first_key(
    rt: Runtime, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_keys, "BATCH", 2)
    old, new = new_key(), new_key()
    before, both = with_keys(rt, old), with_keys(rt, new, old)
    keys = [await made(before, actor, f"TOKEN_{number}") for number in range(5)]
    await made(both, actor, "YOUNG")
    await add_channel(rt, actor, "one", before.sealer.seal(b"{}"))
    await add_channel(rt, actor, "two", None)

    done = await secret_keys.rotate(both.sealer)
    again = await secret_keys.rotate(both.sealer)

    assert (done.versions, done.channels, done.unreadable) == (5, 1, 0)
    assert (again.versions, again.channels, again.unreadable) == (0, 0, 0)
    assert done.in_use == [Sealer(new).key_id]
    alone = with_keys(rt, new)
    for key in keys:
        assert (await secrets.reveal(alone, actor, secret_id=key))[2] == VALUE
    assert (
        await db.fetch_value(
            "SELECT count(*) FROM secret_versions WHERE key_id <> $1", alone.sealer.key_id
        )
        == 0
    )
    resealed = [after for action, _, after in await audited() if action == "secret.reseal"]
    assert sum(after.get("versions", 0) for after in resealed) == 5


async def test_rotation_counts_what_it_cannot_read_and_goes_on(rt: Runtime, actor: Actor) -> None:
    lost, old, new = new_key(), new_key(), new_key()
    await made(with_keys(rt, lost), actor, "LOST")
    await made(with_keys(rt, old), actor, "KEPT")

    done = await secret_keys.rotate(Sealer(f"{new},{old}"))

    assert (done.versions, done.unreadable) == (1, 1)
    assert set(done.in_use) == {Sealer(lost).key_id, Sealer(new).key_id}


async def test_a_wrong_key_is_found_at_the_start(rt: Runtime, actor: Actor) -> None:
    old, new = Sealer(new_key()), Sealer(new_key())
    await secret_keys.check(new)
    key = await made(replace(rt, sealer=old), actor)
    await secret_keys.check(old)

    with pytest.raises(SealError) as caught:
        await secret_keys.check(new)
    assert f"the key {old.key_id}, but DAGY_SECRETS_KEY holds {new.key_id}" in str(caught.value)
    with pytest.raises(Unavailable, match=r"Version 1 of the secret 'TOKEN' cannot be read\."):
        await secrets.reveal(replace(rt, sealer=new), actor, secret_id=key)


async def test_a_channels_key_counts_as_well(rt: Runtime, actor: Actor) -> None:
    await add_channel(rt, actor, "one", Sealer(new_key()).seal(b"{}"))
    with pytest.raises(SealError, match="sealed with the key"):
        await secret_keys.check(rt.sealer)


async def test_lists_never_read_the_sealed_value(rt: Runtime) -> None:
    assert "sealed_value" not in SecretVersionRepository.columns


def test_the_keys_of_the_settings_are_not_shown(settings: Settings) -> None:
    key = settings.secrets_key.get_secret_value()
    assert key
    assert key not in repr(settings)
    assert key not in str(settings.model_dump())


def test_the_keys_may_be_in_a_file(settings: Settings) -> None:
    path = settings.local_dir / "key"
    given = settings.model_copy(update={"secrets_key": type(settings.secrets_key)("")})
    given = given.model_copy(update={"secrets_key_file": path})
    with pytest.raises(SealError, match="cannot be read"):
        sealer_of(given)
    path.write_text(f"{new_key()}\n")
    assert len(sealer_of(given).key_ids) == 1
