"""A search finds runs by any part of what people know of them, and no run of others."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from dagy_gql import db, tenancy
from dagy_gql.db import json_text
from dagy_gql.embedded.servers import Servers
from dagy_gql.repositories import run_terms
from dagy_gql.repositories.pagination import NEWEST_FIRST, Page
from dagy_gql.repositories.run_filters import RunFilter, RunSearch
from dagy_gql.repositories.run_terms import Ask
from tests.api.client import Client, Org
from tests.api.conftest import deploy, register, trigger
from tests.api.test_run_filters import COUNTS, counted, found, made

PAGE = """query Q($filter: RunFilter, $orderBy: RunOrder!, $first: Int, $after: String, $last: Int,
$before: String) { runs(filter: $filter, orderBy: $orderBy, first: $first, after: $after,
last: $last, before: $before) { nodes { slug } pageInfo { startCursor endCursor } } }"""


@pytest.fixture(params=["first runs", "grams", "texts"])
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A term is among the first runs, looked up by its grams, or in the texts of all runs."""
    if request.param != "first runs":
        monkeypatch.setattr(run_terms, "_SAMPLE", 0)
        monkeypatch.setattr(run_terms, "_ERROR_SAMPLE", 0)
    ask = Ask(max_found=-1 if request.param == "texts" else 100)
    monkeypatch.setattr(run_terms, "FOR_COUNTS", ask)
    monkeypatch.setattr(run_terms, "FOR_PAGE", ask)


async def failed(client: Client, slug: str, message: str, **values: Any) -> None:
    error = json_text({"code": "TASK_FAILED", "type": "KeyError", "message": message})
    await made(client, slug, state="FAILED", **values)
    await db.execute("UPDATE runs SET error = $2::text::jsonb WHERE slug = $1", slug, error)


@pytest.mark.usefixtures("ways")
async def test_any_part_of_slug_flow_deployment_tag_or_error_is_found(owner: Client) -> None:
    await deploy(owner, name="Nightly-Sales")
    sales = {"deployment": "Nightly-Sales"}
    await made(owner, "brave-kiwi-7m2qx", **sales)
    await made(owner, "calm-otter-9ab3c", tags={"Team": "Data Zürich"}, **sales)
    await failed(owner, "shy-heron-22222", "Timeout while reading\n'Orders'", **sales)
    every = ["shy-heron-22222", "calm-otter-9ab3c", "brave-kiwi-7m2qx"]

    for term in ("nightly", "NIGHTLY-s", "sales", "Sales", "report", "REPOR", "port"):
        assert await found(owner, search=term) == every, term
    for term in ("kiwi", "KIWI", "ve-ki", "7m2", "7m", "qx"):
        assert await found(owner, search=term) == ["brave-kiwi-7m2qx"], term
    for term in ("team", "data", "Team=Data", "zürich", "ZÜRICH", "ü", "m=d"):
        assert await found(owner, search=term) == ["calm-otter-9ab3c"], term
    for term in ("keyerror", "timeout", "reading 'orders'", "KeyError: Time", ": t"):
        assert await found(owner, search=term) == ["shy-heron-22222"], term
    assert await found(owner, search="reading\n'o") == ["shy-heron-22222"]
    for term in ("zzz", "kiwi-brave", "brave-otter", "TASK_FAILED", "x" * 200, "q7", "ß"):
        assert await found(owner, search=term) == [], term


@pytest.mark.usefixtures("ways")
async def test_signs_of_patterns_mean_themselves(owner: Client) -> None:
    await deploy(owner)
    for slug, value in (
        ("one", "100%_\\x"),
        ("two", "a'; --"),
        ("three", "{}[]$1"),
        ("four", "😀"),
    ):
        await made(owner, slug, tags={"note": value})

    for term in ("%", "_", "\\", "%_", "0%_\\", "\\x"):
        assert await found(owner, search=term) == ["one"], term
    for term in ("'", "'; --", ";"):
        assert await found(owner, search=term) == ["two"], term
    for term in ("{", "{}", "[]$", "$1"):
        assert await found(owner, search=term) == ["three"], term
    assert await found(owner, search="😀") == ["four"]
    await made(owner, "five", tags={"poem": "roses\nare\tred"})
    assert await found(owner, search="roses are red") == ["five"]
    for term in ("a%", "__", "%%", "o%e", "\\\\", '"', "*"):
        assert await found(owner, search=term) == [], term


@pytest.mark.usefixtures("ways")
async def test_a_search_narrows_with_every_other_filter_and_is_counted(owner: Client) -> None:
    await deploy(owner)
    for number in range(3):
        await made(owner, f"kiwi-{number}", state="FAILED" if number else "QUEUED")
    await made(owner, "otter", state="FAILED", tags={"team": "kiwi"})

    assert await found(owner, search="kiwi", state=["FAILED"]) == ["otter", "kiwi-2", "kiwi-1"]
    assert await found(owner, search="kiwi", state=["FAILED", "QUEUED"], mine=True) == [
        "otter", "kiwi-2", "kiwi-1", "kiwi-0",
    ]  # fmt: skip
    assert await found(owner, search="kiwi", tags={"team": "kiwi"}) == ["otter"]
    assert await found(owner, search="kiwi", flowName="other") == []
    counts = (await owner(COUNTS, filter={"search": "KIWI"})).data["runCounts"]
    assert counted(counts) == {"QUEUED": 1, "FAILED": 3}


@pytest.mark.usefixtures("ways")
async def test_pages_of_a_search_meet_each_run_once_in_either_direction(owner: Client) -> None:
    """Slug, tag and flow all hold the term: three ways to every run."""
    await deploy(owner)
    slugs = [await made(owner, f"report-{number}", tags={"r": "report"}) for number in range(5)]

    for order, wanted in (("CREATED_AT_DESC", slugs[::-1]), ("CREATED_AT_ASC", slugs)):
        forward = await paged(owner, order, "first", "after", "endCursor")
        backward = await paged(owner, order, "last", "before", "startCursor")
        assert forward == [wanted[:2], wanted[2:4], wanted[4:], []]
        assert backward == [wanted[3:], wanted[1:3], wanted[:1], []]


async def paged(client: Client, order: str, size: str, place: str, cursor: str) -> list[list[str]]:
    pages, at = [], None
    while not pages or pages[-1]:
        given = {"filter": {"search": "report"}, "orderBy": order, size: 2, place: at}
        page = (await client(PAGE, **given)).data["runs"]
        pages.append([run["slug"] for run in page["nodes"]])
        at = page["pageInfo"][cursor]
    return pages


async def test_what_a_run_was_called_before_does_not_find_it(owner: Client) -> None:
    await deploy(owner)
    await made(owner, "brave-kiwi")
    await db.execute("UPDATE runs SET slug = 'calm-otter'")

    assert await found(owner, search="kiwi") == []
    assert await found(owner, search="otter") == ["calm-otter"]


async def test_a_term_of_many_runs_is_looked_for_in_the_texts(
    owner: Client, org: Org, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_terms, "FOR_PAGE", Ask(max_found=1))
    await deploy(owner)
    for slug in ("kiwi-1", "kiwi-2", "otter"):
        await made(owner, slug)

    page = Page(size=10)
    wanted = await RunSearch(org.id).settled(RunFilter(search="kiwi"), page, NEWEST_FIRST)

    assert wanted.found is not None
    assert wanted.found.named_ids is None
    assert await found(owner, search="kiwi") == ["kiwi-2", "kiwi-1"]
    assert await found(owner, search="otter") == ["otter"]


@pytest.mark.parametrize(
    ("newest_first", "known"),
    [
        ("kiwi otter", 1),
        ("otter otter otter kiwi", 1),
        ("kiwi kiwi kiwi otter", 2),
        ("kiwi otter otter kiwi otter kiwi kiwi", 2),
        ("kiwi otter otter otter otter otter kiwi kiwi", 3),
    ],
    ids=["a near one is all", "by grams", "near", "by a longer look", "by grams after it"],
)
async def test_a_page_is_filled_however_far_apart_its_runs_are(
    owner: Client,
    org: Org,
    monkeypatch: pytest.MonkeyPatch,
    newest_first: str,
    known: int,
) -> None:
    monkeypatch.setattr(run_terms, "_SAMPLE", 3)
    monkeypatch.setattr(run_terms, "_SPARE", 0)
    await deploy(owner)
    slugs = [f"{name}-{place}" for place, name in enumerate(newest_first.split())]
    for slug in reversed(slugs):
        await made(owner, slug)
    kiwis = [slug for slug in slugs if slug.startswith("kiwi")]

    wanted = await RunSearch(org.id).settled(RunFilter(search="kiwi"), Page(size=1), NEWEST_FIRST)

    assert wanted.found is not None
    assert wanted.found.named_ids is not None
    assert len(wanted.found.named_ids) == known
    walked = await owner(PAGE, filter={"search": "kiwi"}, orderBy="CREATED_AT_DESC", first=1)
    assert [each["slug"] for each in walked.data["runs"]["nodes"]] == kiwis[:1]
    after = walked.data["runs"]["pageInfo"]["endCursor"]
    rest = await owner(
        PAGE, filter={"search": "kiwi"}, orderBy="CREATED_AT_DESC", first=9, after=after
    )
    assert [each["slug"] for each in rest.data["runs"]["nodes"]] == kiwis[1:]


@pytest.mark.usefixtures("ways")
async def test_nothing_of_another_organization_is_found(
    owner: Client, stranger: Client, org: Org, other_org: Org
) -> None:
    for client in (owner, stranger):
        await register(client, "secretflow")
    await deploy(owner, name="hidden-deployment")
    await failed(owner, "brave-kiwi", "Timeout", deployment="hidden-deployment")
    await db.execute('UPDATE runs SET tags = \'{"team": "data"}\'')

    for term in ("kiwi", "team", "timeout", "hidden", "secretflow", "k", "report"):
        assert await found(stranger, search=term) == [], term
        counts = (await stranger(COUNTS, filter={"search": term})).data["runCounts"]
        assert counts["total"] == 0, term


async def test_grams_of_another_organization_stand_behind_the_wall(
    owner: Client, org: Org, other_org: Org
) -> None:
    """Whoever asks, for whatever: only the scope decides. Outside of a search there are no rows."""
    await deploy(owner)
    await made(owner, "brave-kiwi")
    ask = "SELECT cardinality(dagy_find_runs($1, 'name', 'kiwi', 10))"

    with tenancy.request(), tenancy.organization(org.id):
        assert await db.fetch_value(ask, org.id) == 1
        assert await db.fetch_value("SELECT count(*) FROM run_grams") == 0
    with tenancy.request(), tenancy.organization(other_org.id):
        assert await db.fetch_value(ask, org.id) == 0
        assert await db.fetch_value(ask, other_org.id) == 0


async def test_a_search_uses_its_index_behind_the_wall(owner: Client, org: Org) -> None:
    with tenancy.request(), tenancy.organization(org.id):
        async with db.transaction():
            await db.execute("SET LOCAL enable_seqscan = off")
            await db.execute("SELECT set_config('dagy.search', '{1,2}', true)")
            plan = await db.fetch("EXPLAIN SELECT run_id FROM run_grams LIMIT 10")

    assert "Bitmap Index Scan on run_grams_found" in " ".join(row[0] for row in plan)


async def test_no_grams_outlive_their_run(owner: Client, servers: Servers) -> None:
    await deploy(owner)
    await trigger(owner)
    connection = await asyncpg.connect(servers.database_url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM run_grams") == 1
        await db.execute("DELETE FROM runs")
        assert await connection.fetchval("SELECT count(*) FROM run_grams") == 0
    finally:
        await connection.close()


async def test_grams_know_every_piece_of_a_text_by_organization(org: Org, other_org: Org) -> None:
    async def grams(org_id: UUID, text: str, shortest: int) -> list[int]:
        found: list[int] = await db.fetch_value(
            "SELECT dagy_grams($1::uuid::text, $2, $3)", org_id, text, shortest
        )
        return found

    text = await grams(org.id, "größe", 1)

    assert len(text) == len(set(text)) == 5 + 4 + 3
    for term in ("g", "ö", "rö", "ße", "größ"):
        assert set(await grams(org.id, term, min(3, len(term)))) <= set(text), term
    assert not set(await grams(other_org.id, "größe", 1)) & set(text)


async def test_followers_of_a_search_hear_of_runs_that_hold_the_term(
    owner: Client, org: Org
) -> None:
    """A run that has changed is looked at by itself, whatever else holds the term."""
    await deploy(owner, name="Nightly-Sales")
    given: dict[str, Any] = {"deployment": "Nightly-Sales", "tags": {"a=b": "Köln"}}
    await failed(owner, "shy-heron-22222", "Timeout\tof 'x'", **given)
    repository = RunSearch(org.id)

    async def is_told(term: str) -> bool:
        where = RunFilter(search=term).apply(repository.where())
        return await repository.first(where) is not None

    for term in ("HERON", "nightly", "repo", "a=b=k", "köln", "timeout of 'X'", "keyerror: t"):
        assert await is_told(term), term
    for term in ("heron-1", "weekly", "a=c", "timeout'", "%", "\\"):
        assert not await is_told(term), term
