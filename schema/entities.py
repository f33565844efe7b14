"""What queries and mutations of the entities have in common: one row, a page of rows, and what a
client sent of an input."""

from collections.abc import Callable
from typing import Any, TypeVar

from strawberry.types.unset import UNSET
from strawberry.utils.str_converters import to_camel_case

from dagy_gql.errors import BadUserInput
from dagy_gql.repositories.base import OrgRepository, Where
from dagy_gql.repositories.entities import EntityRepository
from dagy_gql.repositories.pagination import Page, decode_id_of
from schema.arguments import exactly_one
from schema.context import Info
from schema.pagination import Listing, selected

R = TypeVar("R", bound=OrgRepository)


async def one(
    info: Info, repository: type[EntityRepository], type_name: str, *, id: str | None, name: Any
) -> Any:
    """The row with the id or the name. Raises BadUserInput, NotFound."""
    exactly_one(id=id, name=name)
    rows = repository(info.context.actor.org_id)
    if name is not None:
        return await rows.by_name(name)
    return await rows.by_id(decode_id_of(type_name, id or ""))


async def page_of(
    info: Info,
    repository: type[R],
    matching: Callable[[R], Where],
    *,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Listing:
    """The source of a connection; it counts only where totalCount is selected."""
    rows = repository(info.context.actor.org_id)
    return await page(
        info, rows, lambda: matching(rows), first=first, after=after, last=last, before=before
    )


async def page(
    info: Info,
    rows: OrgRepository,
    matching: Callable[[], Where],
    *,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Listing:
    """The same of a repository that is made already."""
    asked = Page.of(first, after, last=last, before=before, readers=rows.order.readers)
    columns = selected(info, rows.order)
    slice_ = await rows.slice(matching(), page=asked, columns=columns)
    return Listing(slice_, lambda: rows.count(matching()))


def sent(input: Any, *, nullable: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What a client sent, by the Python names of the fields, without the id and what it left out.

    Raises BadUserInput for null where a field is not `nullable`.
    """
    found = {
        name: value for name, value in vars(input).items() if value is not UNSET and name != "id"
    }
    for name, value in found.items():
        if value is None and name not in nullable:
            raise BadUserInput(f"{to_camel_case(name)} cannot be null.", field=to_camel_case(name))
    return found
