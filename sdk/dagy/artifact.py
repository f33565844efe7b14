"""Packs a flow: its file, the local modules it imports and what `include` names, as a zip.

The same sources give the same bytes, so the hash names the content."""

import fnmatch
import hashlib
import io
import os
import platform
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from dagy.errors import ArtifactError
from dagy.flow import Flow
from dagy.imports import local_modules
from dagy.loading import load_flow, source_path
from dagy.places import MANIFEST
from dagy.project import Project, project_of
from dagy.spec import FlowSpec
from dagy.verification import verify
from dagy.version import VERSION

MAX_BYTES = 64 * 1024 * 1024
MAX_FILES = 2000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_ALWAYS_IGNORED = ("__pycache__", "*.pyc", ".git", ".venv", ".dagyignore")


@dataclass(frozen=True, slots=True)
class BuiltArtifact:
    """`path` is <out_dir>/<sha256>.zip; `files` are relative to the root of the sources."""

    path: Path
    sha256: str
    size_bytes: int
    spec: FlowSpec
    files: tuple[str, ...]


def build_artifact(
    entrypoint: str,
    out_dir: str | Path,
    *,
    include: tuple[str, ...] | list[str] = (),
    root: str | Path | None = None,
    flow: Flow[..., Any] | None = None,
) -> BuiltArtifact:
    """Packs "file.py:flow", and imports the archive in processes of their own: one that is not
    complete, or whose graph is not the same everywhere, raises ArtifactError or
    UnstableGraphError and leaves no file.

    `include` has glob patterns, relative to the file's folder; `root` is the folder that imports
    start from (by default that of the nearest pyproject.toml). `flow` saves an import where the
    file has been imported already."""
    path = source_path(entrypoint)
    project = project_of(path, root)
    flow = flow or load_flow(entrypoint, project_root=root)
    packed = f"{_name(path, project)}:{_attribute(entrypoint, flow)}"
    traced = flow.trace(entrypoint=packed)
    files = _collect(path, project, tuple(include))
    content = _zip(files, project, traced.spec)
    sha256 = hashlib.sha256(content).hexdigest()
    target = Path(out_dir) / f"{sha256}.zip"
    _keep(content, target, lambda archive: verify(archive, traced, path, project))
    names = tuple(_name(each, project) for each in files)
    return BuiltArtifact(target, sha256, len(content), traced.spec, names)


def _keep(content: bytes, target: Path, check: Callable[[Path], None]) -> None:
    """Under its name only once it is checked."""
    with tempfile.TemporaryDirectory(prefix="dagy-build-") as folder:
        arriving = Path(folder) / target.name
        arriving.write_bytes(content)
        check(arriving)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _attribute(entrypoint: str, flow: Flow[..., Any]) -> str:
    given = entrypoint.partition(":")[2]
    held = (name for name, value in flow.function.__globals__.items() if value is flow)
    return given or next(held, str(flow.function.__name__))


def _name(path: Path, project: Project) -> str:
    """In the archive, composed: Python looks for composed names, macOS lists decomposed ones."""
    return unicodedata.normalize("NFC", path.relative_to(project.root).as_posix())


def _collect(path: Path, project: Project, include: tuple[str, ...]) -> list[Path]:
    """Sorted; what the code imports is never ignored, what a pattern finds may be."""
    ignored = Ignored(project.root)
    found = {path, *local_modules(path, project)}
    patterns = [(path.parent, each) for each in include]
    patterns += [(project.include_from, each) for each in project.include]
    for folder, pattern in patterns:
        matches = [
            each for each in _glob(folder, pattern, project.root) if not ignored.matches(each)
        ]
        if not matches:
            raise ArtifactError(
                f"include pattern {pattern!r} finds nothing in {folder}",
                hint="patterns of --include are relative to the flow's folder, those of "
                "pyproject.toml to its own: data/*.csv, ../common/data/**",
            )
        found.update(matches)
    _check_names(found, project)
    _check_limits(found)
    return sorted(found)


def _glob(folder: Path, pattern: str, root: Path) -> list[Path]:
    if Path(pattern).is_absolute():
        raise ArtifactError(
            f"include pattern {pattern!r} is absolute", hint=f"write it relative to {folder}"
        )
    start = Path(os.path.normpath(folder / _fixed(pattern)))
    if not start.is_relative_to(root):
        raise ArtifactError(
            f"include pattern {pattern!r} leaves the root {root}",
            hint="move the files below it, or widen it with --root or [tool.dagy] root",
        )
    moving = pattern[len(_fixed(pattern)) :].lstrip("/")
    found = set(start.glob(moving)) if moving else {start}
    if pattern.endswith("**"):
        found |= set(start.glob(f"{moving}/*"))
    within = {inner for each in found if each.is_dir() for inner in each.rglob("*")}
    inside = {each for each in found | within if each.is_file()}
    return sorted(each for each in inside if each.resolve().is_relative_to(root))


def _fixed(pattern: str) -> str:
    """The folders of a pattern before its first wildcard: "../data" of "../data/*.csv"."""
    parts = pattern.split("/")
    wild = next((i for i, each in enumerate(parts) if set(each) & set("*?[")), len(parts))
    return "/".join(parts[:wild])


def _check_names(files: set[Path], project: Project) -> None:
    """What a server or another system could not unpack."""
    if project.root / MANIFEST in files:
        raise ArtifactError(
            f"{MANIFEST} is the name of our own manifest", hint="rename or leave out that file"
        )
    for each in sorted(files):
        name = each.relative_to(project.root).as_posix()
        wrong = set(name) & set(":\\") or not name.isprintable() or not _is_unicode(name)
        if wrong:
            raise ArtifactError(
                f"{name!r} cannot be packed: its name has a colon, a backslash or a character that "
                "cannot be shown",
                hint="rename that file or folder",
            )


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in name)


class Ignored:
    """The patterns of .dagyignore: one a line, as in .gitignore without negation."""

    def __init__(self, root: Path) -> None:
        self._root = root
        listed = root / ".dagyignore"
        lines = listed.read_text().splitlines() if listed.is_file() else []
        own = [line.strip().rstrip("/") for line in lines]
        self._patterns = [*_ALWAYS_IGNORED, *(each for each in own if each and each[0] != "#")]

    def matches(self, path: Path) -> bool:
        relative = path.relative_to(self._root)
        parts = [*relative.parts, *(each.as_posix() for each in [relative, *relative.parents])]
        return any(
            fnmatch.fnmatchcase(part, pattern.removeprefix("/"))
            for pattern in self._patterns
            for part in parts
        )


def _check_limits(files: set[Path]) -> None:
    if len(files) > MAX_FILES:
        raise ArtifactError(
            f"the flow has {len(files)} files, at most {MAX_FILES} can be packed",
            hint="narrow the include patterns, or list files in .dagyignore",
        )
    total = sum(each.stat().st_size for each in files)
    if total > MAX_BYTES:
        largest = max(files, key=lambda each: each.stat().st_size)
        raise ArtifactError(
            f"the flow's files have {total / 2**20:.1f} MB, at most 64 MB can be packed; "
            f"the largest is {largest.name} ({largest.stat().st_size / 2**20:.1f} MB)",
            hint="keep data outside of the source, or list files in .dagyignore",
        )


def _zip(files: list[Path], project: Project, spec: FlowSpec) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _add(archive, MANIFEST, _manifest(spec))
        for path in files:
            _add(archive, _name(path, project), path.read_bytes())
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = _MODE
    entry.create_system = 3
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _manifest(spec: FlowSpec) -> bytes:
    document = {
        "manifest_version": 1,
        "entrypoint": spec.entrypoint,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "sdk": VERSION,
        "spec": spec,
    }
    return msgspec.json.encode(document, order="deterministic")
