"""From a token to an Actor."""

import time

import pytest

from dagy_gql import db
from dagy_gql.auth import authenticate
from dagy_gql.auth.authenticate import Authenticator
from dagy_gql.auth.permissions import Permission
from dagy_gql.errors import Unauthenticated
from dagy_gql.runtime import Runtime
from tests.support import people


async def test_a_key_has_no_more_rights_than_its_maker(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    await db.execute("UPDATE memberships SET role = 'viewer'")
    await db.execute("UPDATE users SET is_super_admin = false")
    actor = await Authenticator().actor(made.api_key)
    assert Permission.RUNS_READ in actor.permissions
    assert Permission.RUNS_TRIGGER not in actor.permissions


async def test_a_key_without_role_and_scopes_has_no_rights(rt: Runtime) -> None:
    made = await people.first_owner(rt)
    await db.execute("UPDATE api_keys SET role = NULL")
    assert (await Authenticator().actor(made.api_key)).permissions == frozenset()
    await db.execute("""UPDATE api_keys SET scopes = '["flows.read", "no.such"]'""")
    actor = await Authenticator().actor(made.api_key)
    assert actor.permissions == {Permission.FLOWS_READ}


async def test_answers_are_kept_for_two_seconds(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await people.first_owner(rt)
    authenticator = Authenticator()
    actor = await authenticator.actor(made.api_key)
    await db.execute("UPDATE api_keys SET revoked_at = now()")
    assert await authenticator.actor(made.api_key) is actor
    later = time.monotonic() + authenticate.CACHE_SECONDS
    monkeypatch.setattr(authenticate.time, "monotonic", lambda: later)
    with pytest.raises(Unauthenticated):
        await authenticator.actor(made.api_key)


@pytest.mark.parametrize("header", ["Basic abc", "dagy_sk_x", "Token x"])
def test_only_bearer_is_understood(header: str) -> None:
    with pytest.raises(Unauthenticated):
        authenticate.bearer(header)
