"""Imports the user's module in a fresh process and traces its flow; failures as ErrorInfo."""

import sys
from pathlib import Path
from typing import Any

import msgspec

from dagy.differences import first_difference
from dagy.errors import DagyError, SpecError
from dagy.flow import Flow
from dagy.loading import load_flow
from dagy.places import MANIFEST
from dagy.runner.faults import error_info
from dagy.runner.protocol import ErrorInfo
from dagy.source import name_files_below, shown, unpacked_at
from dagy.spec import FlowSpec
from dagy.trace import TracedFlow


def load(source: str, entrypoint: str) -> tuple[Flow[..., Any], TracedFlow]:
    """sys.path[0] becomes the source folder. Raises whatever user code raises."""
    sys.path[0] = source
    name_files_below(source)
    flow = load_flow(entrypoint, root=Path(source))
    return flow, flow.trace(entrypoint=entrypoint)


def mismatch(traced: TracedFlow, wanted: str | None) -> ErrorInfo:
    """What the graph has here that it had not when it was deployed, as the archive tells."""
    found, where = None, None
    deployed = _deployed_spec()
    if deployed is not None and deployed.sha256 == wanted:
        found = first_difference(deployed, traced.spec)
    what = "the source of this flow gives another graph than the registered one"
    if found is not None:
        one, other = found.sides
        what += f": {found.what} was {one} when it was deployed and is {other} here"
        where = traced.places.get(found.key or "", traced.place)
    return ErrorInfo(
        code="SPEC_MISMATCH",
        message=what,
        where=where,
        hint="the graph must not depend on the time, the machine or the environment; "
        "deploy the flow again",
    )


def _deployed_spec() -> FlowSpec | None:
    manifest = Path(unpacked_at()) / MANIFEST
    try:
        return FlowSpec.decode(msgspec.json.decode(manifest.read_bytes())["spec"])
    except (OSError, LookupError, msgspec.DecodeError, SpecError):
        return None


def failure(error: BaseException) -> ErrorInfo:
    info = error_info(error, code="IMPORT_FAILED")
    changes: dict[str, Any] = {"hint": info.hint or _hint(error)}
    if isinstance(error, SystemExit):
        changes["hint"] = _hint(error)
        changes["message"] = f"the module called sys.exit({error.code!r}) while it was imported"
    if isinstance(error, SyntaxError) and error.filename:
        changes["where"] = shown(f"{error.filename}:{error.lineno}")
    return msgspec.structs.replace(info, **changes)


def _hint(error: BaseException) -> str | None:
    if isinstance(error, DagyError):
        return error.hint
    if isinstance(error, ModuleNotFoundError):
        return (
            f"install {error.name!r} where the workers run, or pack it with the flow "
            "(modules below the root of the project are found by their imports; "
            "add others with include)"
        )
    if isinstance(error, SystemExit):
        return 'put scripts behind `if __name__ == "__main__":`'
    return "the module must import without errors before its flow can run"
