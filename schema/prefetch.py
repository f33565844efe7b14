"""Lists fetch what their objects refer to before the objects are looked at one by one: one awaited
batch per relation and level, instead of a future for every object."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator
from typing import Any

from schema.compiled.shapes import Level, Load


def prefetched(level: Level, objects: Iterable[Any], context: Any) -> Awaitable[None] | None:
    """None where everything is known already.

    What fails is asked for again, and reported, by the field of each object.
    """
    try:
        return _prefetched(level, [each for each in objects if each is not None], context)
    except Exception:
        return None


def _prefetched(level: Level, objects: list[Any], context: Any) -> Awaitable[None] | None:
    loads = [(load, _keys(load, objects)) for load in level.loads]
    waits = [
        wait
        for load, keys in loads
        if (wait := context.loaders.of(context, load.fetch, load.arguments).ready(keys)) is not None
    ]
    if waits:
        return _inside_after(waits, loads, level, objects, context)
    return _inside(loads, level, objects, context)


def _keys(load: Load, objects: list[Any]) -> list[Any]:
    """Distinct, in order; objects that are read by None refer to nothing."""
    keys = dict.fromkeys(load.key_of(each) for each in objects)
    keys.pop(None, None)
    return list(keys)


async def _inside_after(
    waits: list[Awaitable[None]],
    loads: list[tuple[Load, list[Any]]],
    level: Level,
    objects: list[Any],
    context: Any,
) -> None:
    await asyncio.gather(*waits)
    further = _inside(loads, level, objects, context)
    if further is not None:
        await further


def _inside(
    loads: list[tuple[Load, list[Any]]], level: Level, objects: list[Any], context: Any
) -> Awaitable[None] | None:
    """The next level: of what has been loaded, and of what is part of the objects."""
    try:
        below = list(_below(loads, level, objects, context))
    except Exception:
        return None
    found = [prefetched(inner, values, context) for inner, values in below]
    waits = [wait for wait in found if wait is not None]
    return _all(waits) if waits else None


def _below(
    loads: list[tuple[Load, list[Any]]], level: Level, objects: list[Any], context: Any
) -> Iterator[tuple[Level, list[Any]]]:
    for load, keys in loads:
        if load.inner:
            known = context.loaders.of(context, load.fetch, load.arguments).known
            yield load.inner, _flat(known.get(key) for key in keys)
    for read, inner in level.reads:
        yield inner, _flat(read(each) for each in objects)


async def _all(waits: list[Awaitable[None]]) -> None:
    await asyncio.gather(*waits)


def _flat(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, list):
            found += value
        else:
            found.append(value)
    return found
