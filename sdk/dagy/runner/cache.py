"""The result cache of local runs: one file for each key, under DAGY_LOCAL_DIR/cache."""

import hashlib
import time
from pathlib import Path
from uuid import uuid4

import msgspec
from msgspec import UnsetType

from dagy.runner.protocol import Ref, Result


class Entry(msgspec.Struct):
    cache_key: str
    expires_at: float | None
    result: Result


class LocalCache:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, cache_key: str) -> Result | None:
        path = self._path(cache_key)
        try:
            entry = msgspec.json.decode(path.read_bytes(), type=Entry)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        if entry.expires_at is not None and entry.expires_at <= time.time():
            path.unlink(missing_ok=True)
            return None
        ref = entry.result.ref
        return (
            None if not isinstance(ref, UnsetType) and not Path(ref.path).exists() else entry.result
        )

    def put(self, cache_key: str, result: Result, *, ttl_seconds: float | None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        expires_at = None if ttl_seconds is None else time.time() + ttl_seconds
        entry = Entry(cache_key, expires_at, self._own(result))
        _write(self._path(cache_key), msgspec.json.encode(entry))

    def _own(self, result: Result) -> Result:
        """A large result moves in with us: the folder of its run may be deleted."""
        if isinstance(result.ref, UnsetType):
            return result
        path = self._folder / f"{result.ref.sha256}.data"
        if not path.exists():
            _write(path, Path(result.ref.path).read_bytes())
        return Result(ref=Ref(str(path), result.ref.size_bytes, result.ref.sha256))

    def _path(self, cache_key: str) -> Path:
        return self._folder / f"{hashlib.sha256(cache_key.encode()).hexdigest()}.json"


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{uuid4().hex}")
    temporary.write_bytes(data)
    temporary.replace(path)
