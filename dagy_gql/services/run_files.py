"""Files that runs leave in their spool folders, on their way into the store.

Storing is off the way of what runs say: only an event that promises a file waits for it.
"""

import asyncio
import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import UNSET

from dagy.errors import ArtifactLimitError
from dagy.masking import Masker
from dagy.runner.file_limits import FileLimits
from dagy.runner.masked import holds_secret, mask_file, refused_file
from dagy.runner.protocol import (
    ArtifactSaved,
    ErrorInfo,
    Event,
    Log,
    Ref,
    Result,
    RunFinished,
    TaskCached,
    TaskFailed,
    TaskSucceeded,
)
from dagy_gql.artifacts.store import ArtifactStore, run_file_key
from dagy_gql.backends.base import RunSubmission
from dagy_gql.ids import new_id
from dagy_gql.repositories.run_records import FileRow

# Syncing a batch costs about as much as syncing one file: 5 to 50 ms.
_BATCH_FILES = 256
# So that a file of a gigabyte does not hold up the small ones of other runs.
_BATCHES_AT_ONCE = 3
_RETRY_SECONDS = (0.1, 0.5, 2.0, 5.0)
_READ_BYTES = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")

_LOOK_AT_STORE = "Look at the space and the rights of the artifact store, then retry the run."

Deliver = Callable[[Event, FileRow | None], None]


class FileError(Exception):
    """A file that is not what the run said of it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    key: str
    path: Path
    stored: asyncio.Future[None]


class FileStorer:
    """Stores the files of all runs of a worker, those that wait together in one batch."""

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._waiting: list[Arrival] = []
        self._batches: set[asyncio.Task[None]] = set()

    async def put(self, key: str, path: Path) -> None:
        """Raises OSError when the store does not take it, after some tries."""
        arrival = Arrival(key, path, asyncio.get_running_loop().create_future())
        self._waiting.append(arrival)
        self._begin()
        await arrival.stored

    async def link(self, key: str, path: Path) -> None:
        """The same for a file of the store itself, which stays where it is."""
        await self._store.link(key, path)

    async def size(self, key: str) -> int | None:
        return await self._store.size(key)

    def _begin(self) -> None:
        while self._waiting and len(self._batches) < _BATCHES_AT_ONCE:
            batch = self._waiting[:_BATCH_FILES]
            del self._waiting[:_BATCH_FILES]
            task = asyncio.create_task(self._put(batch))
            self._batches.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._begin()

    async def _put(self, batch: list[Arrival]) -> None:
        try:
            await self._store.put_all([(each.key, each.path) for each in batch])
        except OSError:
            for each in batch:
                await self._put_alone(each)
        except Exception as error:
            for each in batch:
                each.stored.set_exception(error)
        else:
            for each in batch:
                each.stored.set_result(None)

    async def _put_alone(self, arrival: Arrival) -> None:
        """One file that cannot be stored must not hold up the others."""
        for pause in (*_RETRY_SECONDS, None):
            try:
                await self._store.put_all([(arrival.key, arrival.path)])
            except OSError as error:
                if pause is None or isinstance(error, FileNotFoundError):
                    arrival.stored.set_exception(error)
                    return
                await asyncio.sleep(pause)
            else:
                arrival.stored.set_result(None)
                return


class RunFiles:
    """The files of one attempt. A task has succeeded once its files are stored, a run has ended
    once all of them are."""

    def __init__(self, run: RunSubmission, storer: FileStorer, deliver: Deliver) -> None:
        self._run = run
        self._storer = storer
        self._deliver = deliver
        self._under_way: dict[asyncio.Task[None], str] = {}
        self._failed: dict[str, ErrorInfo] = {}
        self._handed_out: dict[str, Ref] = {}
        self._limits = FileLimits.of(run.request)

    def __len__(self) -> int:
        """How many events wait for files."""
        return len(self._under_way)

    def hand_out(self, results: Iterable[Result]) -> None:
        """The run may name these files of the store as its own results."""
        refs = (each.ref for each in results if isinstance(each.ref, Ref))
        self._handed_out.update((ref.path, ref) for ref in refs)

    def take(self, event: Event) -> None:
        """Deliver the event, at once or when the files that it needs are stored."""
        needed = self._needed(event)
        if not needed and not _brings_file(event):
            self._deliver(self._truly(event), None)
            return
        task = asyncio.create_task(self._take(event, needed))
        self._under_way[task] = _task_key(event)
        task.add_done_callback(self._settled)

    async def settled(self) -> None:
        """Until every event has been delivered."""
        while self._under_way:
            await asyncio.wait(list(self._under_way))

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task)
        task.exception()

    def _needed(self, event: Event) -> list[asyncio.Task[None]]:
        match event:
            case RunFinished():
                return list(self._under_way)
            case TaskSucceeded(key=key):
                # "load" is also the end of its items "load[0]", "load[1]", ...
                items = f"{key}["
                return [
                    task
                    for task, other in self._under_way.items()
                    if other == key or other.startswith(items)
                ]
        return []

    async def _take(self, event: Event, needed: list[asyncio.Task[None]]) -> None:
        if needed:
            await asyncio.wait(needed)
        row: FileRow | None = None
        try:
            event, row = await self._stored(event)
        except ArtifactLimitError as error:
            if isinstance(event, ArtifactSaved) and _task_key(event) in self._failed:
                return
            event = self._unstored(event, error.code, error.message, error.hint)
        except (OSError, FileError) as error:
            event = self._unstored(event, "ARTIFACT_NOT_STORED", _why(error), _LOOK_AT_STORE)
        self._deliver(self._truly(event), row)

    async def _stored(self, event: Event) -> tuple[Event, FileRow | None]:
        match event:
            case ArtifactSaved():
                return await self._saved(event)
            case TaskSucceeded(result=Result(ref=Ref()) as result):
                return msgspec.structs.replace(event, result=await self._kept(result)), None
            case TaskCached(result=Result(ref=Ref()) as result):
                return msgspec.structs.replace(event, result=await self._kept(result)), None
            case RunFinished(result=Result(ref=Ref()) as result):
                return msgspec.structs.replace(event, result=await self._kept(result)), None
        return event, None

    async def _saved(self, event: ArtifactSaved) -> tuple[Event, FileRow | None]:
        path = self._within(event.path)
        if self._run.known:
            is_leak: bool = await asyncio.to_thread(_leaks, path, self._run.known)
            if is_leak:
                return refused_file(event), None
        key, size_bytes = await self._put(path, event.sha256)
        event = msgspec.structs.replace(event, size_bytes=size_bytes)
        return event, _row(self._run, event, key)

    async def _kept(self, result: Result) -> Result:
        ref = result.ref
        assert isinstance(ref, Ref)
        if ref.path in self._handed_out:
            ref = self._handed_out[ref.path]
            key = self._key(ref.sha256)
            await self._storer.link(key, Path(ref.path))
            return _at(result, ref, key)
        if self._run.known:
            path = self._within(ref.path)
            result = await asyncio.to_thread(_masked, result, path, self._run.known)
            ref = result.ref
            assert isinstance(ref, Ref)
        key, size_bytes = await self._put(ref.path, ref.sha256)
        return _at(result, msgspec.structs.replace(ref, size_bytes=size_bytes), key)

    async def _put(self, path: str, sha256: str) -> tuple[str, int]:
        """The key and the size in bytes. Two results of the same content are one file, which is
        gone from the spool when the second is told of."""
        key = self._key(sha256)
        try:
            size_bytes = await asyncio.to_thread(_checked, self._within(path), sha256)
            self._count(path, size_bytes)
            await self._storer.put(key, Path(path))
        except FileNotFoundError:
            stored = await self._storer.size(key)
            if stored is None:
                raise
            size_bytes = stored
        return key, size_bytes

    def _count(self, path: str, size_bytes: int) -> None:
        """What is not kept does not stay in the spool folder either."""
        try:
            self._limits.add(size_bytes)
        except ArtifactLimitError:
            os.unlink(path)
            raise

    def _key(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            raise FileError(f"{sha256[:80]!r} is not a SHA-256")
        return run_file_key(self._run.org_id, self._run.run_id, sha256)

    def _within(self, path: str) -> str:
        folder, name = os.path.split(path)
        if folder != self._run.request.spool_dir or name in ("", ".", ".."):
            raise FileError(f"{path[:200]!r} is not in the spool folder of the run")
        return path

    def _unstored(self, event: Event, code: str, why: str, hint: str | None) -> Event:
        """The task whose file is lost has not succeeded."""
        key = _task_key(event)
        what = f"the file {event.name!r}" if isinstance(event, ArtifactSaved) else "a result"
        info = ErrorInfo(code=code, message=f"{what} could not be stored: {why}", hint=hint)
        self._failed.setdefault(key, info)
        if isinstance(event, ArtifactSaved):
            return Log(at=event.at, message=info.message, level="ERROR", key=event.key)
        return event

    def _truly(self, event: Event) -> Event:
        """What a runner took for success, although a file of it is lost."""
        if not self._failed:
            return event
        match event:
            case TaskSucceeded(key=key, attempt=attempt) if key in self._failed:
                return TaskFailed(at=event.at, key=key, attempt=attempt, error=self._failed[key])
            case TaskCached(key=key) if key in self._failed:
                return TaskFailed(at=event.at, key=key, attempt=1, error=self._failed[key])
            case RunFinished(state="SUCCEEDED"):
                key, error = next(iter(self._failed.items()))
                return RunFinished(at=event.at, state="FAILED", error=error, task_key=key or None)
        return event


def _why(error: OSError | FileError) -> str:
    """Without the folders of the server."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def _leaks(path: str, known: Masker) -> bool:
    with _opened(path) as file:
        return holds_secret(file, known)


def _masked(result: Result, path: str, known: Masker) -> Result:
    try:
        with _opened(path) as file:
            return mask_file(result, file, known)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise FileError(f"{os.path.basename(path)!r} cannot be read as JSON") from error


def _checked(path: str, sha256: str) -> int:
    """The size of the file in bytes; raises FileError where it is not what was said of it."""
    digest, size_bytes = hashlib.sha256(), 0
    with _opened(path) as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            size_bytes += len(block)
    if digest.hexdigest() != sha256:
        raise FileError(f"{os.path.basename(path)!r} has other content than its checksum says")
    return size_bytes


@contextlib.contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    """A regular file, never through a link and never waiting for the other end of a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileError(f"{os.path.basename(path)!r} is not a regular file")
        yield file


def _brings_file(event: Event) -> bool:
    match event:
        case ArtifactSaved():
            return True
        case TaskSucceeded(result=result) | TaskCached(result=result):
            return result.ref is not UNSET
        case RunFinished(result=Result(ref=Ref())):
            return True
    return False


def _at(result: Result, ref: Ref, key: str) -> Result:
    return msgspec.structs.replace(result, ref=msgspec.structs.replace(ref, path=key))


def _task_key(event: Event) -> str:
    """The task that the event is about; of the run itself: empty."""
    return getattr(event, "key", None) or ""


def _row(run: RunSubmission, event: ArtifactSaved, key: str) -> FileRow:
    return FileRow(
        new_id(),
        run.org_id,
        run.run_id,
        event.key,
        event.name,
        event.content_type,
        event.size_bytes,
        event.sha256,
        key,
    )
