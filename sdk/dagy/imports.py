"""Finds the local modules that a file imports, without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from dagy.errors import ArtifactError
from dagy.project import Project

_BY_NAME = ("import_module", "__import__")


def local_modules(path: Path, project: Project) -> set[Path]:
    """Every file below the root that `path` imports, directly or through others; a package comes
    with its __init__.py files. Imports inside functions count."""
    found: set[Path] = set(_package_files(path, project.root))
    waiting = [path, *found]
    seen = set(waiting)
    while waiting:
        current = waiting.pop()
        for needed in _imports(current, project):
            if needed not in seen:
                seen.add(needed)
                waiting.append(needed)
    return seen - {path}


def _imports(path: Path, project: Project) -> Iterator[Path]:
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _find(alias.name, project, project.import_folders)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(node, path, project)
        elif isinstance(node, ast.Call) and (name := _named_import(node)):
            yield from _find(name, project, project.import_folders)


def _named_import(node: ast.Call) -> str | None:
    """The name in import_module("a.b")."""
    called = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
    if called not in _BY_NAME or not node.args or not isinstance(node.args[0], ast.Constant):
        return None
    name = node.args[0].value
    return name if isinstance(name, str) and not name.startswith(".") else None


def _from(node: ast.ImportFrom, path: Path, project: Project) -> Iterator[Path]:
    prefix, folders = node.module or "", project.import_folders
    if node.level:
        base = path.parent
        for _ in range(node.level - 1):
            base = base.parent
        if not base.is_relative_to(project.root):
            return
        within = base.relative_to(project.root).parts
        prefix = ".".join([*within, *([node.module] if node.module else [])])
        folders = (project.root,)
    if prefix:
        yield from _find(prefix, project, folders)
    for alias in node.names:
        dotted = f"{prefix}.{alias.name}" if prefix else alias.name
        yield from _find(dotted, project, folders)


def _find(dotted: str, project: Project, folders: tuple[Path, ...]) -> Iterator[Path]:
    """The files of a.b.c: the __init__.py of a and a.b, and c/__init__.py or c.py."""
    parts = dotted.split(".")
    for base in folders:
        module = base.joinpath(*parts)
        for candidate in (module / "__init__.py", module.with_name(f"{parts[-1]}.py")):
            if candidate.is_file():
                yield candidate
                yield from _package_files(candidate, project.root)
                return


def _package_files(path: Path, root: Path) -> Iterator[Path]:
    folder = path.parent
    while folder != root and folder.is_relative_to(root):
        init = folder / "__init__.py"
        if init.is_file() and init != path:
            yield init
        folder = folder.parent


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes(), filename=str(path))
    except (SyntaxError, ValueError) as error:
        raise ArtifactError(
            f"{path} is not valid Python: {error}", hint="fix the file, then pack it again"
        ) from error
