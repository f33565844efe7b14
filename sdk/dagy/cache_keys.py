"""Cache keys: of one task of one flow and one version of its code, and of typed arguments."""

import hashlib
import inspect
import string
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import suppress
from typing import Any, Literal

from dagy.code_version import code_version
from dagy.errors import DagyError, TraceError
from dagy.lossless import field_names
from dagy.signature import Signature
from dagy.values import decode, encode, encode_sorted

CacheKey = str | Callable[..., Any]
CacheScope = Literal["flow", "shared"]
SCOPES = ("flow", "shared")

_KEY_LIMIT = 200


class _Rendering(string.Formatter):
    """str.format(), which also notes each value as typed JSON: 1, "1", 1.0 and true differ."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return super().convert_field(_sorted(value) if conversion else value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(super().format_field(value if format_spec else _sorted(value), format_spec))
        self.values.append(text if format_spec else value)
        return text


def rendered(key: CacheKey, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
    """What people see of the key, and its typed form. Raises what user code raises, and
    ResultNotSerialisableError for arguments that JSON cannot hold."""
    if callable(key):
        value = key(**arguments)
        return str(_sorted(value)), _typed(value)
    rendering = _Rendering()
    text = rendering.vformat(key, (), arguments)
    return text, _typed(rendering.values)


def _sorted(value: Any) -> Any:
    """The value, or the JSON form of one with parts: equal sets and mappings may give these in
    another order."""
    if isinstance(value, Mapping | Set | list | tuple) or field_names(value):
        with suppress(DagyError):  # `_typed` says so
            return decode(_typed(value))
    return value


def _typed(value: Any) -> bytes:
    encode(value, what="cache key")
    return encode_sorted(value)


def with_defaults(signature: Signature, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument as the function will have it."""
    bound = inspect.BoundArguments(signature.plain, dict(arguments))
    bound.apply_defaults()
    return dict(bound.arguments)


def full_key(*, scope: tuple[str, ...], text: str, typed: bytes) -> str:
    """At most 200 characters that a database can hold: "flow:task:version:text:typed"."""
    full = ":".join([*scope, text, hashlib.sha256(typed).hexdigest()[:16]])
    shown = full.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    if len(full) <= _KEY_LIMIT and shown == full:
        return full
    return f"{shown[:100]}:{hashlib.sha256(full.encode('utf-8', 'surrogatepass')).hexdigest()}"


def version_of(function: Callable[..., Any], cache_version: str | None) -> str:
    return code_version(function) if cache_version is None else cache_version


def check_cache_key(key: CacheKey, signature: Signature, *, task: str, where: str | None) -> None:
    """Raises TraceError for a key that could not be made of the task's arguments."""
    try:
        if callable(key):
            _check_callable(key, signature)
        else:
            _check_template(key, signature)
    except (TypeError, ValueError) as error:
        raise TraceError(
            f"task {task!r}: cache_key cannot be made: {error}",
            hint=f"it can use the arguments of {task}{signature.plain}",
            where=where,
        ) from error


def _check_callable(key: Callable[..., Any], signature: Signature) -> None:
    if inspect.iscoroutinefunction(key):
        raise TypeError("it is an async function")
    try:
        own = inspect.signature(key)
    except ValueError:  # a builtin that does not tell
        return
    own.bind(**dict.fromkeys(signature.arguments))


def _check_template(key: str, signature: Signature) -> None:
    for name in _names(key):
        if name not in signature.arguments:
            known = ", ".join(signature.arguments) or "none"
            raise ValueError(f"the task has no argument {name!r} (it has: {known})")


def _names(template: str) -> Iterator[str]:
    """The arguments that a template uses, also inside of format specs: "{x:{width}}"."""
    for _, field, spec, _ in string.Formatter().parse(template):
        if field is not None:
            yield field.partition(".")[0].partition("[")[0]
            yield from _names(spec or "")
