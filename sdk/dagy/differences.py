"""What differs between two specs of one source, in the words of the flow's author."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dagy.spec import Binding, ConstBinding, DictBinding, FlowSpec, ListBinding, TaskSpec

_SHOWN_CHARACTERS = 120


class Difference(msgspec.Struct, frozen=True):
    """`what` is a noun ("argument 'day' of task 'load'"); `key` is the task's, if it is of one."""

    what: str
    ours: Any
    theirs: Any
    key: str | None = None

    @property
    def sides(self) -> tuple[str, str]:
        return _shown(self.ours), _shown(self.theirs)

    @property
    def is_order(self) -> bool:
        """Are both made of the same parts?"""
        parts = _parts(self.ours)
        return parts is not None and parts == _parts(self.theirs)


def first_difference(ours: FlowSpec, theirs: FlowSpec) -> Difference | None:
    """Defaults of parameters come first, then tasks as they were called."""
    for found in (_of_parameters(ours, theirs), _of_tasks(ours, theirs), _of_rest(ours, theirs)):
        first = next(found, None)
        if first is not None:
            return first
    return None


def are_reordered(ours: FlowSpec, theirs: FlowSpec) -> bool:
    """Do both call the same tasks with the same values, in another order?"""
    return _calls(ours) == _calls(theirs) and ours.tasks != theirs.tasks


def _calls(spec: FlowSpec) -> list[bytes]:
    plain = (msgspec.structs.replace(each, key="", depends_on=[]) for each in spec.tasks)
    return sorted(msgspec.json.encode(each, order="deterministic") for each in plain)


def _of_parameters(ours: FlowSpec, theirs: FlowSpec) -> Iterator[Difference]:
    here, there = ours.parameters.get("properties", {}), theirs.parameters.get("properties", {})
    for name in [*here, *(each for each in there if each not in here)]:
        one, other = here.get(name, {}), there.get(name, {})
        if one.get("default") != other.get("default"):
            yield Difference(
                f"the default of parameter {name!r}", one.get("default"), other.get("default")
            )
        elif one != other:
            yield Difference(f"the type of parameter {name!r}", one, other)


def _of_tasks(ours: FlowSpec, theirs: FlowSpec) -> Iterator[Difference]:
    for one, other in zip(ours.tasks, theirs.tasks, strict=False):
        if one.name != other.name or one.key != other.key:
            yield Difference("the order of task calls", one.name, other.name, one.key)
        yield from _of_task(one, other)
    if len(ours.tasks) != len(theirs.tasks):
        longer = max(ours.tasks, theirs.tasks, key=len)
        extra = longer[min(len(ours.tasks), len(theirs.tasks))]
        yield Difference("the number of task calls", len(ours.tasks), len(theirs.tasks), extra.key)


def _of_task(one: TaskSpec, other: TaskSpec) -> Iterator[Difference]:
    for name in [*one.inputs, *(each for each in other.inputs if each not in one.inputs)]:
        here, there = one.inputs.get(name), other.inputs.get(name)
        if here != there:
            yield Difference(
                f"argument {name!r} of task {one.name!r}", plain(here), plain(there), one.key
            )
    here_when, there_when = [[plain(each) for each in task.when] for task in (one, other)]
    if here_when != there_when:
        yield Difference(f"the condition of task {one.name!r}", here_when, there_when, one.key)
    for name in TaskSpec.__struct_fields__:
        here, there = getattr(one, name), getattr(other, name)
        if name not in ("inputs", "when") and here != there:
            yield Difference(f"{name} of task {one.name!r}", here, there, one.key)


def _of_rest(ours: FlowSpec, theirs: FlowSpec) -> Iterator[Difference]:
    if ours.output != theirs.output:
        yield Difference("what the flow returns", plain(ours.output), plain(theirs.output))
    for name in FlowSpec.__struct_fields__:
        here, there = getattr(ours, name), getattr(theirs, name)
        if name not in ("parameters", "tasks", "output") and here != there:
            yield Difference(f"{name} of the flow", here, there)


def plain(binding: Binding | None) -> Any:
    """A binding as its author wrote it: constants as they are, the rest as "<task load>"."""
    match binding:
        case None:
            return None
        case ConstBinding(value=value):
            return value
        case ListBinding(items=items):
            return [plain(each) for each in items]
        case DictBinding(items=named):
            return {key: plain(each) for key, each in named.items()}
        case _:
            name = getattr(binding, "key", None) or getattr(binding, "name", "")
            return f"<{name}{''.join(f'[{step!r}]' for step in binding.path)}>"


def _parts(value: Any) -> list[str] | None:
    """The letters of a text, the items of a list: what stays when only the order changes."""
    if isinstance(value, str):
        return sorted(value)
    if isinstance(value, list):
        return sorted(msgspec.json.encode(each, order="deterministic").decode() for each in value)
    return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"
