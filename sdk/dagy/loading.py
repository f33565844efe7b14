"""Finds the flow that "file.py:name" means and imports its module."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from dagy.errors import LoadError
from dagy.flow import Flow

_TAKEN = sys.stdlib_module_names | {"dagy", "msgspec"}


def load_flow(entrypoint: str, *, root: Path | None = None) -> Flow[..., Any]:
    """The flow of "file.py:name"; without ":name" the file must hold exactly one.

    Modules beside the file can be imported, and those below `root` (default: the file's folder,
    or the folder above its outermost package). What the module raises is not wrapped."""
    file_name, _, name = entrypoint.partition(":")
    path = (root or Path.cwd()) / file_name
    if path.suffix != ".py":
        raise LoadError(f"{file_name!r} is not a Python file", hint="write FILE.py:FLOW")
    if not path.is_file():
        raise LoadError(f"there is no file {path}", hint="write FILE.py:FLOW, relative to here")
    module = import_file(path.resolve(), root.resolve() if root else None)
    return _named(module, name, file_name) if name else _only(module, file_name)


def import_file(path: Path, root: Path | None = None) -> ModuleType:
    """Imports a file under its stem, or under its dotted name when it lives in a package."""
    name, top = module_name(path)
    for folder in dict.fromkeys([str(root or top), str(top)]):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    if name.partition(".")[0] in _TAKEN:
        raise LoadError(
            f"{path.name} has the name of a module that Python itself uses",
            hint=f"rename {name.partition('.')[0]}",
        )
    if "." in name:
        return importlib.import_module(name)
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


def module_name(path: Path) -> tuple[str, Path]:
    """The dotted name of a file and the folder that must be on sys.path for it."""
    parts, folder = [path.stem], path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts), folder


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
