"""Pages over real rows: the same order and no gaps, whatever way they are read."""

from datetime import timedelta
from uuid import UUID

import pytest

from dagy_gql import clock
from dagy_gql.errors import NotFound
from dagy_gql.ids import new_id
from dagy_gql.repositories import organizations
from dagy_gql.repositories.base import Where
from dagy_gql.repositories.environments import EnvironmentRepository
from dagy_gql.repositories.pagination import NEWEST_FIRST, OLDEST_FIRST, Order, Page, cursor_text
from dagy_gql.runtime import Runtime

BY_NAME = Order(columns=("name",), readers=(cursor_text,))
BY_TWO = Order(columns=("description", "id"), descending=True, readers=(cursor_text, UUID))


async def environments(*names: str, slug: str = "mine") -> EnvironmentRepository:
    now = clock.now()
    org_id = await organizations.add_organization(slug, slug=slug, now=now)
    repository = EnvironmentRepository(org_id)
    for place, name in enumerate(names):
        # Two rows share each description, so that a key needs its second column.
        await repository.add(
            {"name": name, "description": str(place // 2)}, now=now + timedelta(seconds=place)
        )
    return repository


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (OLDEST_FIRST, "cabed"),
        (NEWEST_FIRST, "debac"),
        (BY_NAME, "abcde"),
        (BY_TWO, "debac"),
    ],
    ids=["oldest", "newest", "name", "two columns"],
)
@pytest.mark.parametrize("size", [1, 2, 5, 6])
async def test_pages_join_up(rt: Runtime, order: Order, expected: str, size: int) -> None:
    repository = await environments(*"cabed")
    found, cursor = "", None
    while True:
        page = Page.of(size, cursor, readers=order.readers)
        slice_ = await repository.slice(repository.where(), page=page, order=order)
        assert len(slice_.rows) <= size
        found += "".join(row["name"] for row in slice_.rows)
        if not slice_.has_next:
            break
        cursor = slice_.cursor(slice_.rows[-1])
    assert found == expected
    found, cursor = "", None
    while True:
        page = Page.of(last=size, before=cursor, readers=order.readers)
        slice_ = await repository.slice(repository.where(), page=page, order=order)
        found = "".join(row["name"] for row in slice_.rows) + found
        if not slice_.has_previous:
            break
        cursor = slice_.cursor(slice_.rows[0])
    assert found == expected


async def test_after_and_before_meet(rt: Runtime) -> None:
    repository = await environments(*"abcde")
    first = (await repository.slice(repository.where(), page=Page.of(5))).rows
    page = Page(size=5, after=(first[0]["id"],), before=(first[4]["id"],))
    slice_ = await repository.slice(repository.where(), page=page)
    assert [row["name"] for row in slice_.rows] == ["b", "c", "d"]


async def test_one_query_gives_the_page_of_every_parent(rt: Runtime) -> None:
    repository = await environments(*"abcde")
    pages = await repository.slices(
        "description", ["0", "1", "2", "9"], page=Page(size=1), key_type="text"
    )
    names = {key: [row["name"] for row in slice_.rows] for key, slice_ in pages.items()}
    assert names == {"0": ["a"], "1": ["c"], "2": ["e"], "9": []}
    assert {key: slice_.has_next for key, slice_ in pages.items()} == {
        "0": True,
        "1": True,
        "2": False,
        "9": False,
    }


async def test_another_organizations_rows_do_not_exist(rt: Runtime) -> None:
    mine, theirs = await environments("a"), await environments("b", slug="theirs")
    row = await theirs.by_name("b")
    with pytest.raises(NotFound):
        await mine.by_id(row["id"])
    with pytest.raises(NotFound):
        await mine.by_name("b")
    assert await mine.by_ids([row["id"], new_id()]) == []
    assert await mine.count(mine.where()) == 1


async def test_counts_have_a_cap(rt: Runtime) -> None:
    repository = await environments(*"abcde")
    assert await repository.count(repository.where()) == 5
    assert await repository.count(repository.where(), cap=3) == 3


@pytest.mark.parametrize(("backward", "expected"), [(False, "cad"), (True, "adf")])
async def test_several_values_of_a_column_give_one_page_in_order(
    rt: Runtime, backward: bool, expected: str
) -> None:
    # The descriptions are 0, 0, 1, 1, 2, 2; what is asked for twice comes once.
    repository = await environments(*"cabedf")

    def where() -> Where:
        return repository.where().among("description", ["2", "0", "0", "9"])

    slice_ = await repository.slice(where(), page=Page(size=3, backward=backward))

    assert "".join(row["name"] for row in slice_.rows) == expected
    assert (slice_.has_next, slice_.has_previous) == (not backward, backward)
    assert await repository.count(where()) == 4
    assert await repository.count(where(), cap=3) == 3
    assert len(await repository.all(where())) == 4
