"""Registering flows: what the API's tests cannot easily reach."""

import asyncio
from uuid import UUID

import pytest

from dagy_gql import clock, db
from dagy_gql.auth.actor import Actor
from dagy_gql.auth.permissions import ROLE_PERMISSIONS
from dagy_gql.enums import Role
from dagy_gql.errors import BadUserInput, Conflict
from dagy_gql.repositories import organizations
from dagy_gql.repositories.artifacts import ArtifactRepository
from dagy_gql.runtime import Runtime
from dagy_gql.services import flows
from dagy_gql.services.flows import Registration
from tests.api.flows import spec

ARCHIVES = ["a" * 64, "b" * 64]


async def actor(slug: str = "mine") -> Actor:
    """Of an organization with two archives."""
    now = clock.now()
    org_id: UUID = await organizations.add_organization(slug, slug=slug, now=now)
    for sha256 in ARCHIVES:
        await ArtifactRepository(org_id).add_archive(
            sha256, size_bytes=1, key=f"{org_id}/{sha256}", now=now
        )
    return Actor(org_id=org_id, name="dev@example.com", permissions=ROLE_PERMISSIONS[Role.OWNER])


async def latest(who: Actor) -> list[str]:
    rows = await db.fetch(
        "SELECT version FROM flows WHERE org_id = $1 AND is_latest ORDER BY name", who.org_id
    )
    return [row["version"] for row in rows]


async def test_without_a_version_the_content_names_it(rt: Runtime) -> None:
    who = await actor()
    one, created = await flows.register(rt, who, Registration(ARCHIVES[0], spec()))
    assert created
    again, created = await flows.register(rt, who, Registration(ARCHIVES[0], spec()))
    assert not created
    assert again["id"] == one["id"]
    other_code, _ = await flows.register(rt, who, Registration(ARCHIVES[1], spec()))
    other_graph, _ = await flows.register(
        rt, who, Registration(ARCHIVES[0], spec(description="new"))
    )
    assert len({one["version"], other_code["version"], other_graph["version"]}) == 3
    assert await latest(who) == [other_graph["version"]]


async def test_two_registrations_at_once_make_one_version(rt: Runtime) -> None:
    who = await actor()
    answers = await asyncio.gather(
        *(flows.register(rt, who, Registration(ARCHIVES[0], spec(), version="1")) for _ in "1234")
    )
    assert sorted(created for _, created in answers) == [False, False, False, True]
    assert len({flow["id"] for flow, _ in answers}) == 1
    assert await latest(who) == ["1"]


async def test_versions_that_race_leave_one_latest(rt: Runtime) -> None:
    who = await actor()
    await asyncio.gather(
        *(
            flows.register(rt, who, Registration(ARCHIVES[0], spec(), version=str(number)))
            for number in range(6)
        )
    )
    assert len(await latest(who)) == 1
    assert await db.fetch_value("SELECT count(*) FROM flows") == 6


async def test_a_conflict_moves_nothing(rt: Runtime) -> None:
    who = await actor()
    for version in ("1", "2"):
        await flows.register(rt, who, Registration(ARCHIVES[0], spec(), version=version))
    with pytest.raises(Conflict):
        await flows.register(rt, who, Registration(ARCHIVES[1], spec(), version="1"))
    assert await latest(who) == ["2"]


async def test_organizations_have_names_of_their_own(rt: Runtime) -> None:
    mine, theirs = await actor(), await actor("theirs")
    await flows.register(rt, mine, Registration(ARCHIVES[0], spec(), version="1"))
    _, created = await flows.register(rt, theirs, Registration(ARCHIVES[1], spec(), version="1"))
    assert created
    assert await latest(mine) == await latest(theirs) == ["1"]


async def test_tags_and_namespace_of_the_call_go_before_those_of_the_spec(rt: Runtime) -> None:
    who = await actor()
    document = spec(tags={"team": "a", "tier": "1"}, namespace="from/spec")
    flow, _ = await flows.register(rt, who, Registration(ARCHIVES[0], document, version="1"))
    assert (flow["tags"], flow["namespace"]) == ({"team": "a", "tier": "1"}, "from/spec")
    flow, _ = await flows.register(
        rt,
        who,
        Registration(ARCHIVES[0], document, version="2", namespace="/given/", tags={"team": "b"}),
    )
    assert (flow["tags"], flow["namespace"]) == ({"team": "b", "tier": "1"}, "given")


@pytest.mark.parametrize(
    ("name", "namespace", "version"),
    [
        ("größe_berechnen", "données/été 2026", "1.0-β"),
        ("抽出", "営業/日次", "第1版"),
        ("रिपोर्ट", "बिक्री/दैनिक", "१.०"),
        ("تقرير يومي", ".data/v1-", "v1"),
    ],
)
async def test_letters_of_any_script_stay(
    rt: Runtime, name: str, namespace: str, version: str
) -> None:
    who = await actor()
    task = {"key": f"{name}.1", "name": name, "function": name}
    registration = Registration(
        ARCHIVES[0], spec(name=name, tasks=[task]), version=version, namespace=namespace
    )
    row, created = await flows.register(rt, who, registration)
    assert created
    assert (row["name"], row["namespace"], row["version"]) == (name, namespace, version)
    found = await flows.by_version(rt, who, name=name)
    assert found["id"] == row["id"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("spec.name", {"spec": spec(name="a/b")}),
        ("spec.name", {"spec": spec(name="\u0928 ")}),
        ("namespace", {"namespace": "a//b"}),
        ("namespace", {"namespace": "a/ b"}),
        ("namespace", {"namespace": "a(b)"}),
        ("version", {"version": "_1"}),
        ("version", {"version": "1 0"}),
    ],
)
async def test_what_cannot_be_a_name_is_refused_with_its_field(
    rt: Runtime, field: str, changes: dict[str, object]
) -> None:
    who = await actor()
    with pytest.raises(BadUserInput) as caught:
        await flows.register(
            rt, who, Registration(**{"artifact_sha256": ARCHIVES[0], "spec": spec(), **changes})
        )  # type: ignore[arg-type]
    assert caught.value.extensions["field"] == field
    assert await latest(who) == []
