"""Packs a flow: its file, the local modules it imports and what `include` names, as a zip.

The same sources give the same bytes, so the hash names the content."""

import fnmatch
import hashlib
import io
import platform
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from dagy.errors import ArtifactError
from dagy.imports import local_modules
from dagy.loading import load_flow, module_name
from dagy.spec import FlowSpec
from dagy.version import VERSION

MAX_BYTES = 64 * 1024 * 1024
MAX_FILES = 2000
MANIFEST = "dagy.json"
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
) -> BuiltArtifact:
    """Packs "file.py:flow". `include` has glob patterns, relative to the file's folder."""
    file_name, _, _ = entrypoint.partition(":")
    flow = load_flow(entrypoint)
    path = Path(file_name).resolve()
    _, root = module_name(path)
    attribute = _attribute(entrypoint, flow)
    packed = f"{path.relative_to(root).as_posix()}:{attribute}"
    spec = flow.spec(entrypoint=packed)
    files = _collect(path, root, tuple(include))
    content = _zip(files, root, spec)
    sha256 = hashlib.sha256(content).hexdigest()
    target = Path(out_dir) / f"{sha256}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    names = tuple(each.relative_to(root).as_posix() for each in files)
    return BuiltArtifact(target, sha256, len(content), spec, names)


def _attribute(entrypoint: str, flow: Any) -> str:
    given = entrypoint.partition(":")[2]
    return given or str(flow.function.__name__)


def _collect(path: Path, root: Path, include: tuple[str, ...]) -> list[Path]:
    """Sorted; what the code imports is never ignored, what a pattern finds may be."""
    ignored = Ignored(root)
    found = {path, *local_modules(path, root)}
    for pattern in include:
        matches = [each for each in _glob(path.parent, pattern) if not ignored.matches(each)]
        if not matches:
            raise ArtifactError(
                f"include pattern {pattern!r} finds nothing in {path.parent}",
                hint="patterns are relative to the flow's folder, such as data/*.csv or data/**",
            )
        found.update(matches)
    if root / MANIFEST in found:
        raise ArtifactError(
            f"{MANIFEST} is the name of our own manifest", hint="rename or leave out that file"
        )
    _check_limits(found)
    return sorted(found)


def _glob(folder: Path, pattern: str) -> list[Path]:
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise ArtifactError(
            f"include pattern {pattern!r} leaves the flow's folder",
            hint="move the files beside the flow",
        )
    found = set(folder.glob(pattern))
    if pattern.endswith("**"):
        found |= set(folder.glob(f"{pattern}/*"))
    within = {inner for each in found if each.is_dir() for inner in each.rglob("*")}
    inside = {each for each in found | within if each.is_file()}
    return sorted(each for each in inside if each.resolve().is_relative_to(folder))


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


def _zip(files: list[Path], root: Path, spec: FlowSpec) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _add(archive, MANIFEST, _manifest(spec))
        for path in files:
            _add(archive, path.relative_to(root).as_posix(), path.read_bytes())
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
