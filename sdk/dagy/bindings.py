"""Turns what a flow body passes around into Binding documents."""

from collections.abc import Iterable, Iterator
from typing import Any

from dagy.annotations import is_open, project
from dagy.errors import ResultNotSerialisableError, TraceError
from dagy.ordered import in_order
from dagy.outputs import SYMBOL_TEXT, ParameterRef, Symbol, TaskOutput, is_unmapped
from dagy.source import user_frame
from dagy.spec import (
    Binding,
    ConstBinding,
    DictBinding,
    ListBinding,
    ParamBinding,
    TaskBinding,
)
from dagy.values import decode, encode, lost

_MAX_DEPTH = 100


def bind(value: Any, trace: object, *, what: str, expected: Any = None) -> Binding:
    """`what` names the value in errors ("argument 'rows' of task 'load'"), `expected` is the type
    hint of what reads it; None where its JSON form is all that is wanted."""
    if isinstance(value, Symbol):
        return _symbol(value, trace, what)
    if holds_symbol(value, what):
        return _container(value, trace, what, expected)
    return _const(value, what, expected)


def holds_symbol(value: Any, what: str, depth: int = 0) -> bool:
    if isinstance(value, Symbol):
        return True
    if depth > _MAX_DEPTH:
        raise TraceError(
            f"{what} is nested more than {_MAX_DEPTH} levels deep, or contains itself",
            hint="pass a flat value",
            where=user_frame(),
        )
    if isinstance(value, dict):
        return any(holds_symbol(each, what, depth + 1) for each in value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return any(holds_symbol(each, what, depth + 1) for each in value)
    return False


def _symbol(value: Symbol, trace: object, what: str) -> Binding:
    if value._trace is not trace:
        raise TraceError(
            f"{what} is {value._words()} of another flow",
            hint="use outputs only inside the flow that made them",
            where=user_frame(),
        )
    if isinstance(value, TaskOutput):
        return TaskBinding(key=value.key, path=list(value._path))
    assert isinstance(value, ParameterRef)  # the only other kind
    return ParamBinding(name=value.name, path=list(value._path))


def _container(value: Any, trace: object, what: str, expected: Any) -> Binding:
    if expected is not None and is_open(expected) and type(value) not in (list, dict, set):
        plain = "dict" if isinstance(value, dict) else "list"
        raise TraceError(
            f"{what} is a {type(value).__name__}, which the task would get as a {plain}",
            hint=f"pass a {plain}, or annotate the argument",
            where=user_frame(),
        )
    if isinstance(value, dict):
        wrong = [key for key in value if not isinstance(key, str)]
        if wrong:
            raise TraceError(
                f"{what} has the key {wrong[0]!r} beside a task output",
                hint="use text keys in a mapping that holds outputs",
                where=user_frame(),
            )
        return DictBinding(items=dict(_parts(value.items(), trace, what, expected)))
    if isinstance(value, list | tuple):
        parts = _parts(enumerate(value), trace, what, expected)
        return ListBinding(items=[each for _, each in parts])
    raise TraceError(
        f"{what} is a {type(value).__name__} that holds a task output",
        hint="put outputs into lists or mappings",
        where=user_frame(),
    )


def _parts(
    parts: Iterable[tuple[Any, Any]], trace: object, what: str, expected: Any
) -> Iterator[tuple[Any, Binding]]:
    for key, each in parts:
        hint = None if expected is None else project(expected, key)
        yield key, bind(each, trace, what=f"{what}[{key!r}]", expected=hint)


def _const(value: Any, what: str, expected: Any) -> Binding:
    if is_unmapped(value):
        raise TraceError(
            f"{what} is unmapped()",
            hint="unmapped() is for arguments of .map()",
            where=user_frame(),
        )
    try:
        found = None if expected is None else lost(value, expected, what=what, who="the task")
        if found is not None:
            raise TraceError(found[0], hint=found[1], where=user_frame())
        document = encode(in_order(value), what=what)
    except ResultNotSerialisableError as error:
        raise TraceError(
            error.message,
            hint="pass JSON values, or make the object inside the task",
            where=user_frame(),
        ) from error
    _check_texts(document, what)
    return ConstBinding(value=decode(document))


def _check_texts(document: bytes, what: str) -> None:
    """repr() of an output is for people; a text that holds it was meant to hold its value."""
    found = SYMBOL_TEXT.search(document.decode())
    if found is not None:
        raise TraceError(
            f"{what} is a text that holds {found[0]}, not its value",
            hint="put the text together inside a task",
            where=user_frame(),
        )
