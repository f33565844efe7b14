"""Whom and what the claims of a provider are about."""

from dagy_gql import clock, db
from dagy_gql.repositories import identities, organizations
from dagy_gql.runtime import Runtime


async def test_a_slug_that_is_the_id_of_another_organization_takes_nothing(rt: Runtime) -> None:
    now = clock.now()
    mine = await organizations.add_organization("Mine", slug="mine", now=now)
    theirs = await organizations.add_organization("Theirs", slug=str(mine), now=now)
    # Its row is now behind the other one.
    await db.execute("UPDATE organizations SET name = 'Still mine' WHERE id = $1", mine)

    assert await identities.organization_all_orgs(str(mine)) == mine
    assert await identities.organization_all_orgs("mine") == mine
    assert await identities.organization_all_orgs(str(theirs)) == theirs
    assert await identities.organization_all_orgs("nobody") is None
