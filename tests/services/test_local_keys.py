"""The key of the profile that `dagy up` stores: its end, and how each start moves it."""

from datetime import timedelta
from typing import Any

import pytest

from dagy_gql import clock, db
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.enums import Role
from dagy_gql.errors import Unauthenticated
from dagy_gql.runtime import Runtime
from dagy_gql.services import accounts, api_keys, local_keys
from tests.support import people
from tests.support.people import EMAIL, PASSWORD

DAY = timedelta(days=1)


@pytest.fixture
async def key(rt: Runtime) -> str:
    made = await accounts.bootstrap(
        rt, EMAIL, PASSWORD, key_name=local_keys.NAME, key_expires_at=local_keys.expiry()
    )
    assert made is not None
    return made.api_key


async def stored() -> dict[str, Any]:
    row = await db.fetch_row("SELECT * FROM api_keys")
    assert row is not None
    return dict(row)


async def expires_in(interval: timedelta | None) -> None:
    await db.execute("UPDATE api_keys SET expires_at = now() + $1", interval)


async def left() -> timedelta:
    return (await stored())["expires_at"] - clock.now()


async def noted() -> list[str]:
    rows = await db.fetch("SELECT action FROM audit_logs ORDER BY id")
    return [row["action"] for row in rows if row["action"].startswith("api_key")]


async def test_it_is_a_person_s_key_with_a_name_and_an_end(rt: Runtime, key: str) -> None:
    row = await stored()
    assert row["name"] == "Command line of dagy up"
    assert timedelta(days=89) < await left() <= timedelta(days=90)
    actor = await Authenticator().actor(key)
    assert (actor.role, actor.user_id) == (Role.OWNER, row["created_by_id"])


async def test_a_start_moves_the_end_and_a_restart_leaves_it(rt: Runtime, key: str) -> None:
    before = await stored()
    assert await local_keys.renew(rt, key) is None
    assert (await stored(), await noted()) == (before, [])

    await expires_in(timedelta(days=30))
    assert await local_keys.renew(rt, key) is None

    assert timedelta(days=89) < await left() <= timedelta(days=90)
    assert (await stored())["key_hash"] == before["key_hash"]
    assert await noted() == ["api_key.update"]


async def test_one_that_is_over_gets_another_secret(rt: Runtime, key: str) -> None:
    await expires_in(-DAY)
    with pytest.raises(Unauthenticated):
        await Authenticator().actor(key)

    fresh = await local_keys.renew(rt, key)

    assert fresh is not None
    assert (await Authenticator().actor(fresh)).role is Role.OWNER
    with pytest.raises(Unauthenticated):
        await Authenticator().actor(key)
    assert await noted() == ["api_key.rotate"]
    assert await local_keys.renew(rt, key) is None


async def test_one_that_was_revoked_stays_so(rt: Runtime, key: str) -> None:
    row = await stored()
    await api_keys.revoke(rt, await people.signed_in(rt), key_id=row["id"])
    for interval in (DAY, -DAY):
        await expires_in(interval)
        before = await stored()
        assert await local_keys.renew(rt, key) is None
        assert await stored() == before


async def test_one_from_before_gets_its_name_and_an_end(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    assert (await stored())["expires_at"] is None

    assert await local_keys.renew(rt, made.api_key) is None

    assert (await stored())["name"] == local_keys.NAME
    assert timedelta(days=89) < await left() <= timedelta(days=90)


@pytest.mark.parametrize(("name", "interval"), [("mine", DAY), ("mine", None), ("first", DAY)])
async def test_other_keys_in_the_profile_are_left_alone(
    rt: Runtime, name: str, interval: timedelta | None
) -> None:
    made = await people.first_owner(rt)
    await db.execute("UPDATE api_keys SET name = $1", name)
    await expires_in(interval)
    before = await stored()

    assert await local_keys.renew(rt, made.api_key) is None

    assert await stored() == before
    assert await local_keys.renew(rt, "dagy_at_something-else") is None


async def test_the_owner_of_the_browser_has_no_key_that_nobody_was_shown(rt: Runtime) -> None:
    made = await accounts.bootstrap(rt, EMAIL, PASSWORD, key_name="")
    assert made is not None
    assert made.api_key == ""
    assert await db.fetch_value("SELECT count(*) FROM api_keys") == 0
