"""Imports a packed flow again, in other processes, as workers will: complete, and the same graph.

Two processes at once, each from a copy of the archive in another folder and with another order of
sets; one of them lives more than a year later. A worker would find out with every run."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dagy.differences import Difference, are_reordered, first_difference
from dagy.errors import ArtifactError, UnstableGraphError
from dagy.project import Project, missing_module_hint
from dagy.reimport import Report
from dagy.runner.protocol import ErrorInfo
from dagy.spec import FlowSpec
from dagy.trace import TracedFlow

# Another year, month, day of the month, day of the week, hour, minute and second than now, also
# where the hours reach into the next day.
SHIFT_SECONDS = 402 * 86_400 + 3 * 3_600 + 7 * 60 + 11
TIMEOUT_SECONDS = 120.0
_ORDER = "a set has another order in every process: go over sorted(the_set)"
_PATH = (
    "every worker unpacks the flow into a folder of its own: pass a name, and find the file "
    "inside of the task, by Path(__file__).parent"
)
_DEFAULT = "a default is computed when the file is imported: use None, and decide inside of a task"
_ANY = (
    "a graph must not depend on the time, on random numbers, on the machine or on the process: "
    "compute such values inside of a task, or make them parameters of the flow"
)


@dataclass(frozen=True, slots=True)
class Witness:
    """What a process found that imported the archive in `folder`."""

    folder: Path
    report: Report


def verify(archive: Path, traced: TracedFlow, path: Path, project: Project) -> None:
    """`path` is the flow's file as the user knows it. Raises ArtifactError when the archive does
    not import by itself, UnstableGraphError when it gives another graph."""
    with tempfile.TemporaryDirectory(prefix="dagy-verify-") as folder:
        later, now = _witnesses(archive, traced.spec.entrypoint, Path(folder).resolve())
    if later.report.spec is None and now.report.spec is None:
        raise _not_importable(now, path, project)
    for witness in (now, later):  # one that fails at another date alone says nothing
        if witness.report.spec is not None:
            _compare(traced, witness, witness.report.spec)


def _witnesses(archive: Path, entrypoint: str, folder: Path) -> tuple[Witness, Witness]:
    processes: list[tuple[Path, subprocess.Popen[bytes]]] = []
    try:
        for name, shift, seed in (("later", SHIFT_SECONDS, "1"), ("now", 0, "2")):
            source = folder / name / "source"
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(source)
            processes.append((source, _start(source, entrypoint, shift, seed)))
        later, now = (Witness(source, _report(source, each)) for source, each in processes)
        return later, now
    finally:
        for _, process in processes:
            _end(process)


def _start(source: Path, entrypoint: str, shift: int, seed: str) -> subprocess.Popen[bytes]:
    """Its words go to a file: a pipe would stay open for as long as what it has started."""
    command = [sys.executable, "-P", "-m", "dagy.reimport", "--source", str(source)]
    command += ["--entrypoint", entrypoint, "--report", str(source.with_name("report.json"))]
    command += ["--shift-seconds", str(shift)]
    with source.with_name("stderr").open("wb") as stderr:
        return subprocess.Popen(
            command,
            cwd=source,
            env=_environment(os.environ) | {"PYTHONHASHSEED": seed},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """With everything that the import has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """As on a worker: nothing of Dagy's own."""
    return {name: value for name, value in environ.items() if not name.startswith("DAGY_")}


def _report(source: Path, process: subprocess.Popen[bytes]) -> Report:
    try:
        process.wait(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        message = f"the file was not imported within {TIMEOUT_SECONDS:g} s"
        hint = "keep slow work out of the top level of the file; move it into a task"
        return Report(error=ErrorInfo(code="IMPORT_FAILED", message=message, hint=hint))
    written = source.with_name("report.json")
    if written.is_file():
        return msgspec.json.decode(written.read_bytes(), type=Report)
    return Report(
        error=ErrorInfo(
            code="IMPORT_FAILED",
            message=f"the import ended the process with exit code {process.returncode}",
            traceback=source.with_name("stderr").read_text(errors="backslashreplace")[-4_000:],
            hint="look for os._exit, or a library that ends the process when it cannot start",
        )
    )


def _not_importable(witness: Witness, path: Path, project: Project) -> ArtifactError:
    error, missing = witness.report.error, witness.report.missing
    assert error is not None
    if missing is not None:
        message = (
            f"{error.where or path.name} imports {missing!r}, which the archive would not hold"
        )
        return ArtifactError(message, hint=missing_module_hint(missing, path, project))
    kind = f"{error.type}: " if error.type and error.type != "TraceError" else ""
    where = f" ({error.where})" if error.where else ""
    hint = error.hint
    if error.type == "FileNotFoundError":
        hint = (
            "pack the file with include, and find it by Path(__file__).parent; "
            "or read it inside of a task"
        )
    return ArtifactError(
        f"the packed flow does not import by itself: {kind}{error.message}{where}", hint=hint
    )


def _compare(traced: TracedFlow, witness: Witness, theirs: FlowSpec) -> None:
    found = first_difference(traced.spec, theirs)
    if found is None:
        return
    key, (one, other) = found.key or "", found.sides
    raise UnstableGraphError(
        f"{found.what} differs when the same file is imported again, in another process, folder "
        f"and time: {one} here, {other} there",
        hint=_cure(found, traced.spec, theirs, witness.folder),
        where=traced.places.get(key) or witness.report.places.get(key) or traced.place,
    )


def _cure(found: Difference, ours: FlowSpec, theirs: FlowSpec, folder: Path) -> str:
    if str(folder) in str(found.theirs):
        return _PATH
    if found.what.startswith("the default"):
        return _DEFAULT
    return _ORDER if found.is_order or are_reordered(ours, theirs) else _ANY
