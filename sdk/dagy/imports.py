"""Finds the local modules that a file imports, without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from dagy.errors import ArtifactError


def local_modules(path: Path, root: Path) -> set[Path]:
    """Every file below `root` that `path` imports, directly or through others; a package comes
    with its __init__.py files. Imports inside functions count."""
    found: set[Path] = set(_package_files(path, root))
    waiting = [path, *found]
    seen = set(waiting)
    while waiting:
        current = waiting.pop()
        for needed in _imports(current, root):
            if needed not in seen:
                seen.add(needed)
                waiting.append(needed)
    return seen - {path}


def _imports(path: Path, root: Path) -> Iterator[Path]:
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _find(alias.name, root, path.parent)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(node, path, root)


def _from(node: ast.ImportFrom, path: Path, root: Path) -> Iterator[Path]:
    if node.level:
        base = path.parent
        for _ in range(node.level - 1):
            base = base.parent
        if not base.is_relative_to(root):
            return
        prefix = ".".join([*base.relative_to(root).parts, *([node.module] if node.module else [])])
    else:
        prefix = node.module or ""
    if prefix:
        yield from _find(prefix, root, path.parent)
    for alias in node.names:
        yield from _find(f"{prefix}.{alias.name}" if prefix else alias.name, root, path.parent)


def _find(dotted: str, root: Path, folder: Path) -> Iterator[Path]:
    """The files of a.b.c: the __init__.py of a and a.b, and c.py or c/__init__.py."""
    for base in dict.fromkeys([root, folder]):
        module = base.joinpath(*dotted.split("."))
        for candidate in (module.with_suffix(".py"), module / "__init__.py"):
            if candidate.is_file():
                yield candidate
                yield from _package_files(candidate, root)
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
