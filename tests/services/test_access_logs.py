"""The access log: how it is bounded, and what is pruned."""

from datetime import timedelta

import pytest

from dagy_gql import clock, db
from dagy_gql.auth import access_log
from dagy_gql.auth.access_log import Bound
from dagy_gql.auth.origin import Origin
from dagy_gql.enums import AccessEvent, AccessMethod, Role
from dagy_gql.repositories.runs import first_id
from dagy_gql.runtime import Runtime
from dagy_gql.services import housekeeping, invitations, password_resets
from tests.support import people


def admitted(bound: Bound, *addresses: str) -> list[int]:
    return [number for number, at in enumerate(addresses) if bound.admits(Origin(address=at))]


def test_refusals_are_bounded_by_network_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = Bound(per_network=2, total=3)
    assert admitted(bound, "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3") == [
        0,
        1,
        3,
    ]
    later = access_log.time.monotonic() + 60
    monkeypatch.setattr(access_log.time, "monotonic", lambda: later)
    assert admitted(bound, "2001:db8::1", "2001:db8::2", "2001:db8::3") == [0, 1]


async def test_long_and_odd_texts_are_kept_as_far_as_they_fit(rt: Runtime) -> None:
    await access_log.record(
        AccessEvent.SIGN_IN_REFUSED,
        AccessMethod.PASSWORD,
        email="x" * 500,
        reason="a\x00b" + "y" * 500,
    )
    assert await people.logged("length(email)", "length(reason)", "left(reason, 3)") == [
        (320, 300, "a\u2400b")
    ]


async def test_what_is_old_goes_and_the_rest_stays(rt: Runtime) -> None:
    await people.first_owner(rt)
    owner = await people.signed_in(rt)
    user_id = await people.member(owner.org_id, "ann@example.com", Role.VIEWER)
    for email in ("old@example.com", "new@example.com"):
        await invitations.create(rt, owner, email=email, role=Role.VIEWER, custom_role_id=None)
    await password_resets.create(rt, owner, user_id=user_id)
    await people.login(rt)
    long_ago = clock.now() - timedelta(days=8)
    await db.execute("UPDATE password_resets SET expires_at = $1", long_ago)
    await db.execute("UPDATE invitations SET expires_at = $1 WHERE email LIKE 'old%'", long_ago)
    await db.execute(
        "UPDATE access_tokens SET expires_at = $1 WHERE id = $2", long_ago, owner.credential_id
    )
    await db.execute(
        "UPDATE access_logs SET id = $1 WHERE event = 'PASSWORD_RESET_ASKED'",
        first_id(clock.now() - timedelta(days=91)),
    )
    await housekeeping.prune(rt)
    counts = {
        table: await db.fetch_value(f"SELECT count(*) FROM {table}")
        for table in ("access_logs", "access_tokens", "invitations", "password_resets")
    }
    assert counts == {"access_logs": 2, "access_tokens": 1, "invitations": 1, "password_resets": 0}
