"""Symbols: what a flow body holds while it is traced, in place of values not computed yet."""

from collections.abc import Callable
from typing import Any, NoReturn

from dagy.errors import TraceError
from dagy.source import user_frame


class Symbol:
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
        raise TraceError(
            f"{self!r} has no value yet while the flow is traced, so {what} cannot work here",
            hint=hint,
            where=user_frame(),
        )

    def __hash__(self) -> int:
        return id(self)


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

    def __repr__(self) -> str:
        return f"the output of task {self.key!r}{''.join(f'[{step!r}]' for step in self._path)}"


class ParameterRef(Symbol):
    """A parameter of the flow."""

    __slots__ = ("name",)

    def __init__(self, trace: object, name: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(trace, path)
        self.name = name

    def _at(self, path: tuple[str | int, ...]) -> "ParameterRef":
        return ParameterRef(self._trace, self.name, path)

    def __repr__(self) -> str:
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


_WHEN = "use `with flow.when(condition):` for a branch"
_MAP = "use `task.map(items)` to run a task for each item"
_TASK = "do it inside a task"
_REFUSALS = {
    "__bool__": ("a test such as `if`, `and` or `not`", _WHEN),
    "__iter__": ("a loop", _MAP),
    "__len__": ("len()", f"{_TASK}, or {_MAP}"),
    "__contains__": ("`in`", _TASK),
    "__str__": ("turning it into text", _TASK),
    "__format__": ("an f-string", _TASK),
    "__int__": ("int()", _TASK),
    "__float__": ("float()", _TASK),
    "__index__": ("its use as a number", _TASK),
    "__call__": ("calling it", _TASK),
    "__enter__": ("`with`", _WHEN),
    "__setitem__": ("setting an item", _TASK),
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
    }.items()
    for prefix in ("", "r")
}


def _refusing(what: str, hint: str) -> Callable[..., NoReturn]:
    def refuse(self: Symbol, *_args: Any) -> NoReturn:
        self._refuse(what, hint)

    return refuse


for _name, (_what, _hint) in _REFUSALS.items():
    setattr(Symbol, _name, _refusing(_what, _hint))
for _name, _sign in _OPERATORS.items():
    setattr(Symbol, f"__{_name}__", _refusing(f"`{_sign}`", f"{_TASK}; {_WHEN}"))
