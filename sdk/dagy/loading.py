"""Finds the flow that "file.py:name" means and imports its module."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from dagy.errors import LoadError
from dagy.flow import Flow
from dagy.project import package_top, project_of

_TAKEN = sys.stdlib_module_names | {"dagy", "msgspec"}

# How many files are being imported: more than one if the file of a flow loads another.
_importing = 0


def load_flow(
    entrypoint: str, *, root: Path | None = None, project_root: str | Path | None = None
) -> Flow[..., Any]:
    """The flow of "file.py:name"; without ":name" the file must hold exactly one.

    Modules beside the file can be imported, and those below the root of its project. A host that
    has unpacked an archive gives `root`: then the file's name is relative to it, and it is the
    root. What the module raises is not wrapped."""
    path = source_path(entrypoint, root)
    file_name, _, name = entrypoint.partition(":")
    top = root.resolve() if root else project_of(path, project_root).root
    module = import_file(path, top)
    return _named(module, name, file_name) if name else _only(module, file_name)


def source_path(entrypoint: str, root: Path | None = None) -> Path:
    """The file of "file.py:name", resolved; with `root`, one below it. Raises LoadError."""
    file_name = entrypoint.partition(":")[0]
    path = (root or Path.cwd()) / file_name
    if root is not None and not path.resolve().is_relative_to(root.resolve()):
        raise LoadError(
            f"{file_name!r} is outside of the flow's source",
            hint="name a file from the root of the archive: FILE.py:FLOW",
        )
    if path.suffix != ".py":
        raise LoadError(f"{file_name!r} is not a Python file", hint="write FILE.py:FLOW")
    if not path.is_file():
        raise LoadError(f"there is no file {path}", hint="write FILE.py:FLOW, relative to here")
    return path.resolve()


def import_file(path: Path, root: Path) -> ModuleType:
    """Imports a file under its stem, or under its dotted name when it lives in a package."""
    top = package_top(path)
    for folder in dict.fromkeys([str(root), str(top)]):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    name = _module_name(path, top)
    global _importing
    _importing += 1
    try:
        return importlib.import_module(name) if "." in name else _run(name, path)
    finally:
        _importing -= 1


def is_importing() -> bool:
    """Is the file of a flow being imported now, so that its top level runs?"""
    return _importing > 0


def _run(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _module_name(path: Path, top: Path) -> str:
    parts = [*path.parent.relative_to(top).parts, path.stem]
    if len(parts) == 1:  # imported by its path, so that any name will do
        parts = [path.stem.replace(".", "_")]
    wrong = next((each for each in parts if "." in each), None)
    if wrong is not None:
        raise LoadError(
            f"{wrong!r} in {path} has a dot, so that Python cannot import it from a package",
            hint=f"rename {wrong}",
        )
    if parts[0] in _TAKEN:
        raise LoadError(
            f"{path.name} has the name of a module that Python itself uses",
            hint=f"rename {parts[0]}",
        )
    return ".".join(parts)


def flows_of(module: ModuleType) -> dict[str, Flow[..., Any]]:
    """Flows a module defines itself; if there are none, those it imports."""
    found = {name: each for name, each in vars(module).items() if isinstance(each, Flow)}
    own = {
        name: each for name, each in found.items() if each.function.__module__ == module.__name__
    }
    return own or found


def _named(module: ModuleType, name: str, file_name: str) -> Flow[..., Any]:
    found = vars(module).get(name)
    if isinstance(found, Flow):
        return found
    known = ", ".join(flows_of(module)) or "none"
    what = "has no" if name not in vars(module) else "has something else than a flow named"
    raise LoadError(
        f"{file_name} {what} {name!r}",
        hint=f"flows in {file_name}: {known}; a flow is a function under @flow",
    )


def _only(module: ModuleType, file_name: str) -> Flow[..., Any]:
    found = flows_of(module)
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise LoadError(f"{file_name} has no flow", hint="put @flow above a function")
    names = ", ".join(found)
    raise LoadError(
        f"{file_name} has {len(found)} flows: {names}",
        hint=f"name one: {file_name}:{next(iter(found))}",
    )
