"""Where a project begins: the folder that imports start from and that archives are cut out of.

`--root` decides, else `[tool.dagy] root` in the nearest pyproject.toml, else the folder of that
file, else the flow's own folder (or the one above its outermost package)."""

import importlib
from pathlib import Path
from typing import Any

import msgspec

from dagy.errors import LoadError

_TABLE = "[tool.dagy]"
_KEYS = ("root", "include")


class Project(msgspec.Struct, frozen=True):
    """`top` is the folder of the flow's file, or the one above its outermost package; `include`
    has patterns relative to `include_from`."""

    root: Path
    top: Path
    include: tuple[str, ...]
    include_from: Path

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """As they stand on sys.path: what lies beside the flow is found first."""
        return tuple(dict.fromkeys((self.top, self.root)))


def project_of(path: Path, root: str | Path | None = None) -> Project:
    """The project of a flow's file (resolved). Raises LoadError."""
    top = package_top(path)
    pyproject = _nearest(path.parent)
    table = _table(pyproject) if pyproject else {}
    home = pyproject.parent if pyproject else top
    include = tuple(table.get("include", ()))
    if root is not None:
        return Project(_checked(Path(root), path, "--root"), top, include, home)
    if "root" in table:
        chosen = _checked(home / table["root"], path, f"root of {_TABLE} in {pyproject}")
        return Project(chosen, top, include, home)
    # A pyproject.toml inside of the package cannot be where its imports start.
    return Project(home if top.is_relative_to(home) else top, top, include, home)


def package_top(path: Path) -> Path:
    """The folder above the outermost package of a file; the file's own without a package."""
    folder = path.parent
    while (folder / "__init__.py").exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def folder_with(module: str, path: Path, *, levels: int = 6) -> Path | None:
    """The nearest folder above a file from which `import module` would find something."""
    for folder in list(path.parents)[:levels]:
        found = folder / module
        if found.with_name(f"{module}.py").is_file() or _has_python(found):
            return folder
    return None


def missing_module_hint(module: str, path: Path, project: Project) -> str:
    """What to do when a flow's file imports something that is not found below its root."""
    outermost = module.partition(".")[0]
    above = folder_with(outermost, path)
    if above is not None and above not in project.import_folders:
        return (
            f"{outermost} is in {above}, above the root {project.root}: give --root {above}, or "
            f'put a pyproject.toml there (or root = "…" under {_TABLE} in yours)'
        )
    return (
        f"install {outermost!r}, or move it below the root {project.root} (change that with "
        f"--root or {_TABLE} root); a module that is imported by a computed name needs include"
    )


def _has_python(folder: Path) -> bool:
    return folder.is_dir() and next(folder.glob("*.py"), None) is not None


def _nearest(folder: Path) -> Path | None:
    for each in (folder, *folder.parents):
        candidate = each / "pyproject.toml"
        if candidate.is_file():
            return candidate
    return None


def _table(pyproject: Path) -> dict[str, Any]:
    # Here alone: a run's process, which knows its root, starts 4 ms earlier without it.
    tomllib = importlib.import_module("tomllib")
    try:
        document = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LoadError(f"{pyproject} cannot be read: {error}", hint="correct the file") from error
    tool = document.get("tool")
    table = tool.get("dagy", {}) if isinstance(tool, dict) else {}
    _check_table(table, pyproject)
    return dict(table)


def _check_table(table: Any, pyproject: Path) -> None:
    place = f"{_TABLE} in {pyproject}"
    if not isinstance(table, dict):
        raise LoadError(f"{place} is not a table", hint="write it as [tool.dagy]")
    unknown = [key for key in table if key not in _KEYS]
    if unknown:
        raise LoadError(f"{place} has {unknown[0]!r}", hint=f"it takes {' and '.join(_KEYS)}")
    if not isinstance(table.get("root", ""), str):
        raise LoadError(f"root of {place} is not text", hint='write it as root = "."')
    include = table.get("include", [])
    if not isinstance(include, list) or not all(isinstance(each, str) for each in include):
        raise LoadError(
            f"include of {place} is not a list of patterns", hint='write include = ["data/*.csv"]'
        )


def _checked(root: Path, path: Path, what: str) -> Path:
    found = root.resolve()
    if not found.is_dir():
        raise LoadError(f"{what} is {found}, which is no folder", hint="name an existing folder")
    top = package_top(path)
    if not path.is_relative_to(found):
        raise LoadError(
            f"{path} is not below {found}, the {what}",
            hint="the root holds the flow and everything it imports",
        )
    if not top.is_relative_to(found):
        raise LoadError(
            f"{what} is {found}, inside of the package of {path.name}",
            hint=f"use {top}, where imports of that package start, or a folder above it",
        )
    return found
