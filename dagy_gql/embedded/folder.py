"""The folder one installation lives in (DAGY_LOCAL_DIR): where things are, and who holds it."""

import fcntl
import hashlib
import json
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dagy_gql.embedded.process import EmbeddedError

# sockaddr_un has 108 bytes on Linux and 104 elsewhere; ".s.PGSQL.5432.lock" is our longest name.
_SOCKET_FOLDER_MAX = 80
_LOG_MAX_BYTES = 5 * 1024 * 1024
_LOGS_KEPT = 3


@dataclass(frozen=True, slots=True)
class LocalFolder:
    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def sockets(self) -> Path:
        """Only the owner may enter it, so whoever reaches a socket in it is the owner."""
        inside = self.root / "sockets"
        if len(os.fsencode(inside)) <= _SOCKET_FOLDER_MAX:
            return inside
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"dagy-{os.geteuid()}-{digest}"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Only the owner may enter it, one of an earlier version included."""
        try:
            for path in (self.root, self.logs, self.sockets):
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise EmbeddedError(f"Cannot create {error.filename}: {error.strerror}.") from error
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise EmbeddedError(f"{self.sockets} is not ours; remove it and start again.")
        self.sockets.chmod(0o700)

    def rotate_logs(self) -> None:
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > _LOG_MAX_BYTES:
                for age in range(_LOGS_KEPT - 1, 0, -1):
                    older = log.with_suffix(f".log.{age}")
                    if older.exists():
                        older.rename(log.with_suffix(f".log.{age + 1}"))
                log.rename(log.with_suffix(".log.1"))


@dataclass(slots=True)
class FolderLock:
    """Held from `take` to the end of the process, however that ends; says who holds it."""

    file: IO[str]

    @classmethod
    def take(cls, folder: LocalFolder) -> "FolderLock":
        file = (folder.root / "up.lock").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(file)
            file.close()
            raise EmbeddedError(
                f"Dagy already runs on {folder.root} (process {holder.get('pid', '?')}, "
                f"{holder.get('url', 'no address yet')}).\n"
                "Stop it with Ctrl-C there, or choose another folder with --local-dir."
            ) from None
        lock = cls(file)
        lock.describe(pid=os.getpid())
        return lock

    def describe(self, **facts: Any) -> None:
        self.file.seek(0)
        self.file.truncate()
        json.dump(facts, self.file)
        self.file.flush()

    def release(self) -> None:
        self.file.close()


def current_holder(folder: LocalFolder) -> dict[str, Any] | None:
    """Who runs on the folder right now (pid, url, processes), or None."""
    try:
        file = (folder.root / "up.lock").open("r+")
    except OSError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(file)
    return None


def _holder(file: IO[str]) -> dict[str, Any]:
    file.seek(0)
    try:
        return dict(json.loads(file.read()))
    except ValueError:
        return {}
