"""Events without secret values, both where they leave a run and where they reach the worker."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, TypeVar
from uuid import uuid4

import msgspec
from msgspec import UNSET

from dagy.masking import Masker
from dagy.runner.protocol import (
    ArtifactSaved,
    ErrorInfo,
    Event,
    Log,
    Ref,
    Result,
    RunFinished,
    TaskCached,
    TaskCancelled,
    TaskFailed,
    TaskRetrying,
    TaskSkipped,
    TaskSucceeded,
    TaskTimedOut,
    encoder,
    event_decoder,
)

_BLOCK_BYTES = 1024 * 1024
# UTF-8 needs no more.
_BYTES_PER_CHARACTER = 4


def mask_lines(lines: list[bytes], masker: Masker) -> list[bytes]:
    """Events as lines of JSON. Looks at all of them at once: where none holds a value, as nearly
    always, this costs 0.3 µs a line."""
    if not masker or not masker.finds(b"\n".join(lines)):
        return lines
    return [_mask_line(each, masker) if masker.finds(each) else each for each in lines]


def _mask_line(line: bytes, masker: Masker) -> bytes:
    return encoder.encode(mask_event(event_decoder.decode(line), masker))


E = TypeVar("E", bound=Event)


def mask_event(event: E, masker: Masker) -> E:
    """What a person wrote in it is masked; keys of tasks, numbers and times stay."""
    changes: dict[str, object] = {}
    match event:
        case Log(message=message):
            changes["message"] = masker.text(message)
        case TaskRetrying(error=error) | TaskFailed(error=error) | TaskTimedOut(error=error):
            changes["error"] = mask_error(error, masker)
        case TaskSkipped(reason=reason) | TaskCancelled(reason=reason):
            changes["reason"] = masker.text(reason)
        case TaskSucceeded(result=result, cache_key=cache_key):
            changes["result"] = mask_result(result, masker)
            if cache_key is not None and masker.text(cache_key) != cache_key:
                changes["cache_key"] = None
        case TaskCached(result=result):
            changes["result"] = mask_result(result, masker)
        case ArtifactSaved(name=name, content_type=content_type):
            changes["name"] = masker.text(name)
            changes["content_type"] = masker.text(content_type)
        case RunFinished(error=error, result=result):
            changes["error"] = None if error is None else mask_error(error, masker)
            changes["result"] = None if result is None else mask_result(result, masker)
    return msgspec.structs.replace(event, **changes) if changes else event


def mask_error(error: ErrorInfo, masker: Masker) -> ErrorInfo:
    texts = {
        name: masker.text(text)
        for name in ("message", "type", "traceback", "where", "hint")
        if (text := getattr(error, name)) is not None
    }
    return msgspec.structs.replace(error, **texts)


def mask_result(result: Result, masker: Masker) -> Result:
    """The same object where there is nothing to mask; a file is looked at by `mask_file`."""
    if result.value is UNSET:
        return result
    data = encoder.encode(result.value)
    masked = masker.json(data)
    return result if masked is data else Result(value=msgspec.Raw(masked), masked=True)


def mask_file(result: Result, file: BinaryIO, masker: Masker) -> Result:
    """A result in a file, of which a masked copy is made where it needs one."""
    assert isinstance(result.ref, Ref)
    data = file.read()
    masked = masker.json(data)
    if masked is data:
        return result
    path = f"{result.ref.path}.{uuid4().hex}"
    with open(path, "xb") as copy:
        copy.write(masked)
    ref = Ref(path=path, size_bytes=len(masked), sha256=hashlib.sha256(masked).hexdigest())
    return Result(ref=ref, masked=True)


def holds_secret(file: BinaryIO, masker: Masker) -> bool:
    """Reads the file in blocks: it may be larger than the memory."""
    return any(masker.finds(window) for _, window in blocks(file, masker))


def blocks(file: BinaryIO, masker: Masker) -> Iterator[tuple[bytes, bytes]]:
    """Each block of the file, alone and with the end of the one before: a secret may lie across
    both."""
    reach, tail = masker.longest * _BYTES_PER_CHARACTER, b""
    while block := file.read(_BLOCK_BYTES):
        window = tail + block
        yield block, window
        tail = window[-reach:] if reach else b""


def refused_file(event: ArtifactSaved) -> Log:
    """What is said in place of a saved file that holds a secret."""
    message = f"the file {event.name!r} holds a secret that this run was given: it is not kept"
    return Log(at=event.at, message=message, level="ERROR", key=event.key)
