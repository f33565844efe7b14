"""Symbols: what a flow body holds while it is traced, in place of values not computed yet."""

import opcode
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from dagy.errors import TraceError
from dagy.source import caller_is_user, user_frame

# What repr() makes of a symbol.
SYMBOL_TEXT = re.compile(r"<(?:the output of task|parameter) '[^<>]*>")


class _Kind(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        """Without the `__class__` of the instance, which refuses to answer."""
        return issubclass(type(instance), cls)


class Symbol(metaclass=_Kind):
    """Something known only when the flow runs; `symbol["key"]` and `symbol[0]` go inside."""

    __slots__ = ("_path", "_trace")

    def __init__(self, trace: object, path: tuple[str | int, ...] = ()) -> None:
        self._trace = trace
        self._path = path

    def _at(self, path: tuple[str | int, ...]) -> "Symbol":
        raise NotImplementedError

    def __getitem__(self, step: str | int) -> Any:
        if isinstance(step, str) or type(step) is int:
            return self._at((*self._path, step))
        return self._refuse(f"[{step!r}]", "only text keys and whole numbers can be looked up")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._refuse(f".{name}", f'use ["{name}"] to reach inside, or do it in a task')

    def _refuse(self, what: str, hint: str) -> NoReturn:
        error = TraceError(
            f"{self._words()} has no value yet while the flow is traced, "
            f"so {what} cannot work here",
            hint=hint,
            where=user_frame(),
        )
        # A body may swallow what is raised here; the trace does not forget it.
        if caller_is_user() and (note := getattr(self._trace, "refuse", None)):
            note(error)
        raise error

    def __iter__(self) -> Iterator[Any]:
        self._refuse(*_iteration())

    # isinstance() asks for it when the type itself does not answer: with str, the answer would
    # be False for a text, too. Libraries that format or copy what they get may ask.
    @property
    def __class__(self) -> Any:
        if caller_is_user():
            self._refuse(
                "isinstance()",
                f"{_TASK}; isinstance(x, TaskOutput), that class first, tells outputs from values",
            )
        return type(self)

    @__class__.setter
    def __class__(self, _kind: Any) -> None:
        self._refuse("setting its class", _TASK)

    def __copy__(self) -> "Symbol":
        return self

    def __deepcopy__(self, _memo: Any) -> "Symbol":
        return self

    def _words(self) -> str:
        raise NotImplementedError

    def __repr__(self) -> str:
        """With brackets, so that a text made of it can be recognized as a mistake."""
        return f"<{self._words()}>"


class TaskOutput(Symbol):
    """What a task returns inside of a flow: its result, before there is one.

    Passing it to another task makes an edge of the graph. `output["key"]` and `output[0]` reach
    inside of the result. Everything that would need the value now (`if`, a loop, an f-string) is
    refused with the line and the cure.

    Attributes:
        key: The key of the task in the flow, such as "load" or "load-2".

    Example:
        ```python
        @flow
        def report(city: str) -> None:
            weather = load(city)
            send(weather["temperature"])
        ```
    """

    __slots__ = ("key",)

    def __init__(self, trace: object, key: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(trace, path)
        self.key = key

    def _at(self, path: tuple[str | int, ...]) -> "TaskOutput":
        return TaskOutput(self._trace, self.key, path)

    def _words(self) -> str:
        return f"the output of task {self.key!r}{''.join(f'[{step!r}]' for step in self._path)}"


class ParameterRef(Symbol):
    """A parameter of the flow."""

    __slots__ = ("name",)

    def __init__(self, trace: object, name: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(trace, path)
        self.name = name

    def _at(self, path: tuple[str | int, ...]) -> "ParameterRef":
        return ParameterRef(self._trace, self.name, path)

    def _words(self) -> str:
        return f"parameter {self.name!r}{''.join(f'[{step!r}]' for step in self._path)}"


class Unmapped:
    """Marks an argument of `.map()` that every child receives whole."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def unmapped(value: Any) -> Any:
    """Give a list to every child of `.map()` whole, in place of one item to each.

    Args:
        value: What each child receives as it is.

    Example:
        ```python
        scores = score.map(documents, unmapped(["a", "list", "of", "words"]))
        ```
    """
    return Unmapped(value)


def is_unmapped(value: Any) -> bool:
    """isinstance() must not be asked of a symbol."""
    return type(value) is Unmapped


_WHEN = "use `with flow.when(condition):` for a branch"
_MAP = "use `task.map(items)` to run a task for each item"
_TASK = "do it inside a task"
_ITEM = "take items by their place: pair = make_pair(), then pair[0] and pair[1]"
_SPREAD = "pass the list itself: task(items); or take items by their place: items[0]"
_REFUSALS = {
    "__bool__": ("a test such as `if`, `and` or `not`", _WHEN),
    "__len__": ("len()", f"{_TASK}, or {_MAP}"),
    "__contains__": ("`in`", _TASK),
    "__hash__": (
        "a look-up by its value",
        f"{_TASK}; keep outputs in lists, not in sets or as keys of a dict",
    ),
    "__str__": ("turning it into text", _TASK),
    "__bytes__": ("bytes()", _TASK),
    "__format__": ("an f-string", _TASK),
    "__int__": ("int()", _TASK),
    "__float__": ("float()", _TASK),
    "__complex__": ("complex()", _TASK),
    "__index__": ("its use as a number", _TASK),
    "__round__": ("round()", _TASK),
    "__abs__": ("abs()", _TASK),
    "__neg__": ("`-`", _TASK),
    "__pos__": ("`+`", _TASK),
    "__invert__": ("`~`", _TASK),
    "__divmod__": ("divmod()", _TASK),
    "__rdivmod__": ("divmod()", _TASK),
    "__call__": ("calling it", _TASK),
    "__enter__": ("`with`", _WHEN),
    "__exit__": ("`with`", _WHEN),
    "__await__": ("`await`", "pass it to a task; a flow does not wait, its tasks run in order"),
    "__aiter__": ("`async for`", _MAP),
    "__aenter__": ("`async with`", _WHEN),
    "__aexit__": ("`async with`", _WHEN),
    "__next__": ("next()", _ITEM),
    "__reversed__": ("reversed()", _TASK),
    "__setitem__": ("setting an item", _TASK),
    "__delitem__": ("deleting an item", _TASK),
    "__fspath__": ("its use as a path", _TASK),
    "__reduce_ex__": ("pickling it", "pass it to a task"),
}
_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="} | {
    prefix + name: sign
    for name, sign in {
        "add": "+",
        "sub": "-",
        "mul": "*",
        "truediv": "/",
        "floordiv": "//",
        "mod": "%",
        "pow": "**",
        "and": "&",
        "or": "|",
        "xor": "^",
        "matmul": "@",
        "lshift": "<<",
        "rshift": ">>",
    }.items()
    for prefix in ("", "r")
}


def _iteration() -> tuple[str, str]:
    """What iterates over the symbol, and what to do: told by the instruction of the caller."""
    frame = sys._getframe(2)
    instruction = opcode.opname[frame.f_code.co_code[frame.f_lasti]]
    if instruction in ("UNPACK_SEQUENCE", "UNPACK_EX"):
        return "unpacking", _ITEM
    if instruction in ("LIST_EXTEND", "CALL_FUNCTION_EX", "LIST_TO_TUPLE"):
        return "spreading it with `*`", _SPREAD
    return "a loop", _MAP


def _refusing(what: str, hint: str) -> Callable[..., NoReturn]:
    def refuse(self: Symbol, *_args: Any) -> NoReturn:
        self._refuse(what, hint)

    return refuse


for _name, (_what, _hint) in _REFUSALS.items():
    setattr(Symbol, _name, _refusing(_what, _hint))
for _name, _sign in _OPERATORS.items():
    setattr(Symbol, f"__{_name}__", _refusing(f"`{_sign}`", f"{_TASK}; {_WHEN}"))
