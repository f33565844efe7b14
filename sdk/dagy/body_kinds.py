"""What a variable of a flow body holds, as far as its syntax tells."""

import ast
import enum
from collections.abc import Callable
from typing import Any

import msgspec

from dagy.body_source import UNKNOWN, BodySource, attribute
from dagy.task import Task


class Kind(enum.Enum):
    """SYMBOL is surely a parameter or the output of a task; OPTIONAL too, but a helper asks with
    `is None` whether it was given; UNORDERED is a set, or what goes over one in its order."""

    SYMBOL = enum.auto()
    OPTIONAL = enum.auto()
    UNORDERED = enum.auto()
    OTHER = enum.auto()


class Known(msgspec.Struct, frozen=True):
    """A value that exists before the flow is traced: a task, a function, a constant."""

    value: Any


Value = Kind | Known
Variables = dict[str, Value]
SYMBOLS = (Kind.SYMBOL, Kind.OPTIONAL)
_PASS_ON_ORDER = (enumerate, list, tuple, iter, map, filter, reversed, zip)


def joined(first: Variables | None, second: Variables | None) -> Variables | None:
    """After two ways through a body: what differs is not known. None is a way that ended."""
    if first is None or second is None:
        return second if first is None else first
    both = first.keys() & second.keys()
    same = {name: first[name] for name in both if _are_same(first[name], second[name])}
    return dict.fromkeys(first.keys() | second.keys(), Kind.OTHER) | same


def _are_same(one: Value, other: Value) -> bool:
    if isinstance(one, Known) and isinstance(other, Known):
        return one.value is other.value
    return one is other


class Evaluation:
    """Kinds of expressions. `call` answers for calls of the user's own functions."""

    def __init__(self, body: BodySource, call: Callable[[Any, ast.Call, Variables], Value]) -> None:
        self._body = body
        self._call = call

    def of(self, node: ast.expr, variables: Variables) -> Value:
        match node:
            case ast.Name(id=name):
                return variables[name] if name in variables else _value(self._body.named(name))
            case ast.Attribute(value=owner, attr=name):
                found = self.of(owner, variables)
                known = attribute(found.value, name) if isinstance(found, Known) else UNKNOWN
                return _value(known)
            case ast.Call():
                return self._of_call(node, variables)
            case ast.Subscript(value=owner):
                return Kind.SYMBOL if self.of(owner, variables) in SYMBOLS else Kind.OTHER
            case ast.NamedExpr(value=inner) | ast.Starred(value=inner):
                return self.of(inner, variables)
            case ast.IfExp(body=one, orelse=other):
                first, second = self.of(one, variables), self.of(other, variables)
                return first if _are_same(first, second) else Kind.OTHER
            case ast.Set(elts=items):
                is_stable = all(isinstance(getattr(each, "value", None), int) for each in items)
                return Kind.OTHER if is_stable else Kind.UNORDERED
            case ast.SetComp():
                return Kind.UNORDERED
            case ast.BinOp(left=left, right=right):
                sides = (self.of(left, variables), self.of(right, variables))
                return Kind.UNORDERED if any(map(is_unordered, sides)) else Kind.OTHER
            case _:
                return Kind.OTHER

    def task(self, node: ast.expr, variables: Variables) -> Task[..., Any] | None:
        """The task that an expression is: `load`, `load.after(x)`, `load.with_options(...)`."""
        found = self.of(node, variables)
        if isinstance(found, Known) and isinstance(found.value, Task):
            return found.value
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="after" | "with_options")):
                return self.task(owner, variables)
        return None

    def is_task_call(self, node: ast.Call, variables: Variables) -> bool:
        match node.func:
            case ast.Attribute(value=owner, attr="map") if self.task(owner, variables):
                return True
        return self.task(node.func, variables) is not None

    def _of_call(self, node: ast.Call, variables: Variables) -> Value:
        if self.is_task_call(node, variables):
            return Kind.SYMBOL
        match node.func:
            case ast.Attribute(value=owner, attr="after" | "with_options"):
                task = self.task(owner, variables)
                return Kind.OTHER if task is None else Known(task)
        found = self.of(node.func, variables)
        function = found.value if isinstance(found, Known) else None
        if function is set or function is frozenset:
            return Kind.UNORDERED
        if any(function is each for each in _PASS_ON_ORDER):
            given = [self.of(each, variables) for each in node.args]
            return Kind.UNORDERED if any(map(is_unordered, given)) else Kind.OTHER
        return self._call(function, node, variables)


def is_unordered(value: Value) -> bool:
    """Whole numbers hash to themselves: a set of them has one order."""
    if isinstance(value, Known):
        held = value.value
        return isinstance(held, set | frozenset) and not all(type(each) is int for each in held)
    return value is Kind.UNORDERED


def _value(found: Any) -> Value:
    return Kind.OTHER if found is UNKNOWN else Known(found)
