"""The syntax tree of a user's function, and what the names in it mean."""

import ast
import builtins
import functools
import linecache
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from dagy.source import is_library, is_ours

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
UNKNOWN = object()


class BodySource:
    """A function with its syntax tree."""

    def __init__(self, function: FunctionType, node: Function) -> None:
        self.function = function
        self.node = node

    @property
    def statements(self) -> list[ast.stmt]:
        if isinstance(self.node, ast.Lambda):
            return [ast.copy_location(ast.Return(self.node.body), self.node.body)]
        return self.node.body

    def named(self, name: str) -> Any:
        """What a name means outside of the function's own variables; UNKNOWN if nothing."""
        code = self.function.__code__
        if name in code.co_freevars:
            cell = (self.function.__closure__ or ())[code.co_freevars.index(name)]
            try:
                return cell.cell_contents
            except ValueError:  # not assigned yet
                return UNKNOWN
        if name in code.co_varnames or name in code.co_cellvars:
            return UNKNOWN
        found = self.function.__globals__.get(name, UNKNOWN)
        return getattr(builtins, name, UNKNOWN) if found is UNKNOWN else found


def body_of(function: Callable[..., Any]) -> BodySource | None:
    """None for what is not a function of the user's own, or has no source at hand."""
    if not isinstance(function, FunctionType):
        return None
    file_name = function.__code__.co_filename
    if is_ours(file_name) or is_library(file_name):
        return None
    linecache.checkcache(file_name)
    lines = linecache.getlines(file_name, function.__globals__)
    found = [each for each in _functions("".join(lines)) if _is_of(each, function)]
    return BodySource(function, found[0]) if len(found) == 1 else None


def attribute(owner: Any, name: str) -> Any:
    """Of modules and classes alone: anything else may run code when it is asked."""
    if isinstance(owner, ModuleType | type):
        return vars(owner).get(name, UNKNOWN)
    return UNKNOWN


@functools.lru_cache(maxsize=16)
def _functions(source: str) -> tuple[Function, ...]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    return tuple(each for each in ast.walk(tree) if isinstance(each, Function))


def _is_of(node: Function, function: FunctionType) -> bool:
    code = function.__code__
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return node.name == code.co_name and first == code.co_firstlineno


def own_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """A node and everything below it, but for the bodies of functions defined inside of it."""
    yield root
    if not isinstance(root, Function | ast.ClassDef):
        for child in ast.iter_child_nodes(root):
            yield from own_nodes(child)
