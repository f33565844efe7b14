"""A world for executing any operation without a database: the schema's own types, but every value
is made from a seed, and some values are wrong in every way that a value can be wrong."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry.schema.config import StrawberryConfig

from dagy_gql.errors import NotFound
from schema import leaves
from schema.leaves import Source, shorten
from schema.operations import Preparation
from schema.root import Mutation, Query, Schema, Subscription
from schema.scalars import SCALARS

KEY = "~"
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Odd:
    """No scalar can write it the way it is."""

    def __repr__(self) -> str:
        return "Odd()"

    __str__ = __repr__


class Later:
    """A value that has to be awaited; more than once, if need be."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Iterator[Any]:
        yield from ()
        return self.value

    def __repr__(self) -> str:
        return f"Later({self.value!r})"


class Objection(Exception):
    pass


def make_schema() -> Schema:
    """A schema of its own, whose fields get their values from `World`."""
    made = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[Preparation],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    shorten(made._schema)
    for type_ in made._schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                _supply(type_, name, field)
        elif is_abstract_type(type_):
            type_.resolve_type = lambda row, info, abstract: row["type"]
    return made


def _supply(owner: GraphQLObjectType, name: str, field: Any) -> None:
    """The way to the value: a column, a function of the row, a load, or a resolver. One that is
    loaded in the real schema stays so, with its own arguments."""
    chance = random.Random(f"{owner.name}.{name}")
    real = leaves.source_of(field)
    given = real.given if real is not None else None
    way = "load" if given else chance.choice(["column"] * 4 + ["read", "load"] * 2 + ["resolver"])
    if owner.name in ("Query", "Mutation", "Subscription") or (field.args and not given):
        way = "resolver"
    elif way == "column" and not _is_flat(get_named_type(field.type)):
        way = "read"
    # Every way but a resolver of its own has a Source.
    field.extensions.pop("dagy.source", None)
    if way == "resolver":
        is_async = chance.random() < 0.3
        field.resolve = _async_resolver(field) if is_async else _resolver(field)
        return
    source = Source(
        name=name,
        read=(lambda row: World.now.of(row, name, field.type)) if way == "read" else None,
        load=_fetch(name, field.type) if way == "load" else None,
        key_of=(lambda row: row[KEY]) if way == "load" else None,
        given=given,
    )
    field.extensions["dagy.source"] = source
    field.resolve = leaves._resolver(source, field)


def _resolver(field: Any) -> Any:
    def resolve(source: Any, info: Any, **_: Any) -> Any:
        return World.now.of(source, info.field_name, field.type)

    return resolve


def _async_resolver(field: Any) -> Any:
    async def resolve(source: Any, info: Any, **_: Any) -> Any:
        return World.now.of(source, info.field_name, field.type)

    return resolve


def _fetch(name: str, type_: Any) -> Any:
    async def fetch(context: Any, keys: Any, *arguments: Any) -> Any:
        raise NotImplementedError

    fetch.value = lambda key, arguments: World.now.made(f"{key}.{name}{arguments}", type_)  # type: ignore[attr-defined]
    return fetch


def _is_flat(type_: Any) -> bool:
    return is_leaf_type(type_) or all(
        is_leaf_type(get_named_type(field.type)) for field in getattr(type_, "fields", {}).values()
    )


class World:
    """Everything follows from `seed`; `wrong` is how often a value is wrong."""

    now: "World"

    def __init__(self, schema: Any, seed: str, wrong: float) -> None:
        self._schema = schema
        self._seed = seed
        self._wrong = wrong

    def of(self, source: Any, name: str, type_: Any) -> Any:
        key = "root" if source is None else source[KEY] if isinstance(source, dict) else source.key
        value = self.made(f"{key}.{name}", type_)
        if isinstance(value, Exception):
            raise value
        return value

    def made(self, key: str, type_: Any) -> Any:
        return self._value(random.Random(f"{self._seed}:{key}"), key, type_)

    def _value(self, chance: random.Random, key: str, type_: Any) -> Any:
        if chance.random() < self._wrong:
            return self._wrong_value(chance, key, type_)
        if is_non_null_type(type_):
            return self._right_value(chance, key, type_.of_type)
        return None if chance.random() < 0.2 else self._right_value(chance, key, type_)

    def _wrong_value(self, chance: random.Random, key: str, type_: Any) -> Any:
        return chance.choice(
            [None, None, Odd(), 2**40, -7, 1.5, float("nan"), True, "odd", "", [], {}, (1,),
             Objection(f"at {key}"), NotFound("row", "x"), datetime(2026, 1, 1, tzinfo=UTC),
             Later(self._right_value(chance, key, type_)), Later(None)]
        )  # fmt: skip

    def _right_value(self, chance: random.Random, key: str, type_: Any) -> Any:
        if is_non_null_type(type_):
            return self._value(chance, key, type_)
        if is_list_type(type_):
            items = [
                self._value(chance, f"{key}/{n}", type_.of_type)
                for n in range(chance.randint(0, 4))
            ]
            return tuple(items) if chance.random() < self._wrong else items
        if is_abstract_type(type_):
            type_ = chance.choice(self._schema._schema.get_possible_types(type_))
        if is_object_type(type_):
            return self._row(chance, key, type_)
        return _leaf(chance, type_)

    def _row(self, chance: random.Random, key: str, type_: GraphQLObjectType) -> Any:
        row: dict[str, Any] = {KEY: key, "type": type_.name}
        for name, field in type_.fields.items():
            source = leaves.source_of(field)
            is_column = source is not None and source.read is None and source.load is None
            if is_column and chance.random() >= self._wrong / 4:
                row[name] = self._value(chance, f"{key}.{name}", field.type)
        if chance.random() < self._wrong:
            return SimpleNamespace(
                **{"key" if name == KEY else name: value for name, value in row.items()}
            )
        return row


def _leaf(chance: random.Random, type_: Any) -> Any:
    if isinstance(type_, GraphQLEnumType):
        return chance.choice(list(type_.values.values())).value
    makers: dict[str, Any] = {
        "String": lambda: f"text {chance.randint(0, 99)}",
        "ID": lambda: f"id-{chance.randint(0, 99)}",
        "Int": lambda: chance.randint(-5, 2**31 - 1),
        "Long": lambda: chance.randint(0, 2**62),
        "Float": chance.random,
        "Boolean": lambda: chance.random() < 0.5,
        "DateTime": lambda: _EPOCH + timedelta(microseconds=chance.randint(0, 10**12)),
    }
    return makers.get(type_.name, lambda: {"any": [chance.randint(0, 9), None, "json"]})()


class _Known(dict[Any, Any]):
    """What a load knows; what has failed it does not know."""

    def __init__(self, fetch: Any, arguments: tuple[Any, ...]) -> None:
        self._make = lambda key: fetch.value(key, arguments)

    def __missing__(self, key: Any) -> Any:
        value = self._make(key)
        if isinstance(value, Exception):
            raise KeyError(key)
        return value

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key]


class _Loader:
    def __init__(self, fetch: Any, arguments: tuple[Any, ...]) -> None:
        self.known = _Known(fetch, arguments)

    def ready(self, keys: Any) -> None:
        return None


class Loaders:
    """All that is asked for is known at once, so that errors come in one order only."""

    def of(self, context: Any, fetch: Any, arguments: tuple[Any, ...]) -> _Loader:
        return _Loader(fetch, arguments)


class Context:
    def __init__(self) -> None:
        self.loaders = Loaders()
        self.rt = SimpleNamespace(settings=SimpleNamespace(compiled_lists=True))

    def load(self, fetch: Any, key: Any, *arguments: Any) -> Any:
        value = None if key is None else fetch.value(key, arguments)
        if isinstance(value, Exception):
            raise value
        return value
