"""A fingerprint of what a function does: it changes with the code, not with comments, formatting,
line numbers or the name of the file."""

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

import msgspec

from dagy.values import encode_sorted


def code_version(function: Callable[..., Any]) -> str:
    """16 hex digits, the same in every process of one version of Python.

    Of the function, what it wraps, what it holds from where it was made, and the functions of its
    own module that it calls, directly or through others. Not of imported modules and of data."""
    digest = hashlib.sha256()
    for part in _parts(function):
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _parts(function: Callable[..., Any]) -> Iterator[bytes]:
    waiting: list[Any] = [function]
    seen: set[int] = set()
    while waiting:
        each = _unbound(waiting.pop(0))
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, functools.partial):
            waiting.append(each.func)
            yield _value([each.args, each.keywords])
        elif isinstance(each, FunctionType):
            yield f"{each.__module__}.{each.__qualname__}".encode()
            yield from _code(each.__code__, each.__doc__)
            yield from _held(each, waiting)
        else:
            yield f"{type(each).__module__}.{type(each).__qualname__}".encode()


def _unbound(value: Any) -> Any:
    """The function of a method, and of an object that is called like one."""
    if inspect.ismethod(value):
        return value.__func__
    if isinstance(value, FunctionType | functools.partial) or not callable(value):
        return value
    own = getattr(value, "function", None) or vars(type(value)).get("__call__")
    return own if isinstance(own, FunctionType) else value


def _held(function: FunctionType, waiting: list[Any]) -> Iterator[bytes]:
    """Functions that belong to it are looked at in turn; values that it holds count themselves."""
    for cell in function.__closure__ or ():
        try:
            content = cell.cell_contents
        except ValueError:  # not filled in yet
            continue
        if callable(content):
            waiting.append(content)
        else:
            yield _value(content)
    wrapped = getattr(function, "__wrapped__", None)
    waiting += [] if wrapped is None else [wrapped]
    for name in sorted(_names(function.__code__)):
        called = function.__globals__.get(name)
        called = getattr(called, "function", called)  # another task, called as a function
        if isinstance(called, FunctionType) and called.__module__ == function.__module__:
            waiting.append(called)


def _names(code: CodeType) -> set[str]:
    inner = (_names(each) for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*inner)


def _code(code: CodeType, docstring: str | None = None) -> Iterator[bytes]:
    """The first constant is the docstring, or None in its place."""
    yield code.co_code
    yield repr((code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)).encode()
    for index, constant in enumerate(code.co_consts):
        if isinstance(constant, CodeType):
            yield from _code(constant)
        elif isinstance(constant, frozenset):  # its order differs from process to process
            yield repr(sorted(map(repr, constant))).encode()
        elif index or (constant is not None and constant != docstring):
            yield f"{type(constant).__name__}:{constant!r}".encode("utf-8", "surrogatepass")


def _value(value: Any) -> bytes:
    try:
        return encode_sorted(value)
    except (TypeError, ValueError, msgspec.MsgspecError, RecursionError):
        return f"{type(value).__module__}.{type(value).__qualname__}".encode()
