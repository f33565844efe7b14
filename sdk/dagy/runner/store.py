"""Results of a run as JSON: small ones in memory, large ones in the spool folder."""

import hashlib
import os
import shutil
from pathlib import Path
from uuid import uuid4

import msgspec
from msgspec import UnsetType

from dagy.masking import known
from dagy.runner.protocol import Ref, Result, encoder
from dagy.values import INLINE_LIMIT_BYTES


class Stored(msgspec.Struct, frozen=True):
    """JSON text of a value. `kept` is our own link to a spooled file, as hosts move the other.
    `masked`: the file shows no secrets, the text here is what the task returned."""

    data: bytes | None = None
    ref: Ref | None = None
    kept: str | None = None
    masked: bool = False

    def load(self) -> bytes:
        if self.data is not None:
            return self.data
        assert self.ref is not None
        return Path(self.kept or self.ref.path).read_bytes()

    def result(self) -> Result:
        if self.ref is not None:
            return Result(ref=self.ref, masked=self.masked)
        assert self.data is not None
        return Result(value=msgspec.Raw(self.data))


NULL = Stored(data=b"null")


def store(data: bytes, spool_dir: str) -> Stored:
    """Keeps up to 64 KiB inline, else writes a file of its own, without secrets."""
    if len(data) <= INLINE_LIMIT_BYTES:
        return Stored(data=data)
    shown = known.json(data)
    ref = _spool(shown, spool_dir)
    if shown is not data:
        return Stored(data=data, ref=ref, masked=True)
    return Stored(ref=ref, kept=_keep(ref.path))


def _spool(data: bytes, spool_dir: str) -> Ref:
    sha256 = hashlib.sha256(data).hexdigest()
    os.makedirs(spool_dir, exist_ok=True)
    # Equal results of two tasks never share a file: one may be read, or taken by the host, while
    # the other is written.
    path = os.path.join(spool_dir, f"{sha256}-{uuid4().hex}.json")
    Path(path).write_bytes(data)
    return Ref(path=path, size_bytes=len(data), sha256=sha256)


def from_result(result: Result) -> Stored:
    """A result that came from elsewhere: the host's reuse, its cache, an isolated child."""
    if not isinstance(result.ref, UnsetType):
        return Stored(ref=result.ref)
    return Stored(data=encoder.encode(result.value))


def adopt(result: Result, spool_dir: str) -> Stored:
    """A result of a child of this run: large ones it wrote into the spool folder, unless they
    hold a secret."""
    stored = from_result(result)
    if stored.data is not None:
        return store(stored.data, spool_dir)
    assert stored.ref is not None
    return Stored(ref=stored.ref, kept=_keep(stored.ref.path))


def _keep(path: str) -> str:
    kept = path + ".keep"
    try:
        os.link(path, kept)
    except FileExistsError:  # the task returns what it was given
        return kept
    except OSError:  # a file system without hard links
        shutil.copyfile(path, kept)
    return kept
