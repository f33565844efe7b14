"""How a field is declared: what it needs, in one word, and where its value comes from.

Objects are rows (asyncpg Records or mappings), read by the field's Python name; `read` and `load`
do more without the cost of a resolver (`leaves.py` puts them in place). One declaration gives the
directive in the SDL and the check of `guard.py`.
"""

from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema_directive import Location
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry.types.lazy_type import LazyType

from schema.enums import Permission


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires",
    description="The field may be selected with this permission only.",
)
class Requires:
    permission: Permission


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="signedIn",
    description="The field may be selected with any valid credentials.",
)
class SignedIn:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="public",
    description="The field needs no more than what leads to it; a root field needs nothing.",
)
class Public:
    pass


def field(
    resolver: Callable[..., Any] | None = None,
    *,
    requires: Permission | None = None,
    signed_in: bool = False,
    public: bool = False,
    name: str | None = None,
    type_: Any = None,
    read: Callable[[Any], Any] | None = None,
    load: Callable[..., Any] | None = None,
    key: str | Callable[[Any], Any] = "id",
    given: Callable[..., tuple[Any, ...]] | None = None,
    columns: tuple[str, ...] | None = None,
    at_most: int | None = None,
    description: str | None = None,
    subscription: bool = False,
) -> Any:
    """A field; `type_` where the class annotation cannot say it (see `lazy`), `name` where Python
    has another use for the word.

    `read` takes the row to the value; `load` (a Fetch of `loaders.py`) takes the value of the
    column `key` (or what `key` makes of the row), for all rows of a level at once, and what `given`
    makes of the field's arguments. `columns` are those that `read`, `key` or the resolver look at:
    where they are not known, every column is read. `at_most` is how many objects the list, or a
    page of the connection, can hold: what it costs is counted by it.
    """
    directives: list[object] = []
    if requires is not None:
        directives.append(Requires(permission=requires))
    if signed_in:
        directives.append(SignedIn())
    if public:
        directives.append(Public())
    return StrawberryField(
        graphql_name=name,
        type_annotation=StrawberryAnnotation.from_annotation(type_) if type_ else None,
        base_resolver=StrawberryResolver(resolver) if resolver else None,
        directives=directives,
        description=description,
        metadata={
            "read": read,
            "load": load,
            "key": key,
            "given": given,
            "columns": columns,
            "at_most": at_most,
        },
        is_subscription=subscription,
    )


_T = TypeVar("_T", bound=type)


@dataclass_transform(kw_only_default=True, field_specifiers=(field, strawberry.field))
def object_type(
    *,
    requires: Permission | None = None,
    signed_in: bool = False,
    name: str | None = None,
    description: str | None = None,
) -> Callable[[_T], _T]:
    """A type whose fields, where they say nothing themselves, need this: by default no more than
    the field that leads to the object."""
    own: object = Public()
    if requires is not None:
        own = Requires(permission=requires)
    elif signed_in:
        own = SignedIn()

    def decorate(cls: _T) -> _T:
        made = strawberry.type(cls, name=name, description=description)
        for each in get_object_definition(made, strict=True).fields:
            if need_of(list(each.directives)) is None:
                each.directives = [*each.directives, own]
        return made

    return decorate


def lazy(noun: str, name: str) -> Any:
    """The type `name` of `schema.<noun>.types`, for relations that go both ways."""
    return LazyType(name, f"schema.{noun}.types")


def need_of(directives: list[object]) -> tuple[str, Permission | None] | None:
    """("requires", permission), ("signedIn", None), ("public", None), or None: nothing said."""
    for directive in directives:
        match directive:
            case Requires(permission=permission):
                return "requires", permission
            case SignedIn():
                return "signedIn", None
            case Public():
                return "public", None
    return None
