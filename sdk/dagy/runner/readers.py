"""Who reads what a task returns, as what; and whether it arrives there as it was.

What is read has the type that the reader's annotation says. Where that is open, the annotation of
the task that returns it decides, and where that is open too the value must be plain JSON."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec

from dagy.annotations import (
    array_type,
    element,
    is_closed,
    is_dict,
    is_open,
    list_of,
    merge,
    project,
    restoring,
)
from dagy.errors import ResultNotSerialisableError
from dagy.lossless import difference, explain, field_names, is_plain, non_finite, step
from dagy.signature import Signature
from dagy.spec import Binding, DictBinding, ListBinding, ParamBinding, TaskBinding, TaskSpec
from dagy.trace import TracedFlow
from dagy.values import decode, decoder, encode, fault, same_json, split_dict, split_list


class _Each:
    """The step of a map into its list."""


EACH = _Each()
Step = str | int | _Each


class Reading(msgspec.Struct, frozen=True):
    """`hint` is what the reader itself says of the part at `path`; `who` names it in errors.
    `is_fixed`: the annotation of the task that returns it cannot help. `is_json`: it takes the
    JSON form of anything, as the result of a run does, which people see."""

    path: tuple[Step, ...]
    hint: Any
    who: str
    is_fixed: bool = False
    is_json: bool = False


class Parts(msgspec.Struct, frozen=True):
    """A list or dict put together in the flow's body, whose parts have readers of their own."""

    parts: Mapping[Any, "Reader"]
    make: type

    def decode(self, data: bytes | msgspec.Raw) -> Any:
        if self.make is dict:
            return {name: self.parts[name].decode(each) for name, each in split_dict(data).items()}
        return self.make(self.parts[at].decode(each) for at, each in enumerate(split_list(data)))

    def item(self, index: int | None) -> "Reader":
        return self.parts[index]


class Plain(msgspec.Struct, frozen=True):
    """JSON as it stands, or as one type."""

    decoder: msgspec.json.Decoder[Any] | None

    def decode(self, data: bytes | msgspec.Raw) -> Any:
        return decode(data) if self.decoder is None else self.decoder.decode(data)

    def item(self, index: int | None) -> "Reader":
        return self


Reader = Parts | Plain
_ANYTHING = Plain(None)


class Readers:
    """Of one traced flow. Everything is made when it is first asked for."""

    def __init__(self, traced: TracedFlow, signature: Signature) -> None:
        self._traced = traced
        self._signature = signature
        self._arguments: dict[str, dict[str, Reader]] = {}
        self._is_open: dict[tuple[str, bool], bool] = {}

    def prepare(self) -> None:
        """Makes what nearly every run asks for: once in the process that runs are forked from,
        where each of them would need 40 µs for every task."""
        for key, spec in self.specs.items():
            self.arguments(spec)
            self._says_nothing(key, is_item=bool(spec.map_inputs))

    @cached_property
    def specs(self) -> dict[str, TaskSpec]:
        return {spec.key: spec for spec in self._traced.spec.tasks}

    def arguments(self, spec: TaskSpec) -> dict[str, Reader]:
        """What reads the arguments of a task; for a mapped one see `Reader.item`."""
        if spec.key not in self._arguments:
            self._arguments[spec.key] = {
                name: self._argument(spec, name, binding) for name, binding in spec.inputs.items()
            }
        return self._arguments[spec.key]

    def condition(self, binding: Binding) -> Reader:
        return self._reader(binding, Any, None)

    @cached_property
    def output(self) -> Reader:
        """What reads the result of the flow."""
        binding = self._traced.spec.output
        if binding is None:
            return _ANYTHING
        return self._reader(binding, restoring(self._signature.returns), None)

    def check(self, key: str, map_index: int | None, value: Any) -> None:
        """Raises ResultNotSerialisableError where `value` would be read as something else."""
        if is_plain(value) and self._says_nothing(key, is_item=map_index is not None):
            return
        returned = self._returned(key, is_item=map_index is not None)
        for reading in self._readings_of(key, map_index):
            test = _Test(reading, _projected(returned, reading.path))
            for where, part in _parts_at(value, reading.path, "result"):
                test(part, where)

    def _argument(self, spec: TaskSpec, name: str, binding: Binding) -> Reader:
        task = self._traced.tasks[spec.key]
        own, hint = task.decoders[name], task.read_as(name)
        if is_closed(hint):
            return Plain(own)
        if name not in spec.map_inputs:
            return self._reader(binding, hint, own)
        if isinstance(binding, ListBinding):
            each = {index: self._reader(x, hint, own) for index, x in enumerate(binding.items)}
            return Parts(each, list)
        merged = merge(hint, restoring(element(self._type_of(binding))))
        return _plain(merged, hint, own)

    def _reader(self, binding: Binding, hint: Any, own: msgspec.json.Decoder[Any] | None) -> Reader:
        if isinstance(binding, ListBinding | DictBinding):
            make = None if is_closed(hint) else _container(binding, hint)
            if make is None:
                return _plain(hint, hint, own)
            parts = {
                name: self._reader(each, project(hint, name), None)
                for name, each in _parts_of(binding)
            }
            if all(each == _ANYTHING for each in parts.values()):
                return _plain(hint, hint, own)
            return Parts(parts, make)
        return _plain(merge(hint, restoring(self._type_of(binding))), hint, own)

    def _type_of(self, binding: Binding) -> Any:
        """What is known of a value without its reader."""
        match binding:
            case TaskBinding(key=key, path=path):
                return _projected(self._returned(key, is_item=False), tuple(path))
            case ParamBinding(name=name, path=path):
                return _projected(self._signature.annotation(name), tuple(path))
            case _:
                return Any

    def _returned(self, key: str, *, is_item: bool) -> Any:
        """The type of a task's whole result, or of the one item that a child returns."""
        returns = self._traced.tasks[key].signature.returns
        is_whole = not is_item and self.specs[key].map_inputs
        return list_of(returns) if is_whole else returns

    def _says_nothing(self, key: str, *, is_item: bool) -> bool:
        """Whether the annotation of the task does not change how plain JSON is read."""
        if (key, is_item) not in self._is_open:
            returned = self._returned(key, is_item=is_item)
            self._is_open[key, is_item] = is_open(restoring(returned))
        return self._is_open[key, is_item]

    def _readings_of(self, key: str, map_index: int | None) -> Iterator[Reading]:
        task = self._traced.tasks[key]
        if task.settings.cache_key is not None:
            yield Reading((), Any, "a later run, from the cache,")
        for reading in self._readings.get(key, ()):
            if map_index is None:
                yield reading
            elif not reading.path:
                yield msgspec.structs.replace(reading, hint=project(reading.hint, map_index))
            elif _takes(reading.path[0], map_index):
                yield msgspec.structs.replace(reading, path=reading.path[1:])

    @cached_property
    def _readings(self) -> dict[str, list[Reading]]:
        found: dict[str, list[Reading]] = {}
        for key, reading in self._all_readings():
            found.setdefault(key, []).append(reading)
        return found

    def _all_readings(self) -> Iterator[tuple[str, Reading]]:
        for spec in self._traced.spec.tasks:
            task, who = self._traced.tasks[spec.key], f"task {spec.key!r}"
            for name, binding in spec.inputs.items():
                is_mapped = name in spec.map_inputs
                yield from _readings(binding, task.read_as(name), who, is_mapped=is_mapped)
            for condition in spec.when:
                yield from _readings(condition, Any, "a condition of the flow")
        if self._traced.spec.output is not None:
            for key, reading in _readings(self._traced.spec.output, Any, "the result of the run"):
                yield key, msgspec.structs.replace(reading, is_json=True)


def _plain(merged: Any, hint: Any, own: msgspec.json.Decoder[Any] | None) -> Plain:
    """`own` reads `hint` already; a type that msgspec cannot read is read as it stands."""
    if is_open(merged) or (merged is hint and own is not None):
        return Plain(own)
    try:
        return Plain(decoder(merged))
    except TypeError:
        return Plain(own)


def _parts_of(binding: ListBinding | DictBinding) -> list[tuple[Any, Binding]]:
    if isinstance(binding, ListBinding):
        return list(enumerate(binding.items))
    return list(binding.items.items())


def _container(binding: ListBinding | DictBinding, hint: Any) -> type | None:
    """What a reader wants for parts that are read one by one; None for objects with fields."""
    if isinstance(binding, DictBinding):
        return dict if is_open(hint) or is_dict(hint) else None
    return list if is_open(hint) else array_type(hint)


def _readings(
    binding: Binding, hint: Any, who: str, *, is_mapped: bool = False, is_fixed: bool = False
) -> Iterator[tuple[str, Reading]]:
    """Everything of tasks that a binding holds."""
    match binding:
        case TaskBinding(key=key, path=path):
            steps = (*path, EACH) if is_mapped else tuple(path)
            yield key, Reading(steps, hint, who, is_fixed)
        case ListBinding() | DictBinding():
            is_fixed = not is_mapped and (is_fixed or _container(binding, hint) is None)
            for name, each in _parts_of(binding):
                part = hint if is_mapped else project(hint, name)
                yield from _readings(each, part, who, is_fixed=is_fixed)


def _takes(first: Step, map_index: int) -> bool:
    """Whether a step into the list of a map can mean this child; -1 can mean any."""
    return first is EACH or (isinstance(first, int) and (first == map_index or first < 0))


def _projected(hint: Any, path: tuple[Step, ...]) -> Any:
    for each in path:
        hint = element(hint) if isinstance(each, _Each) else project(hint, each)
    return hint


def _parts_at(value: Any, path: tuple[Step, ...], where: str) -> Iterator[tuple[str, Any]]:
    """Nothing where the path leads nowhere: the reader says so itself."""
    if not path:
        yield where, value
        return
    first, rest = path[0], path[1:]
    if isinstance(first, _Each):
        for index, part in enumerate(_items(value)):
            yield from _parts_at(part, rest, f"{where}[{index}]")
    elif isinstance(first, str):
        if isinstance(value, Mapping) and first in value:
            yield from _parts_at(value[first], rest, where + step(first))
        elif first in field_names(value):
            yield from _parts_at(getattr(value, first), rest, f"{where}.{first}")
    elif isinstance(value, list | tuple) and -len(value) <= first < len(value):
        yield from _parts_at(value[first], rest, f"{where}[{first}]")


def _items(value: Any) -> Iterator[Any]:
    is_array = isinstance(value, list | tuple | set | frozenset) or hasattr(value, "tolist")
    return iter(value) if is_array else iter(())


class _Test:
    """Reads what was returned as one of its readers will, and looks at what that gives."""

    def __init__(self, reading: Reading, returned: Any) -> None:
        returned = Any if reading.is_fixed else returned
        self._who = reading.who
        self._hint = reading.hint
        self._is_json = reading.is_json
        self._returned = returned
        helped = merge(reading.hint, restoring(returned))
        self._is_helped = helped is not reading.hint
        self._reader = _plain(helped, reading.hint, None)
        self._is_declared = is_closed(merge(reading.hint, returned))

    def __call__(self, part: Any, where: str) -> None:
        """Raises ResultNotSerialisableError."""
        is_same = is_plain(part)
        if not is_same:
            self._refuse_non_finite(part, where)
        if self._is_json or (is_same and not self._is_helped):
            return
        data = encode(part, what=where)
        try:
            back = self._reader.decode(data)
        except msgspec.ValidationError as error:
            if is_closed(self._hint):
                return  # its own annotation refuses it, in its own words
            raise _misfit(where, error) from error
        found = difference(part, back, where)
        if found is None:
            return
        if not (self._is_declared and same_json(part, back) and self._fits(data)):
            message, hint = explain(found, self._who)
            raise ResultNotSerialisableError(message, hint=hint)

    def _fits(self, data: bytes) -> bool:
        """Whether JSON is what the reader, or else the task that returns it, declares."""
        try:
            _plain(merge(self._hint, self._returned), Any, None).decode(data)
        except msgspec.ValidationError:
            return False
        return True

    def _refuse_non_finite(self, part: Any, where: str) -> None:
        path = non_finite(part, where)
        if path is not None:
            raise ResultNotSerialisableError(
                f"{path} is NaN or infinite, for which JSON has no word: "
                f"{self._who} would get None",
                hint="return None where there is no number, or a text",
            )


def _misfit(where: str, error: msgspec.ValidationError) -> ResultNotSerialisableError:
    path, message = fault(error)
    return ResultNotSerialisableError(
        f"{where}{path} does not fit the annotation of what the task returns: {message}",
        hint="return what the annotation says, or change the annotation",
    )
