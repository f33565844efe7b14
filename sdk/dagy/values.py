"""Values between tasks: JSON and back, so that no two tasks ever share an object.

NaN and the infinities become null here; what must arrive as it was is checked by
`runner.readers` and, for literals, by `check_literal`."""

import os
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import msgspec

from dagy.annotations import is_closed
from dagy.errors import ResultNotSerialisableError
from dagy.lossless import difference, explain, is_plain, non_finite, parts, type_name


def _encode_hook(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, range):
        return list(value)
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type_name(value)} cannot be written as JSON")


def decode_hook(expected: type, value: Any) -> Any:
    """Builds what msgspec does not know from plain JSON: pydantic models and paths."""
    if hasattr(expected, "model_validate"):
        return expected.model_validate(value)
    if isinstance(expected, type) and issubclass(expected, PurePath) and isinstance(value, str):
        return expected(value)
    return value


# Of lists and mappings in each other. Around a result the API has some levels more, and of the JSON
# encoders in use one stops at 254.
MAX_DEPTH = 200
# Larger results travel as files.
INLINE_LIMIT_BYTES = 65536
_TEXTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_AS_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(each for each in range(256) if each not in b"[]{}")

_encoder = msgspec.json.Encoder(enc_hook=_encode_hook)
_sorted_encoder = msgspec.json.Encoder(enc_hook=_encode_hook, order="deterministic")
_raw_list = msgspec.json.Decoder(list[msgspec.Raw])
_raw_dict = msgspec.json.Decoder(dict[str, msgspec.Raw])
_any = msgspec.json.Decoder()


def encode(value: Any, *, what: str = "result") -> bytes:
    """JSON of any value the SDK supports; raises ResultNotSerialisableError with the path."""
    try:
        return _encoder.encode(value)
    except Exception as error:
        path, culprit = _find_fault(value, what, 0)
        raise ResultNotSerialisableError(
            f"{path} is of type {type_name(culprit)}, which JSON cannot hold ({_brief(error)})",
            hint="return JSON values, dataclasses, datetimes, enums or sets; "
            "write anything else to a file and use save_artifact()",
        ) from error


def is_deeper(data: bytes, levels: int) -> bool:
    """Whether JSON has lists and mappings in each other beyond so many levels."""
    if data.count(b"[") + data.count(b"{") <= levels:
        return False
    left = _TEXTS.sub(b"", data).translate(_AS_BRACKETS, _NO_BRACKETS)
    for _ in range(levels):
        if not left:
            return False
        left = left.replace(b"[]", b"")
    return bool(left)


def check_depth(data: bytes, *, what: str = "result") -> bytes:
    """The same; raises ResultNotSerialisableError. What is too large to travel inline is a file
    that no server reads."""
    if len(data) <= INLINE_LIMIT_BYTES and is_deeper(data, MAX_DEPTH):
        raise ResultNotSerialisableError(
            f"{what} has lists or mappings nested deeper than {MAX_DEPTH} levels",
            hint="return a flatter value, or write it to a file and use save_artifact()",
        )
    return data


def decode(data: bytes | msgspec.Raw) -> Any:
    return _any.decode(data)


def decoder(expected: Any) -> msgspec.json.Decoder[Any]:
    """Raises TypeError for annotations that msgspec cannot check."""
    return msgspec.json.Decoder(expected, dec_hook=decode_hook)


def convert(value: Any, expected: Any, *, strict: bool = True) -> Any:
    return msgspec.convert(value, expected, strict=strict, str_keys=True, dec_hook=decode_hook)


def round_trip(value: Any, *, what: str = "value") -> Any:
    """The plain JSON form of a value."""
    return decode(encode(value, what=what))


def encode_sorted(value: Any) -> bytes:
    """The same bytes for equal values, whatever the order of their keys and sets."""
    return _sorted_encoder.encode(value)


def same_json(value: Any, other: Any) -> bool:
    """Whether nothing is lost from one to the other but the types; lists of sets in any order."""
    return bool(
        decode(encode(value)) == decode(encode(other))
        or decode(encode_sorted(value)) == decode(encode_sorted(other))
    )


def lost(value: Any, expected: Any, *, what: str, who: str) -> tuple[str, str] | None:
    """What a reader with the hint `expected` would miss of a value, and the cure, in words."""
    if is_plain(value):
        return None
    where = non_finite(value, what)
    if where is not None:
        return (
            f"{where} is NaN or infinite, for which JSON has no word: {who} would get None",
            "use None where there is no number, or a text",
        )
    try:
        back = convert(round_trip(value, what=what), expected)
    except (msgspec.ValidationError, TypeError):
        return None  # it does not fit at all: the reader says so itself
    found = difference(value, back, what)
    if found is None or (is_closed(expected) and same_json(value, back)):
        return None
    return explain(found, who)


def fault(error: msgspec.ValidationError) -> tuple[str, str]:
    """Path inside the value (".address.city", "[3]") and message, pydantic's inner path too."""
    message, found, path = str(error).rpartition(" - at `$")
    message, path = (message, path.rstrip("`")) if found else (path, "")
    inner = getattr(error.__cause__, "errors", None)
    if not callable(inner):
        return path, message
    first = inner()[0]
    steps = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in first["loc"])
    return path + "".join(steps), first["msg"]


def split_list(data: bytes | msgspec.Raw) -> list[bytes]:
    """The items of a JSON array, each still JSON; raises msgspec.ValidationError otherwise."""
    return [bytes(item) for item in _raw_list.decode(data)]


def split_dict(data: bytes | msgspec.Raw) -> dict[str, bytes]:
    return {key: bytes(item) for key, item in _raw_dict.decode(data).items()}


def join_list(items: list[bytes]) -> bytes:
    return b"[" + b",".join(items) + b"]"


def join_dict(items: Mapping[str, bytes]) -> bytes:
    pairs = (_encoder.encode(key) + b":" + value for key, value in items.items())
    return b"{" + b",".join(pairs) + b"}"


def walk(data: bytes, path: list[str | int]) -> bytes:
    """The part of a JSON document at `path`; raises LookupError when it is not there."""
    for step in path:
        data = _step(data, step)
    return data


def _step(data: bytes, step: str | int) -> bytes:
    try:
        if isinstance(step, int):
            return split_list(data)[step]
        return split_dict(data)[step]
    except msgspec.ValidationError as error:
        wanted = "list" if isinstance(step, int) else "mapping"
        raise LookupError(f"[{step!r}] needs a {wanted}: {_brief(error)}") from error
    except LookupError as error:
        raise LookupError(f"[{step!r}] is not there") from error


def _find_fault(value: Any, path: str, depth: int) -> tuple[str, Any]:
    """Path and value of the first part that does not encode by itself."""
    for key, part in parts(value) if depth < 50 else []:
        try:
            _encoder.encode(part)
        except Exception:  # any fault of user code while encoding
            return _find_fault(part, f"{path}{key}", depth + 1)
    return path, value


def _brief(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text if len(text) < 200 else text[:197] + "..."
