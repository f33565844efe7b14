"""The first owner, made in the browser."""

import stat

import pytest
from pydantic import SecretStr

from dagy_gql import db
from dagy_gql.errors import Conflict, NotAllowed
from dagy_gql.runtime import Runtime
from dagy_gql.services import setup
from dagy_gql.services.sessions import Session
from dagy_gql.services.throttle import Throttle
from tests.support import people
from tests.support.people import EMAIL, PASSWORD


async def create(rt: Runtime, setup_token: str) -> Session:
    return await setup.create_first_owner(
        rt,
        Throttle(),
        email=EMAIL,
        password=PASSWORD,
        name="Ada",
        setup_token=setup_token,
    )


async def test_whoever_has_the_token_becomes_the_first_owner(rt: Runtime) -> None:
    assert await setup.is_needed(rt)
    token = setup.token(rt.settings)
    path = rt.settings.local_dir / "setup-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert setup.token(rt.settings) == token
    actor = await people.actor(await create(rt, token))
    assert (actor.name, actor.is_owner, actor.is_super_admin) == (EMAIL, True, True)
    assert not await setup.is_needed(rt)
    assert not path.exists()


@pytest.mark.parametrize("token", ["", "dagy_su_guess", "ü"])
async def test_nobody_else_does(rt: Runtime, token: str) -> None:
    with pytest.raises(NotAllowed):
        await create(rt, token)
    assert await setup.is_needed(rt)
    assert await db.fetch_value("SELECT count(*) FROM organizations") == 0
    assert await people.logged("event", "reason") == [("SIGN_IN_REFUSED", "wrong set-up token")]


async def test_once_somebody_is_there_the_token_is_worth_nothing(rt: Runtime) -> None:
    token = setup.token(rt.settings)
    await people.first_owner(rt)
    with pytest.raises(Conflict):
        await create(rt, token)
    assert await db.fetch_value("SELECT count(*) FROM users") == 1


async def test_several_servers_share_a_token_by_their_settings(rt: Runtime) -> None:
    chosen = {"setup_token": SecretStr("chosen by the operator")}
    settings = rt.settings.model_copy(update=chosen)
    assert setup.token(settings) == "chosen by the operator"
    assert not (rt.settings.local_dir / "setup-token").exists()
